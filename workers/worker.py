"""An rq worker on exactly one queue: with two, rq loses the job that it holds when it is killed."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import time
from typing import Any, NoReturn

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from workers import jobs
from workers.life import Life, told

log = logging.getLogger(__name__)

_TRY_AGAIN_AFTER = 1.0  # seconds
_SILENT_AFTER = 120.0  # seconds; rq sleeps for up to 60 between two tries to reach Redis


def run() -> None:
    """Answer the doorbell until a signal says stop, through any absence of Redis."""
    service = jobs.service()
    if not service.page_clinician.carriers:  # builds it: a fault must stop the start, not a job
        raise LookupError("there is no carrier")
    life = Life(_SILENT_AFTER)
    _end_by_signals()
    with told(service.settings.health_bind, life, service.health):
        log.info("at work")
        gc.freeze()  # or every work-horse that is forked would copy what it looks through for garbage
        while not _told_to_stop(service.worker_queue(), life):
            _end_by_signals()  # rq's handlers belong to the worker that is gone
            life.beat()
            time.sleep(_TRY_AGAIN_AFTER)


def _end_by_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _end(*_: object) -> NoReturn:
    """The default would end this process, too, but not as the first of a container: to that one it is
    ignored."""
    sys.exit(0)


def _told_to_stop(queue: Queue, life: Life) -> bool:
    """Work until something ends it; whether that was a signal, to an idle worker or to a busy one.

    rq also returns from trouble, and tells the two apart in its own attribute only.
    """
    worker = None
    try:
        worker = _Worker(queue, life)
        worker.work(logging_level=None)
    except RedisError as error:
        log.warning("Redis is away; the sweeper does the work", extra={"reason": type(error).__name__})
    return worker is not None and worker._shutdown_requested_date is not None  # noqa: SLF001


class _Worker(Worker):
    """Tells that it lives whenever it tells Redis so."""

    def __init__(self, queue: Queue, life: Life) -> None:
        super().__init__(
            [queue],
            connection=queue.connection,
            serializer=JSONSerializer,
            log_job_description=False,
            worker_ttl=30,
            maintenance_interval=15,
            job_monitoring_interval=5,
        )
        self._life = life

    def heartbeat(self, *arguments: Any, **named: Any) -> None:
        """Also when Redis does not hear it: to be restarted would not bring it back."""
        self._life.beat()
        super().heartbeat(*arguments, **named)
