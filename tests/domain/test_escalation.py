"""The life of a case as a pure function: who is paged next, and that it never stalls or stops by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from service.domain import escalation
from service.domain.escalation import Advance, Case, CaseState, EventKind, Position
from service.domain.plan import LAST_RESORT, Plan, Step, Target, TargetKind
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.urgency import Urgency

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST, SECOND = Target(TargetKind.ROSTER, "first"), Target(TargetKind.ROSTER, "second")
PLAN = Plan(
    first_page_after=timedelta(0),
    steps=(Step((FIRST,), 3 * MINUTE), Step((SECOND,), 5 * MINUTE)),
    repeats=1,
    everyone_every=10 * MINUTE,
    acknowledgement_lasts=60 * MINUTE,
    next_channel_after=MINUTE,
)
EVERYONE = ("osei", "lindqvist", "moreau")


def on_call(target: Target) -> OnCall | NobodyOnCall:
    return {"first": OnCall(("osei",)), "second": OnCall(("lindqvist",))}.get(
        target.name, NobodyOnCall(target.name)
    )


def nobody(target: Target) -> NobodyOnCall:
    return NobodyOnCall(target.name)


def a_case(**changes: object) -> Case:
    case = Case(
        case_id=UUID(int=1),
        code="K7Q2",
        site="riverside",
        contact_id="c1",
        urgency=Urgency.VERY_URGENT,
        plan=PLAN,
        state=CaseState.OPEN,
        position=Position(),
        next_action_at=NOW,
        respond_by=NOW + 240 * MINUTE,
        opened_at=NOW,
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def walk(case: Case, times: int) -> list[Advance]:
    """Nobody answers, `times` times over."""
    steps = []
    for _ in range(times):
        steps.append(escalation.advance(case, on_call, EVERYONE, case.next_action_at))
        case = steps[-1].case
    return steps


def kinds(step: Advance) -> list[EventKind]:
    return [event.kind for event in step.events]


def test_each_step_pages_who_is_on_call_and_waits_as_the_plan_says() -> None:
    first, second = walk(a_case(), 2)
    assert (first.targets, first.case.next_action_at) == (("osei",), NOW + 3 * MINUTE)
    assert (second.targets, second.case.next_action_at) == (("lindqvist",), NOW + 8 * MINUTE)


def test_after_the_last_step_come_the_repeats_then_everyone_then_the_alarm() -> None:
    steps = walk(a_case(), 7)
    assert [step.targets for step in steps[:4]] == [("osei",), ("lindqvist",)] * 2
    assert [step.targets for step in steps[4:]] == [EVERYONE] * 3
    assert kinds(steps[4]) == [EventKind.EVERYONE_PAGED]
    assert not steps[4].case.alarm
    assert kinds(steps[5]) == [EventKind.ALARM]
    assert steps[5].case.alarm
    assert kinds(steps[6]) == []
    assert steps[6].case.next_action_at - steps[5].case.next_action_at == 10 * MINUTE


def test_no_two_steps_fire_from_the_same_position() -> None:
    fired = [step.fired for step in walk(a_case(), 9)]
    assert len(set(fired)) == len(fired)


def test_a_step_with_nobody_on_call_is_recorded_and_the_next_follows_at_once() -> None:
    step = escalation.advance(
        a_case(), lambda t: on_call(t) if t == SECOND else NobodyOnCall(t.name), EVERYONE, NOW
    )
    assert step.targets == ("lindqvist",)
    assert kinds(step) == [EventKind.NOBODY_ON_CALL]


def test_when_nobody_at_all_is_on_call_everyone_is_paged_at_once() -> None:
    step = escalation.advance(a_case(), nobody, EVERYONE, NOW)
    assert step.targets == EVERYONE
    assert kinds(step)[-1] is EventKind.EVERYONE_PAGED


def test_when_there_is_nobody_to_page_the_alarm_is_raised_and_the_case_comes_round_again() -> None:
    step = escalation.advance(a_case(), nobody, (), NOW)
    assert step.case.alarm
    assert {EventKind.NOBODY_TO_PAGE, EventKind.ALARM} <= set(kinds(step))
    assert step.case.next_action_at > NOW


def test_without_a_readable_plan_everyone_is_paged_at_once_and_again_in_the_alarm_state() -> None:
    first, second = walk(a_case(plan=LAST_RESORT, position=Position(0, 1, 1)), 2)
    assert first.targets == second.targets == EVERYONE
    assert first.case.alarm
    assert (EventKind.ALARM in kinds(first), EventKind.ALARM in kinds(second)) == (True, False)
    assert Position(0, 1, 1) == first.fired < second.fired  # never at a place where it paged before
    taken = escalation.acknowledged(second.case, "osei", NOW)
    assert (taken.owner, taken.alarm) == ("osei", False)


def test_a_case_long_overdue_takes_one_step_and_not_all_it_missed() -> None:
    step = escalation.advance(a_case(), on_call, EVERYONE, NOW + 500 * MINUTE)
    assert step.targets == ("osei",)
    assert step.case.next_action_at == NOW + 503 * MINUTE


def test_a_taken_case_that_is_not_closed_in_time_is_paged_anew() -> None:
    taken = escalation.acknowledged(a_case(), "osei", NOW)
    assert taken.next_action_at == NOW + 60 * MINUTE
    step = escalation.advance(taken, on_call, EVERYONE, taken.next_action_at)
    assert kinds(step) == [EventKind.ACKNOWLEDGEMENT_EXPIRED]
    assert (step.case.state, step.case.owner, step.targets) == (CaseState.OPEN, None, ("osei",))
    assert step.fired.episode == 1


def test_who_passed_is_left_out_of_the_steps_but_not_when_everyone_is_paged() -> None:
    case = escalation.passed(a_case(), "osei", {"osei"}, NOW)
    steps = walk(case, 3)
    assert [step.targets for step in steps] == [("lindqvist",), ("lindqvist",), EVERYONE]


def test_a_pass_by_its_owner_opens_a_taken_case_again() -> None:
    taken = escalation.acknowledged(a_case(), "osei", NOW)
    case = escalation.passed(taken, "osei", {"osei"}, NOW + MINUTE)
    assert (case.state, case.owner, case.next_action_at) == (CaseState.OPEN, None, NOW + MINUTE)
    assert case.passed == {"osei"}


def test_a_pass_by_somebody_else_leaves_a_taken_case_taken() -> None:
    taken = escalation.acknowledged(a_case(), "osei", NOW)
    assert escalation.passed(taken, "lindqvist", {"osei"}, NOW) == taken


def test_a_rise_in_urgency_pages_again_by_the_new_plan_even_when_taken() -> None:
    taken = escalation.acknowledged(a_case(urgency=Urgency.SOON), "osei", NOW)
    faster = replace(PLAN, steps=(Step((SECOND,), MINUTE),))
    case = escalation.risen(taken, Urgency.EMERGENCY, faster, NOW, NOW)
    assert (case.state, case.urgency, case.position) == (CaseState.OPEN, Urgency.EMERGENCY, Position(1))
    assert escalation.advance(case, on_call, EVERYONE, NOW).targets == ("lindqvist",)


def test_a_step_that_came_to_nothing_makes_the_next_one_due_now() -> None:
    (first,) = walk(a_case(), 1)
    later = NOW + timedelta(seconds=1)
    assert escalation.came_to_nothing(first.case, first.fired, later).next_action_at == later


def test_an_earlier_step_that_comes_to_nothing_hastens_nothing() -> None:
    first, second = walk(a_case(), 2)
    assert escalation.came_to_nothing(second.case, first.fired, NOW) == second.case


def test_when_paging_everyone_comes_to_nothing_the_alarm_is_raised_and_the_pace_is_kept() -> None:
    everyone = walk(a_case(), 5)[-1]
    after = escalation.came_to_nothing(everyone.case, everyone.fired, NOW)
    assert (everyone.case.alarm, after) == (False, replace(everyone.case, alarm=True))


def test_passing_twice_or_out_of_turn_takes_nobodys_time_away() -> None:
    waiting = walk(a_case(), 2)[-1].case
    late = escalation.passed(waiting, "osei", {"lindqvist"}, NOW)
    assert (late.next_action_at, late.passed) == (waiting.next_action_at, frozenset({"osei"}))
    once = escalation.passed(waiting, "lindqvist", {"lindqvist"}, NOW)
    assert once.next_action_at == NOW
    later = replace(once, next_action_at=NOW + MINUTE)
    assert escalation.passed(later, "lindqvist", {"lindqvist"}, NOW) == later


def test_nothing_gets_later_by_a_rise() -> None:
    slow = replace(PLAN, first_page_after=240 * MINUTE)
    alarmed = a_case(position=Position(0, 2, 3), alarm=True, respond_by=NOW + MINUTE)
    case = escalation.risen(alarmed, Urgency.URGENT, slow, NOW + 1440 * MINUTE, NOW)
    assert (case.alarm, case.next_action_at, case.respond_by) == (True, NOW, NOW + MINUTE)
    waiting = a_case(urgency=Urgency.SOON, next_action_at=NOW + 2880 * MINUTE)
    assert escalation.risen(waiting, Urgency.URGENT, slow, None, NOW).next_action_at == NOW + 240 * MINUTE


@given(
    st.lists(st.sampled_from(["wait", "pass", "take", "rise"]), max_size=30),
    st.sets(st.sampled_from(["first", "second"])),
)
def test_whatever_happens_an_unclosed_case_always_has_a_future_time_and_somebody_or_the_alarm(
    acts: list[str], empty: set[str]
) -> None:
    case, now = a_case(), NOW
    for act in acts:
        if act == "pass":
            case = escalation.passed(case, "osei", {"osei"}, now)
        elif act == "take" and case.state is CaseState.OPEN:
            case = escalation.acknowledged(case, "osei", now)
        elif act == "rise":
            case = escalation.risen(case, Urgency.EMERGENCY, PLAN, now, now)
        else:
            now = case.next_action_at
            step = escalation.advance(
                case, lambda t: NobodyOnCall(t.name) if t.name in empty else on_call(t), EVERYONE, now
            )
            assert step.targets or step.case.alarm
            assert step.case.next_action_at > now
            case = step.case
        assert case.state is not CaseState.CLOSED
