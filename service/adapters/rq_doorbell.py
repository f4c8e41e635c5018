"""Redis and rq as a doorbell: it says which page to look at. Everything true is in the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from uuid import UUID

from opentelemetry.trace import SpanKind
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from service.adapters.traces import span, this_trace
from service.usecases.ports import Bell

log = logging.getLogger(__name__)

JOB = "workers.jobs.page_clinician"
TRACE = "traceparent"
"""Beside a job's id goes the trace that it belongs to, where there is one: ids, too."""
_STALE_AFTER = 60  # seconds: by then the sweeper has long done it
_TIMEOUT = 0.5  # seconds: nobody waits for a bell
_SILENT_FOR = 2.0  # seconds without trying after a failure: a dead Redis must not slow every request


class RqDoorbell:
    """Rings by enqueueing a job that carries an id and nothing else."""

    def __init__(self, redis_url: str, job_timeout: int) -> None:
        self._queue = queue(redis_url, socket_timeout=_TIMEOUT)
        self._job_timeout = job_timeout
        self._silent_until = 0.0

    def ring(self, page_ids: Iterable[UUID]) -> bool:
        """Enqueue a job for each page; False when Redis did not take all of them."""
        waiting = tuple(page_ids)
        if not waiting:
            return True
        if time.monotonic() < self._silent_until:
            return False
        try:
            with span("ring", SpanKind.PRODUCER):
                self._enqueue(waiting, {TRACE: trace} if (trace := this_trace()) else {})
        except Exception as error:  # noqa: BLE001 - whatever it is, what is stored must not fail for a bell
            self._silent_until = time.monotonic() + _SILENT_FOR
            log.warning("the doorbell is silent", extra={"reason": type(error).__name__})
            return False
        return True

    def _enqueue(self, page_ids: Iterable[UUID], meta: dict[str, str]) -> None:
        for page_id in page_ids:
            self._queue.enqueue_call(
                JOB,
                args=(str(page_id),),
                job_id=f"page-{page_id}",
                description="page",
                timeout=self._job_timeout,
                ttl=_STALE_AFTER,
                result_ttl=0,
                failure_ttl=_STALE_AFTER,
                meta=meta,
            )

    def is_there(self) -> bool:
        """Whether Redis answers now."""
        try:
            return bool(self._queue.connection.ping())
        except RedisError:
            return False

    def look(self) -> Bell | None:
        """How it is now; None without Redis."""
        try:
            return Bell(self._queue.count, Worker.count(queue=self._queue))
        except RedisError:
            return None


def queue(redis_url: str, socket_timeout: float | None) -> Queue:
    """The queue of pages. rq's worker waits on long reads: it takes no time limit on those."""
    connection: Redis = Redis.from_url(
        redis_url, socket_connect_timeout=_TIMEOUT, socket_timeout=socket_timeout, health_check_interval=15
    )
    return Queue("pages", connection=connection, serializer=JSONSerializer)
