"""The days after a first contact: who is followed up, by when, and what ends it; each story with its mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.answers import ItemAnswer, TextAnswer
from service.domain.assessment import Assessment, Assessor
from service.domain.course import ContactEvent, Happening
from service.domain.errors import Conflict, NotFound
from service.domain.escalation import CaseState, EventKind
from service.domain.urgency import Urgency
from service.usecases.ports import FollowUp
from tests.canary import CANARY
from tests.database import TimeMachine
from tests.service_under_test import OSEI, ServiceUnderTest

HOUR = 3600.0
DAVE = (
    "My brother was killed in a car crash. There is a court case and I am facing bankruptcy.",
    "I have nothing to show for my life. I am a lousy husband, a bad father, a failure.",
)
AFTERWARDS = (
    "I couldn't stop weeping.",
    "She didn't look at me.",
    "She doesn't like me.",
    "Even therapy can't help.",
)
QUIET = "I would like an appointment on a weekday, please."


@dataclass
class Story:
    """One person's days, told with hours from when they wrote to the service; now is hour 0."""

    service: ServiceUnderTest
    time_machine: TimeMachine
    ids: count[int]
    began: datetime

    def says(self, *texts: str, at: float = 0.0) -> Assessment:
        """What the person writes or says."""
        said_at = self.began + timedelta(hours=at)
        answers = [TextAnswer(f"a{next(self.ids)}", f"{text} {CANARY}.", at=said_at) for text in texts]
        with self.service.ledger.transaction() as tx:
            known = tx.find_contact("riverside", "c1") is not None
        receipt = self.service.add(*answers) if known else self.service.contact(*answers)
        return receipt.assessment

    def happens(
        self, kind: Happening, at: float, appointment: float | None = None, by: str = ""
    ) -> Assessment:
        """What the intake system tells."""
        when = None if appointment is None else self.began + timedelta(hours=appointment)
        event = ContactEvent(f"e{next(self.ids)}", kind, self.began + timedelta(hours=at), when, by)
        return self.service.tell(event).assessment

    def session(self, begins: float, ends: float) -> None:
        self.happens(Happening.STARTED, begins)
        self.happens(Happening.ENDED, ends)

    def pass_time(self, hours: float) -> None:
        """Everything that is stored gets older, and the sweepers do what is due."""
        self.time_machine.forward(hours * HOUR)
        self.service.sweep()
        self.service.work()

    def promise(self) -> FollowUp | None:
        """The follow-up that is due, if any."""
        due = self.service.settle_follow_up.due("riverside", 10, 0)
        return due.follow_ups[0] if due.follow_ups else None

    @property
    def due_in(self) -> float | None:
        """The hours from `began` within which somebody must have spoken to the person."""
        promise = self.promise()
        if promise is None or promise.promise is None:
            return None
        return round((promise.promise.due_at - self.began).total_seconds() / HOUR, 2)

    @property
    def pages(self) -> int:
        return len(self.service.texts_to(OSEI))


@pytest.fixture
def story(ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine) -> Story:
    service = ServiceUnderTest(ledger, assessor)
    # Only the follow-up pages within these days, so that what pages is plain.
    late = replace(service.site.plans[Urgency.SOON], first_page_after=timedelta(days=30))
    plans = {**service.site.plans, Urgency.SOON: late, Urgency.URGENT: late, Urgency.UNREAD: late}
    service = ServiceUnderTest(ledger, assessor, replace(service.site, plans=plans))
    return Story(service, time_machine, count(), datetime.now(UTC) - timedelta(hours=100))


def reasons(story: Story) -> Sequence[str]:
    promise = story.promise()
    assert promise is not None
    assert promise.promise is not None
    return promise.promise.reasons


