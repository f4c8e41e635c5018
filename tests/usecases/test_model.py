"""Any order of contacts, replies, acts, faults and time, held beside a model of what a case is."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.delivery import Ambiguous, PageState, Rejected
from service.domain.escalation import Case, CaseState
from service.domain.refusals import Refusal
from service.usecases.ports import DeliveryReport
from tests.canary import CANARY
from tests.database import TimeMachine, emptied
from tests.service_under_test import LINDQVIST, MOREAU, OSEI, PACE, PLAN, TONIGHT, ServiceUnderTest

RUNS = int(os.environ.get("MODEL_RUNS", "25"))
"""`make fuzz` asks for many more."""

PHONES = {"osei": OSEI, "lindqvist": LINDQVIST, "moreau": MOREAU}
people = st.sampled_from(sorted(PHONES))
spans = st.sampled_from([1.0, 16.0, 61.0, 181.0, 601.0, 3601.0])
outcomes = st.sampled_from(
    [
        Ambiguous(),
        Rejected(Refusal.BAD_ADDRESS),
        Rejected(Refusal.OUT_OF_REACH),
        Rejected(Refusal.THROTTLED),
        Rejected(Refusal.PROVIDER),
    ]
)


@dataclass
class Known:
    """What the model knows of a case: whose it is, since when, and whether a human has closed it."""

    code: str
    owner: str | None = None
    since: float = 0.0
    closed: bool = False
    passed: set[str] = field(default_factory=set)


class Machine(RuleBasedStateMachine):
    """One site, three people, a carrier that may fail; `clock` counts the seconds that have passed."""

    cases = Bundle("cases")

    def __init__(self, fresh: Callable[[], ServiceUnderTest], time_machine: TimeMachine) -> None:
        super().__init__()
        self.service = fresh()
        self.time_machine = time_machine
        self.clock = 0.0
        self.contacts = 0
        self.messages = 0
        self.known: dict[UUID, Known] = {}
        self.asked: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.read = 0

    # what happens

    @rule(target=cases)
    def a_grave_contact(self) -> UUID:
        self.contacts += 1
        contact = f"c{self.contacts}"
        self.service.contact(TONIGHT, contact_id=contact)
        case = self.service.case(contact)
        self.known[case.case_id] = Known(case.code)
        return case.case_id

    @rule(text=st.sampled_from(["I would like an appointment on a weekday.", "I feel a bit low."]))
    def a_quiet_contact(self, text: str) -> None:
        self.contacts += 1
        self.service.contact(text, contact_id=f"c{self.contacts}")

    @rule(seconds=spans)
    def time_passes(self, seconds: float) -> None:
        self.time_machine.forward(seconds)
        self.clock += seconds

    @rule()
    def workers_work(self) -> None:
        self.service.work()

    @rule()
    def a_sweep(self) -> None:
        self.service.sweep()
        for known in self.known.values():
            lasts = PLAN.acknowledgement_lasts.total_seconds()
            if known.owner is not None and not known.closed and self.clock - known.since >= lasts:
                known.owner, known.passed = None, set()

    @rule(outcome=outcomes)
    def the_carrier_will_fail(self, outcome: Ambiguous | Rejected) -> None:
        self.service.carrier.outcomes.append(outcome)

    @rule()
    def the_carrier_will_lose_an_answer(self) -> None:
        self.service.carrier.loses_answers += 1

    @rule(away=st.booleans())
    def the_carrier_goes_and_comes(self, away: bool) -> None:
        self.service.carrier.away = away

    @rule(silent=st.booleans())
    def the_doorbell_goes_and_comes(self, silent: bool) -> None:
        self.service.doorbell.silent = silent

    @rule(
        which=st.integers(0, 50),
        state=st.sampled_from([PageState.SENT, PageState.DELIVERED, PageState.UNDELIVERED, PageState.FAILED]),
    )
    def the_carrier_reports(self, which: int, state: PageState) -> None:
        taken = list(self.service.carrier.taken.items())
        if taken:
            provider_id, (message, _) = taken[which % len(taken)]
            refusal = Refusal.OUT_OF_REACH if state in {PageState.UNDELIVERED, PageState.FAILED} else None
            self.service.report(message.reference, DeliveryReport(state, provider_id, "", refusal))

    # what humans do

    @rule(case_id=cases, person=people)
    def a_reply_takes(self, case_id: UUID, person: str) -> None:
        self.messages += 1
        self.service.reply(f"SM{self.messages}", PHONES[person], self.known[case_id].code)
        self._take(case_id, person)

    @rule(case_id=cases, person=people)
    def the_same_reply_comes_twice(self, case_id: UUID, person: str) -> None:
        self.messages += 1
        for _ in range(2):
            self.service.reply(f"SM{self.messages}", PHONES[person], self.known[case_id].code)
        self._take(case_id, person)

    @rule(case_id=cases, person=people)
    def an_acknowledgement_over_the_api(self, case_id: UUID, person: str) -> None:
        self.service.decide.acknowledge("riverside", case_id, person)
        self._take(case_id, person)

    @rule(case_id=cases, person=people)
    def a_reply_passes_on(self, case_id: UUID, person: str) -> None:
        self.messages += 1
        self.service.reply(f"SM{self.messages}", PHONES[person], f"PASS {self.known[case_id].code}")
        known = self.known[case_id]
        if known.owner == person and not known.closed:
            known.owner = None

    @rule(case_id=consumes(cases), person=people)
    def somebody_closes(self, case_id: UUID, person: str) -> None:
        self.service.decide.close("riverside", case_id, person, "spoken_to")
        self.known[case_id].closed = True

    @rule(target=cases, case_id=cases)
    def something_grave_is_added(self, case_id: UUID) -> object:
        case = self._case(case_id)
        if case.contact_id is None:
            return multiple()
        self.service.contact(TONIGHT, contact_id=case.contact_id)  # the same again: silently
        return multiple()

    @rule(person=people, text=st.sampled_from(["ok", "who is this?", "Liked “x”", "STOPPING", "", "yes"]))
    def somebody_writes_something(self, person: str, text: str) -> None:
        self.messages += 1
        self.service.reply(f"SM{self.messages}", PHONES[person], text)

    def _take(self, case_id: UUID, person: str) -> None:
        known = self.known[case_id]
        if known.owner is None and not known.closed:
            known.owner, known.since = person, self.clock

    # what must always be so

    @invariant()
    def every_case_is_as_the_model_says(self) -> None:
        for case_id, known in self.known.items():
            case = self._case(case_id)
            assert (case.state is CaseState.CLOSED) == known.closed
            if not known.closed:
                assert case.owner == known.owner
                assert case.next_action_at is not None

    @invariant()
    def nobody_is_told_anything_about_the_person_or_too_often(self) -> None:
        received = self.service.carrier.received
        for message in received[self.read :]:
            assert CANARY not in message.text
            if "a case waits for you" in message.text:
                code = message.text.split()[1].rstrip(":")
                self.asked[code, message.address].append(self.clock)
        self.read = len(received)
        pause = PACE.same_case_every.total_seconds()
        for times in self.asked.values():
            for earlier, after in zip(times, times[2:], strict=False):
                # An attempt whose outcome was lost may come twice; a third must wait.
                assert after - earlier >= pause

    def teardown(self) -> None:
        """Once all works again, nobody is left waiting: every open case has reached a phone."""
        self.service.carrier.away = self.service.doorbell.silent = False
        self.service.carrier.outcomes.clear()
        self.service.carrier.loses_answers = 0
        waiting = [
            case_id for case_id, known in self.known.items() if known.owner is None and not known.closed
        ]
        for _ in range(30):  # as often as a held page may go; several minutes in all
            self.service.sweep()
            self.service.work()
            self.time_machine.forward(16)
        texts = [message.text for message in self.service.carrier.received]
        for case_id in waiting:
            code = self.known[case_id].code
            assert any(code in text for text in texts), f"nobody was told of {code}"

    def _case(self, case_id: UUID) -> Case:
        found = self.service.read.case("riverside", case_id)
        assert found is not None
        return found.case


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_any_order_of_events_is_as_the_model_says(
    engine: Engine, ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine
) -> None:
    def fresh() -> ServiceUnderTest:
        emptied(engine)
        return ServiceUnderTest(ledger, assessor)

    class Here(Machine):
        def __init__(self) -> None:
            super().__init__(fresh, time_machine)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
