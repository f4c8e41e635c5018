"""Reads the ledgers after a run: the database by its tables, the phones by the carrier's own record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from simulator.chaos.injector import Injector
from simulator.chaos.ledgers import (
    Injected,
    Ledgers,
    Place,
    Received,
    StoredCase,
    StoredContact,
    StoredEvent,
    StoredPage,
)
from simulator.chaos.plan import AMBIGUOUS, Kind
from simulator.chaos.site import PEOPLE
from simulator.chaos.traffic import Intake, Phones
from simulator.stack import Stack

_CONTACTS = """
SELECT c.contact_id,
       array(SELECT answer_id FROM answers a WHERE a.contact = c.row
             UNION SELECT event_id FROM contact_events e WHERE e.contact = c.row) AS told,
       (SELECT count(*) FROM assessments s WHERE s.contact = c.row) AS assessed
FROM first_contacts c
"""
_CASES = "SELECT case_id, code, kind, contact_id, state, owner, next_action_at FROM cases"
_PAGES = """
SELECT case_id, episode, round, step, clinician, channel, attempt, state, provider_id, attempted_at
FROM pages WHERE kind = 'page'
"""
_EVENTS = "SELECT case_id, kind, clinician, at FROM case_events"
_ON_THEIR_WAY = "SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown')"
_WAITING = "SELECT count(*) FROM cases WHERE state = 'open' AND next_action_at < now() + interval '1 hour'"
_PROMISED = "SELECT count(*) FROM follow_ups WHERE page_at < now() + interval '1 hour'"


def is_quiet(engine: Engine) -> bool:
    """Whether no page is on its way, no case is being paged for, and no follow-up soon will be."""
    with engine.connect() as connection:
        return not any(connection.scalar(text(query)) for query in (_ON_THEIR_WAY, _WAITING, _PROMISED))


def collect(
    stack: Stack, engine: Engine, injector: Injector, intakes: Sequence[Intake], phones: Phones
) -> Ledgers:
    """All ledgers of a run that has become quiet."""
    carrier = stack.carrier.call("GET", "ledger")
    with engine.connect() as connection:
        now: datetime = connection.execute(text("SELECT now()")).scalar_one()
        contacts = connection.execute(text(_CONTACTS)).all()
        cases = connection.execute(text(_CASES)).all()
        pages = connection.execute(text(_PAGES)).all()
        events = connection.execute(text(_EVENTS)).all()
    return Ledgers(
        accepted=tuple(each for intake in intakes for each in intake.accepted),
        replies=tuple(phones.replies),
        received=tuple(_received(carrier)),
        contacts=tuple(StoredContact(c.contact_id, frozenset(c.told), c.assessed) for c in contacts),
        cases=tuple(
            StoredCase(str(c.case_id), c.code, c.kind, c.contact_id, c.state, c.owner, c.next_action_at)
            for c in cases
        ),
        pages=tuple(
            StoredPage(
                Place(str(p.case_id), p.episode, p.round, p.step, p.clinician, p.channel),
                p.attempt,
                p.state,
                p.provider_id,
                p.attempted_at,
            )
            for p in pages
        ),
        events=tuple(StoredEvent(str(e.case_id), e.kind, e.clinician, e.at) for e in events),
        injected=(*injector.done, *_carriers(injector, carrier["mishaps"]), *_cuts(injector)),
        people=PEOPLE,
        now=now,
        refusals=tuple(each for intake in intakes for each in intake.strange),
    )


def _received(carrier: dict[str, Any]) -> Iterator[Received]:
    for sms in carrier["received"]:
        yield Received(sms["sid"], sms["phone"], "sms", sms["body"], datetime.fromisoformat(sms["at"]))
    for call in carrier["calls"]:
        if call["words"]:
            at = datetime.fromisoformat(call["at"])
            yield Received(call["sid"], call["phone"], "voice", " ".join(call["words"]), at)


def _carriers(injector: Injector, mishaps: Iterable[dict[str, Any]]) -> Iterator[Injected]:
    """What the carrier was told to do wrong, when it came to do it: in the order in which it was told."""
    told = deque(injector.carrier_faults)
    for mishap in mishaps:
        if not told:
            return
        planned = told.popleft()
        at = datetime.fromisoformat(mishap["at"])
        what = f"{planned.kind} ({mishap['phone'][-2:]})"
        yield Injected(planned.number, what, at, at, planned.kind in AMBIGUOUS)


def _cuts(injector: Injector) -> Iterator[Injected]:
    for cut, at in injector.wire.done:
        kind = Kind.CUT_ANSWER if cut.in_answer else Kind.CUT_REQUEST
        yield Injected(cut.number, f"{kind}, byte {cut.offset}", at, at, ambiguous=True)