def test_dave_left_worse_than_he_came_and_is_called_within_a_day(story: Story) -> None:
    assert story.says(*DAVE, at=98).urgency is Urgency.SOON
    story.session(98.5, 99.4)
    after = story.says(*AFTERWARDS, at=99.9)
    assert after.urgency is Urgency.URGENT
    assert "Hopelessness rose after first contact." in after.reasons
    assert not any(signal.construct.startswith("ideation") for signal in after.signals)
    assert story.due_in == 123.9
    assert "left_worse" in reasons(story)
    story.pass_time(19)
    assert story.pages == 0
    story.pass_time(1.5)  # 20 of the 24 hours are over
    assert story.pages == 1
    story.happens(Happening.SPOKEN_TO, at=100.5, by="Dr Lindqvist")
    assert story.service.case().state is CaseState.CLOSED
    assert story.service.case().disposition == "spoken_to"
    assert story.promise() is None


def test_weeping_alone_is_not_leaving_worse(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.happens(Happening.BOOKED, at=90, appointment=150)
    story.session(91, 92)
    after = story.says("I couldn't stop weeping.", at=93)
    assert after.urgency is Urgency.SOON
    assert after.turns == ()
    assert reasons(story) == ("no_word",)
    assert story.due_in == 222


def test_who_is_not_looked_at_and_says_no_more_is_not_said_to_be_worse(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.session(91, 92)
    assert story.says("She didn't look at me. It was just forms.", at=93).turns == ()
    assert reasons(story) == ("nothing_booked",)


def test_who_leaves_with_nothing_booked_is_called_within_three_days(story: Story) -> None:
    story.says(*DAVE, at=97)
    story.session(98, 99)
    assert reasons(story) == ("nothing_booked",)
    assert story.due_in == 99 + 72
    story.pass_time(66)
    assert story.pages == 0
    story.pass_time(2)
    assert story.pages == 1
    assert EventKind.FOLLOW_UP in story.service.kinds()


def test_who_leaves_with_the_next_time_booked_and_comes_is_left_in_peace(story: Story) -> None:
    story.says(*DAVE, at=50)
    story.session(51, 52)
    story.happens(Happening.BOOKED, at=52.1, appointment=80)
    assert reasons(story) == ("no_word",)
    story.happens(Happening.ATTENDED, at=81, appointment=80)
    story.happens(Happening.BOOKED, at=81, appointment=400)
    story.pass_time(100)
    assert story.pages == 0


def test_a_booking_that_is_told_late_takes_the_place_of_what_was_due(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.session(91, 92)
    assert story.due_in == 92 + 72
    story.happens(Happening.BOOKED, at=91.9, appointment=120)
    assert reasons(story) == ("no_word",)
    assert story.due_in == 120 + 72


def test_who_does_not_come_is_called(story: Story) -> None:
    story.says(*DAVE, at=60)
    story.happens(Happening.BOOKED, at=61, appointment=98)
    story.happens(Happening.NO_SHOW, at=98.5, appointment=98)
    assert reasons(story) == ("did_not_come",)
    assert story.due_in == 98.5 + 72


def test_who_does_not_come_and_said_nothing_grave_is_left_in_peace(story: Story) -> None:
    story.says(QUIET, at=60)
    story.happens(Happening.BOOKED, at=61, appointment=98)
    story.happens(Happening.NO_SHOW, at=98.5, appointment=98)
    assert story.promise() is None
    story.pass_time(200)
    assert story.pages == 0


def test_when_nobody_says_whether_they_came_somebody_asks(story: Story) -> None:
    story.says(*DAVE, at=20)
    story.happens(Happening.BOOKED, at=21, appointment=24)
    assert reasons(story) == ("no_word",)
    assert story.due_in == 24 + 72
    story.pass_time(0.1)
    assert story.pages == 1  # 92 of the 96 hours are over


def test_who_cancels_and_books_nothing_is_called(story: Story) -> None:
    story.says(*DAVE, at=60)
    story.happens(Happening.BOOKED, at=61, appointment=120)
    story.happens(Happening.CANCELLED, at=99, appointment=120)
    assert reasons(story) == ("cancelled",)


def test_who_moves_the_appointment_is_waited_for(story: Story) -> None:
    story.says(*DAVE, at=60)
    story.happens(Happening.BOOKED, at=61, appointment=120)
    story.happens(Happening.CANCELLED, at=99, appointment=120)
    story.happens(Happening.BOOKED, at=99.1, appointment=144)
    assert reasons(story) == ("no_word",)
    assert story.due_in == 144 + 72


def test_who_comes_once_and_not_again_is_called(story: Story) -> None:
    story.says(*DAVE, at=10)
    story.session(11, 12)
    story.happens(Happening.BOOKED, at=12, appointment=98)
    story.happens(Happening.NO_SHOW, at=99)
    assert reasons(story) == ("did_not_come",)


def test_who_leaves_a_ward_is_called_within_three_days(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.happens(Happening.DISCHARGED, at=99)
    assert reasons(story) == ("discharged",)
    assert story.due_in == 99 + 72


def test_who_leaves_a_ward_and_was_spoken_to_since_is_left_in_peace(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.happens(Happening.DISCHARGED, at=98)
    story.happens(Happening.SPOKEN_TO, at=99.9, by="nurse 7")
    assert story.promise() is None


def test_a_call_before_the_fall_does_not_end_what_came_after_it(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.session(91, 92)
    story.says("It is hopeless, even therapy can't help.", at=95)
    story.happens(Happening.SPOKEN_TO, at=93, by="nurse 7")
    assert reasons(story) == ("left_worse",)
    assert story.service.case().state is CaseState.OPEN


def test_hope_that_was_there_and_is_gone_is_leaving_worse(story: Story) -> None:
    story.says("I really hope this helps, I want to get better for my kids. I feel worthless.", at=90)
    story.session(91, 92)
    assert story.says("I am worthless, a failure.", at=93).turns[0].turn_id == "hope_fell"
    assert reasons(story)[0] == "left_worse"


def test_hope_that_stays_is_no_fall(story: Story) -> None:
    story.says("I really hope this helps, I want to get better for my kids. I feel worthless.", at=90)
    story.session(91, 92)
    after = story.says("I still feel worthless, but I hope it helps and I want to get better.", at=93)
    assert after.turns == ()


def test_thoughts_of_death_that_come_up_after_a_session_are_urgent(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.session(91, 92)
    after = story.says("I wish I would not wake up in the morning.", at=93)
    assert after.urgency.rank >= Urgency.URGENT.rank
    assert "suicidality_rose" in [turn.turn_id for turn in after.turns]


def test_the_same_thoughts_before_and_after_did_not_rise(story: Story) -> None:
    before = story.says("I wish I would not wake up in the morning.", at=90)
    story.session(91, 92)
    after = story.says("I wish I would not wake up in the morning.", at=93)
    assert after.turns == ()
    assert after.urgency is before.urgency


def test_calm_after_despair_is_a_prompt_and_no_relief(story: Story) -> None:
    story.says("I can't see any future, everything is hopeless and pointless.", at=90)
    story.session(91, 92)
    after = story.says("I feel at peace now.", at=93)
    assert "Calm follows despair; ask what has changed." in after.reasons
    assert after.urgency.rank >= Urgency.SOON.rank


def test_calm_after_calm_is_nothing(story: Story) -> None:
    story.says(QUIET, at=90)
    story.session(91, 92)
    after = story.says("I feel at peace now.", at=93)
    assert after.urgency is Urgency.NONE_FOUND
    assert after.turns == ()
    assert story.promise() is None


def test_a_person_seen_again_is_held_against_themselves(story: Story) -> None:
    story.says("It is hopeless, there is no future.", at=10)
    story.session(11, 12)
    story.says("I have some hope again.", at=13)
    story.session(51, 52)
    after = story.says("There is no future any more, it is hopeless.", at=53)
    assert [turn.turn_id for turn in after.turns] == ["hopelessness_rose", "hope_fell"]


def test_who_was_as_hopeless_the_time_before_did_not_fall(story: Story) -> None:
    story.says("It is hopeless, there is no future.", at=10)
    story.session(11, 12)
    story.says("There is no future, it is hopeless.", at=13)
    story.session(51, 52)
    after = story.says("It is hopeless, there is no future.", at=53)
    assert after.turns == ()


def test_without_any_word_before_nothing_is_said_to_have_changed(story: Story) -> None:
    story.says(at=1)
    story.session(91, 92)
    after = story.says("It is hopeless.", at=93)
    assert after.turns == ()
    assert after.urgency is Urgency.SOON


def test_what_is_ticked_counts_in_the_phase_in_which_it_was_ticked(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.session(91, 92)
    item = ItemAnswer("i1", "phq-9", "9", 2, at=story.began + timedelta(hours=93))
    assert "suicidality_rose" in [t.turn_id for t in story.service.add(item).assessment.turns]


def test_the_order_in_which_events_are_told_changes_nothing(story: Story) -> None:
    story.says(*DAVE, at=90)
    story.says("It is hopeless, even therapy can't help.", at=93)
    assert story.promise() is None
    story.happens(Happening.ENDED, at=92)
    after = story.happens(Happening.STARTED, at=91)
    assert after.urgency is Urgency.URGENT
    assert "left_worse" in reasons(story)
    assert story.due_in == 93 + 24


def test_an_event_told_twice_is_told_once_and_another_of_its_id_is_refused(story: Story) -> None:
    story.says(*DAVE, at=90)
    event = ContactEvent("e", Happening.ENDED, story.began + timedelta(hours=92))
    assert story.service.tell(event).stored
    assert not story.service.tell(event).stored
    with pytest.raises(Conflict, match="says otherwise"):
        story.service.tell(replace(event, kind=Happening.NO_SHOW))


def test_only_a_human_ends_a_follow_up(story: Story) -> None:
    story.says(*DAVE, at=97)
    story.session(98, 99)
    with pytest.raises(Conflict, match="is open"):  # its case is on the worklist: that is where it ends
        story.service.settle_follow_up.settle("riverside", "c1", "osei", "already_in_care")
    case = story.service.case()
    story.service.decide.close("riverside", case.case_id, "osei", "already_in_care")
    assert story.promise() is None
    story.pass_time(200)
    assert story.pages == 0


def test_a_follow_up_whose_case_is_closed_already_is_ended_by_a_recorded_decision(story: Story) -> None:
    story.says(*DAVE, at=80)
    story.service.decide.close("riverside", story.service.case().case_id, "osei", "spoken_to")
    story.happens(Happening.NO_SHOW, at=100.5)
    assert reasons(story) == ("did_not_come",)
    settled = story.service.settle_follow_up.settle("riverside", "c1", "osei", "already_in_care")
    assert (settled.settled_by, settled.settled_how) == ("osei", "already_in_care")
    assert story.promise() is None
    with pytest.raises(NotFound):
        story.service.settle_follow_up.settle("riverside", "c1", "osei", "already_in_care")


def test_a_broken_promise_becomes_a_case_that_pages_until_a_human_takes_it(story: Story) -> None:
    story.says(*DAVE, at=80)
    story.service.decide.close("riverside", story.service.case().case_id, "osei", "spoken_to")
    story.happens(Happening.NO_SHOW, at=100.5)
    story.pass_time(69)
    case = story.service.case()
    assert (case.state, case.subject) == (CaseState.OPEN, "follow_up")
    assert story.pages == 1
    story.pass_time(0.1)
    assert len(story.service.carrier.received) > 1
    story.service.decide.acknowledge("riverside", case.case_id, "osei")
    story.service.decide.close("riverside", case.case_id, "osei", "spoken_to")
    assert story.promise() is None


def test_two_sweepers_at_once_open_one_case(story: Story) -> None:
    story.says(*DAVE, at=80)
    story.service.decide.close("riverside", story.service.case().case_id, "osei", "spoken_to")
    story.happens(Happening.NO_SHOW, at=100.5)
    story.time_machine.forward(70 * HOUR)
    for page_id in (*story.service.keep_promises(), *story.service.keep_promises()):
        story.service.page_clinician(page_id)
    story.service.work()
    assert story.pages == 1


def test_a_follow_up_is_not_erased_while_it_is_due(story: Story) -> None:
    from service.usecases.erase_contact import EraseContact  # noqa: PLC0415

    story.says(*DAVE, at=80)
    story.service.decide.close("riverside", story.service.case().case_id, "osei", "spoken_to")
    story.happens(Happening.NO_SHOW, at=100.5)
    with pytest.raises(Conflict, match="follow-up is due"):
        EraseContact(story.service.ledger)("riverside", "c1")
