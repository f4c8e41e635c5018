"""The one job that the doorbell asks for: an id in, nothing out."""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

from rq import get_current_job

from service.bootstrap import Service
from service.settings import read_settings


@cache
def service() -> Service:
    """This process's parts. Made in the worker before it forks: connections open only in the work-horse."""
    return Service(read_settings(os.environ))


def page_clinician(page_id: str) -> None:
    """Carry one page. Whatever goes wrong, the ledger still says what is due and the sweeper does it."""
    job = get_current_job()
    service().carry_page(UUID(page_id), job.meta.get("traceparent", "") if job else "")
