"""Compares the three ledgers. Pure: the same ledgers give the same verdict, so any loss can be planted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.chaos.ledgers import Injected, Ledgers, Place, Received, StoredCase, StoredPage

_CODE = re.compile(r"\b[23456789CDFGHJKMNPQRTVWXYZ]{4}\b")
_SPELLED = re.compile(r"\b(?:[2-9A-Z], ){3}[2-9A-Z]\b")
_ASKS = ("waits for you", "wait for you", "needs help")
_MAY_HAVE_ARRIVED = frozenset({"presumed_lost", "unknown", "sending", "failed"})
_FAULT_BEFORE = timedelta(seconds=5)  # a call takes up to the carrier's time limit
_FAULT_AFTER = timedelta(seconds=30)  # the lease, and the time in which the carrier shows what it took
_STANDS_STILL = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A page that a phone received `times` times, with one code, and the fault that explains it."""

    code: str
    place: Place
    times: int
    fault: Injected


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison found. `waits`: seconds from accepted to the first page on a phone, sorted."""

    lost: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    unexplained: tuple[str, ...]
    waits: tuple[float, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is lost and everything is explained."""
        return not self.lost and not self.unexplained

    @property
    def duplicated(self) -> int:
        """How many messages more than were needed."""
        return sum(duplicate.times - 1 for duplicate in self.duplicates)


def compare(ledgers: Ledgers) -> Verdict:
    """Hold what was accepted, stored and received against one another."""
    asking = [received for received in ledgers.received if any(a in received.words for a in _ASKS)]
    arrivals = _Arrivals(ledgers, asking)
    duplicates, unexplained = arrivals.duplicates()
    waits, unpaged = _waits(ledgers, arrivals)
    return Verdict(
        lost=(*_not_stored(ledgers), *unpaged, *_unheard(ledgers)),
        duplicates=tuple(duplicates),
        unexplained=(*unexplained, *_strange(ledgers), *ledgers.refusals),
        waits=tuple(sorted(waits)),
    )


def codes_in(words: str) -> tuple[str, ...]:
    """The codes that a text, or a voice letter by letter, names."""
    spelled = (found.replace(", ", "") for found in _SPELLED.findall(words))
    return tuple(dict.fromkeys((*_CODE.findall(words), *spelled)))


class _Arrivals:
    """Which attempt of which page each message on a phone was."""

    def __init__(self, ledgers: Ledgers, asking: Iterable[Received]) -> None:
        self._ledgers = ledgers
        self._codes = {case.case_id: case.code for case in ledgers.cases}
        self._cases = {case.code: case for case in ledgers.cases}
        self._by_id: dict[str, list[StoredPage]] = defaultdict(list)
        self._nameless: dict[tuple[str, str, str], list[StoredPage]] = defaultdict(list)
        for page in sorted(ledgers.pages, key=lambda page: page.attempt):
            if page.provider_id:
                self._by_id[page.provider_id].append(page)
            elif page.state in _MAY_HAVE_ARRIVED and page.attempted_at is not None:
                place = page.place
                self._nameless[place.case_id, place.clinician, place.channel].append(page)
        self.of_place: dict[Place, list[Received]] = defaultdict(list)
        self.of_case: dict[str, list[datetime]] = defaultdict(list)
        self._strange: list[str] = []
        for received in sorted(asking, key=lambda received: received.at):
            self._place(received)

    def _place(self, received: Received) -> None:
        for page in self._by_id.get(received.sid, ()):
            self._note(page, received)
        if received.sid in self._by_id:  # it is known by one of its pages at least, and names them all
            for code in codes_in(received.words):
                if code in self._cases:
                    self.of_case[self._cases[code].case_id].append(received.at)
            return
        clinician = self._ledgers.people.get(received.phone, received.phone)
        codes = codes_in(received.words)
        if not codes:
            self._strange.append(f"{received.phone} received a page without a code")
        for code in codes:
            case = self._cases.get(code)
            if case is None:
                self._strange.append(f"{received.phone} received {code}, which nobody gave out")
                continue
            waiting = self._nameless[case.case_id, clinician, received.channel]
            attempt = next((page for page in waiting if _before(page, received)), None)
            if attempt is None:
                self._strange.append(f"{received.phone} received {code} and no attempt says so")
                self.of_case[case.case_id].append(received.at)
                continue
            waiting.remove(attempt)
            self._note(attempt, received)

    def _note(self, page: StoredPage, received: Received) -> None:
        self.of_place[page.place].append(received)
        self.of_case[page.place.case_id].append(received.at)

    def duplicates(self) -> tuple[list[Duplicate], list[str]]:
        """What came more than once to the same place, explained; and what nothing explains."""
        attempts: dict[Place, list[StoredPage]] = defaultdict(list)
        for page in self._ledgers.pages:
            attempts[page.place].append(page)
        found, unexplained = [], list(self._strange)
        for place, received in self.of_place.items():
            if len(received) < 2:
                continue
            code = self._codes[place.case_id]
            fault = self._fault_behind(attempts[place])
            if fault is None:
                unexplained.append(
                    f"{place.clinician} received {code} {len(received)} times by {place.channel}"
                )
            else:
                found.append(Duplicate(code, place, len(received), fault))
        return found, unexplained

    def _fault_behind(self, attempts: list[StoredPage]) -> Injected | None:
        """The fault after which an attempt's outcome could not be known."""
        ambiguous = [fault for fault in self._ledgers.injected if fault.ambiguous]
        for page in attempts:
            if page.state != "presumed_lost" or page.attempted_at is None:
                continue
            for fault in ambiguous:
                began, ended = fault.at - _FAULT_AFTER, fault.until + _FAULT_BEFORE
                if began <= page.attempted_at <= ended:
                    return fault
        return None


