"""An rq worker on exactly one queue: with two, rq loses the job that it holds when it is killed."""

from __future__ import annotations

import gc
import logging
import signal
import time

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from workers import jobs

log = logging.getLogger(__name__)

_TRY_AGAIN_AFTER = 1.0  # seconds


def run() -> None:
    """Answer the doorbell until a signal says stop, through any absence of Redis."""
    service = jobs.service()
    if not service.page_clinician.carriers:  # builds it: a fault must stop the start, not a job
        raise LookupError("there is no carrier")
    log.info("at work")
    gc.freeze()  # or every work-horse that is forked would copy what it looks through for garbage
    while not _told_to_stop(service.worker_queue()):
        for number in (signal.SIGINT, signal.SIGTERM):  # rq's handlers belong to the worker that is gone
            signal.signal(number, signal.SIG_DFL)
        time.sleep(_TRY_AGAIN_AFTER)


def _told_to_stop(queue: Queue) -> bool:
    """Work until something ends it; whether that was a signal, to an idle worker or to a busy one.

    rq also returns from trouble, and tells the two apart in its own attribute only.
    """
    worker = None
    try:
        worker = _worker(queue)
        worker.work(logging_level=None)
    except RedisError as error:
        log.warning("Redis is away; the sweeper does the work", extra={"reason": type(error).__name__})
    return worker is not None and worker._shutdown_requested_date is not None  # noqa: SLF001


def _worker(queue: Queue) -> Worker:
    return Worker(
        [queue],
        connection=queue.connection,
        serializer=JSONSerializer,
        log_job_description=False,
        worker_ttl=30,
        maintenance_interval=15,
        job_monitoring_interval=5,
    )
