"""The sweeper: whatever is due and undone, it does, with or without Redis. Two or more run at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from uuid import UUID

from service.bootstrap import Service
from service.usecases.ports import LedgerAway
from workers.life import Life, told

log = logging.getLogger(__name__)

_AT_ONCE = 4  # carrier calls; one slow call must not hold up the next page

_CALENDARS_EVERY = 5.0  # seconds; how often to look whether one is due
_PAGERS_EVERY = 1.0

_SILENT_AFTER = 60.0  # seconds; more than a part takes that gives up a database which stands still


class Sweeper:
    """Advances due cases and carries due pages, again and again, until told to stop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._interval = service.settings.sweep_interval
        self._carrying: dict[UUID, Future[None]] = {}
        self._life = Life(_SILENT_AFTER)

    def run(self, stop: Event) -> None:
        """Sweep until `stop` is set, then finish the carrier calls under way."""
        with told(self._service.settings.health_bind, self._life, self._service.health):
            self._run(stop)

    def _run(self, stop: Event) -> None:
        self._beside(stop, "calendars", _CALENDARS_EVERY, self._service.refresh_calendars)
        if self._service.ask_pagers is not None:
            self._beside(stop, "pagers", _PAGERS_EVERY, self._service.ask_pagers)
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="page")
        log.info("at work")
        try:
            while not stop.is_set():
                self._sweep(lambda page_id: pool.submit(self._carry, page_id))
                stop.wait(self._interval)
        finally:
            pool.shutdown(cancel_futures=True)  # what was not begun is another sweeper's at once

    def _beside(self, stop: Event, name: str, every: float, part: Callable[[], object]) -> None:
        """Do a part again and again in a thread of its own: what takes its time must hold up no page. It ends
        with the process."""

        def once() -> tuple[UUID, ...]:
            part()
            return ()

        def again() -> None:
            while not stop.is_set():
                self._part(once, [])
                stop.wait(every)

        Thread(target=again, daemon=True, name=name).start()

    def _sweep(self, submit: Callable[[UUID], Future[None]]) -> None:
        waiting: list[UUID] = []
        well = [
            self._step(self._service.keep_promises, waiting),
            self._step(self._service.advance_cases, waiting),
            self._step(self._service.silent_pages, waiting),
            self._step(self._service.due_pages, waiting),
            self._step(self._service.synthetic_page, waiting),
            self._step(self._service.check_address, waiting),
        ]
        self._carrying = {page: future for page, future in self._carrying.items() if not future.done()}
        for page_id in dict.fromkeys(waiting):
            if page_id not in self._carrying:
                self._carrying[page_id] = submit(page_id)
        if all(well):
            self._step(self._beat, waiting)
        # Behind the sweep: what stands still for this process must not stand still for its auditor, too.
        self._step(self._service.audit_cases, waiting)
        self._step(self._service.seal_trail, waiting)
        self._step(self._service.purge_contacts, waiting)

    def _step(self, part: Callable[[], Iterable[UUID]], found: list[UUID]) -> bool:
        """A part of the loop, well or not: with each the loop has come round further."""
        well = self._part(part, found)
        self._life.beat()
        return well

    def _part(self, part: Callable[[], Iterable[UUID]], found: list[UUID]) -> bool:
        """One part of a sweep, which may fail without the others."""
        try:
            found += part()
        except LedgerAway:
            log.warning("the database is away; nothing is lost, and nothing moves")
        except Exception:
            log.exception("a part of a sweep failed; the next sweep follows")
        else:
            return True
        return False

    def _beat(self) -> tuple[UUID, ...]:
        self._service.watch.beat(self._service.process)
        return ()

    def _carry(self, page_id: UUID) -> None:
        try:
            self._service.carry_page(page_id)
        except LedgerAway:
            log.warning("the database went away under a page", extra={"page_id": str(page_id)})
        except Exception:
            log.exception("a page could not be carried; its lease runs out", extra={"page_id": str(page_id)})