def _before(page: StoredPage, received: Received) -> bool:
    return page.attempted_at is not None and page.attempted_at <= received.at + timedelta(seconds=1)


def _not_stored(ledgers: Ledgers) -> Iterator[str]:
    stored = {contact.contact_id: contact for contact in ledgers.contacts}
    for accepted in ledgers.accepted:
        contact = stored.get(accepted.contact_id)
        if contact is None:
            yield f"{accepted.contact_id} was accepted and is not stored"
        elif missing := set(accepted.answer_ids) - contact.answer_ids:
            yield f"{accepted.contact_id}: the answers {sorted(missing)} were accepted and are not stored"
        elif not contact.assessed:
            yield f"{accepted.contact_id} was accepted and not assessed"


def _waits(ledgers: Ledgers, arrivals: _Arrivals) -> tuple[list[float], list[str]]:
    """How long each accepted contact that must page waited for its first page; and those still waiting."""
    cases: dict[str, list[StoredCase]] = defaultdict(list)
    for case in ledgers.cases:
        if case.contact_id is not None:
            cases[case.contact_id].append(case)
    waits, lost = [], []
    for accepted in ledgers.accepted:
        if not accepted.must_page:
            continue
        arrived = [at for case in cases[accepted.contact_id] for at in arrivals.of_case[case.case_id]]
        if arrived:
            waits.append(max(0.0, (min(arrived) - accepted.at).total_seconds()))
        else:
            known = ", ".join(case.code for case in cases[accepted.contact_id]) or "no case"
            lost.append(f"{accepted.contact_id} must page, and no phone has received it ({known})")
    return waits, lost


def _unheard(ledgers: Ledgers) -> Iterator[str]:
    """Replies that we answered, and that the case knows nothing of."""
    codes = {case.code: case.case_id for case in ledgers.cases}
    heard = {(event.case_id, event.clinician) for event in ledgers.events if event.kind == "reply"}
    for reply in ledgers.replies:
        clinician = ledgers.people.get(reply.phone, reply.phone)
        if (codes.get(reply.code, ""), clinician) not in heard:
            yield f"{clinician}'s reply to {reply.code} was answered and is not stored"


def _strange(ledgers: Ledgers) -> Iterator[str]:
    """What must never be, whatever has happened."""
    acts = {(event.case_id, event.kind) for event in ledgers.events if event.clinician is not None}
    for case in ledgers.cases:
        if case.state == "closed" and (case.case_id, "closed") not in acts:
            yield f"{case.code} is closed, and no human did so"
        if case.state == "acknowledged" and not {(case.case_id, "acknowledged")} & acts:
            yield f"{case.code} is taken, and no human did so"
        if case.state == "closed":
            continue
        if case.next_action_at is None:
            yield f"{case.code} has no time at which it moves"
        elif case.next_action_at < ledgers.now - _STANDS_STILL:
            yield f"{case.code} stands still"
    for accepted in ledgers.accepted:
        if accepted.named != accepted.contact_id:
            yield f"{accepted.contact_id} was answered as {accepted.named}"
    live = [case.contact_id for case in ledgers.cases if case.contact_id and case.state != "closed"]
    yield from (f"{contact} has two live cases" for contact in sorted(set(live)) if live.count(contact) > 1)
