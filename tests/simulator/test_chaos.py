"""The kill test's comparison: every kind of loss, of duplicate and of what nothing explains is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from simulator.chaos.compare import codes_in, compare
from simulator.chaos.ledgers import (
    Accepted,
    Injected,
    Ledgers,
    Place,
    Received,
    Reply,
    StoredCase,
    StoredContact,
    StoredEvent,
    StoredPage,
)
from simulator.chaos.plan import Kind, plan
from simulator.chaos.report import Run, last_line

T0 = datetime(2026, 6, 1, 3, tzinfo=UTC)
OSEI, HOME = "+447700900101", "+441632960001"
PLACE = Place("case-1", 0, 0, 0, "osei", "sms")
DROP = Injected(7, "carrier: accepts, drops the connection (01)", T0, T0, ambiguous=True)
PAGE = "Goldenhour 2QMC: a case waits for you. Reply 2QMC to take it, PASS 2QMC to pass it on."


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def well() -> Ledgers:
    """One grave contact, paged once, taken by reply."""
    return Ledgers(
        accepted=(Accepted("c1", "c1", ("a1",), must_page=True, at=T0),),
        replies=(Reply(OSEI, "2QMC", at(5)),),
        received=(Received("SM1", OSEI, "sms", PAGE, at(2)),),
        contacts=(StoredContact("c1", frozenset({"a1"}), 1),),
        cases=(StoredCase("case-1", "2QMC", "contact", "c1", "acknowledged", "osei", at(3600)),),
        pages=(StoredPage(PLACE, 1, "delivered", "SM1", at(1)),),
        events=(
            StoredEvent("case-1", "reply", "osei", at(5)),
            StoredEvent("case-1", "acknowledged", "osei", at(5)),
        ),
        injected=(),
        people={OSEI: "osei", HOME: "osei"},
        now=at(60),
    )


def twice(first: StoredPage, *injected: Injected) -> Ledgers:
    """The same page on the phone twice: the first attempt as given, and the one after it."""
    second = StoredPage(PLACE, 2, "delivered", "SM2", at(20))
    received = (*well().received, Received("SM2", OSEI, "sms", PAGE, at(21)))
    return replace(well(), pages=(first, second), received=received, injected=injected)


LOST_FROM_SIGHT = StoredPage(PLACE, 1, "presumed_lost", None, at(1))


def test_when_all_is_well_nothing_is_found() -> None:
    verdict = compare(well())
    assert (verdict.lost, verdict.duplicates, verdict.unexplained) == ((), (), ())
    assert verdict.waits == (2.0,)
    assert verdict.is_well


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"contacts": ()}, "c1 was accepted and is not stored"),
        ({"contacts": (StoredContact("c1", frozenset(), 1),)}, "c1: the answers ['a1'] were accepted"),
        ({"contacts": (StoredContact("c1", frozenset({"a1"}), 0),)}, "c1 was accepted and not assessed"),
        ({"received": ()}, "c1 must page, and no phone has received it (2QMC)"),
        ({"received": (), "cases": (), "pages": (), "replies": ()}, "no phone has received it (no case)"),
        ({"events": (StoredEvent("case-1", "acknowledged", "osei", at(5)),)}, "osei's reply to 2QMC"),
        ({"replies": (Reply(OSEI, "9999", at(5)),)}, "osei's reply to 9999"),
    ],
)
def test_what_is_lost_is_found(changed: dict[str, object], told: str) -> None:
    verdict = compare(replace(well(), **changed))  # type: ignore[arg-type]
    assert any(told in line for line in verdict.lost), verdict
    assert not verdict.is_well


def case(**changed: object) -> Ledgers:
    """The case in another state."""
    return replace(well(), cases=(replace(well().cases[0], **changed),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ledgers", "told"),
    [
        (case(state="closed"), "2QMC is closed, and no human did so"),
        (replace(well(), events=well().events[:1]), "2QMC is taken, and no human did so"),
        (case(next_action_at=None), "2QMC has no time at which it moves"),
        (case(next_action_at=at(-10)), "2QMC stands still"),
        (replace(well(), accepted=(replace(well().accepted[0], named="c2"),)), "c1 was answered as c2"),
        (
            replace(well(), cases=(well().cases[0], replace(well().cases[0], case_id="x", code="3QMC"))),
            "two live",
        ),
        (replace(well(), refusals=("the API answered 500",)), "the API answered 500"),
        (
            replace(
                well(),
                received=(*well().received, Received("SM9", OSEI, "sms", PAGE.replace("2QMC", "9999"), T0)),
            ),
            "9999, which nobody gave out",
        ),
        (
            replace(well(), received=(*well().received, Received("SM9", OSEI, "sms", PAGE, at(3)))),
            "received 2QMC and no attempt says so",
        ),
        (
            replace(
                well(), received=(*well().received, Received("SM9", OSEI, "sms", "a case waits for you", T0))
            ),
            "without a code",
        ),
        (twice(LOST_FROM_SIGHT), "osei received 2QMC 2 times by sms"),
        (twice(LOST_FROM_SIGHT, replace(DROP, ambiguous=False)), "osei received 2QMC 2 times by sms"),
        (twice(LOST_FROM_SIGHT, replace(DROP, at=at(90), until=at(90))), "osei received 2QMC 2 times by sms"),
        (twice(replace(LOST_FROM_SIGHT, state="delivered", provider_id="SM1"), DROP), "2 times by sms"),
    ],
)
def test_what_nothing_explains_is_found(ledgers: Ledgers, told: str) -> None:
    verdict = compare(ledgers)
    assert any(told in line for line in verdict.unexplained), verdict
    assert not verdict.is_well


def test_a_duplicate_is_explained_by_the_fault_that_left_its_first_attempt_in_doubt() -> None:
    verdict = compare(twice(LOST_FROM_SIGHT, DROP))
    assert verdict.is_well
    (duplicate,) = verdict.duplicates
    assert (duplicate.code, duplicate.times, duplicate.fault) == ("2QMC", 2, DROP)
    assert verdict.duplicated == 1


def test_another_channel_and_another_step_are_no_duplicates() -> None:
    call = replace(PLACE, channel="voice")
    later = replace(PLACE, step=1)
    spelled = "A case waits for you. Code 2, Q, M, C. Press 4 to take it."
    ledgers = replace(
        well(),
        pages=(
            *well().pages,
            StoredPage(call, 1, "delivered", "CA1", at(4)),
            StoredPage(later, 1, "delivered", "SM2", at(9)),
        ),
        received=(
            *well().received,
            Received("CA1", HOME, "voice", spelled, at(5)),
            Received("SM2", OSEI, "sms", PAGE, at(10)),
        ),
    )
    verdict = compare(ledgers)
    assert (verdict.duplicates, verdict.unexplained) == ((), ())


def test_codes_are_read_in_texts_and_in_calls() -> None:
    assert codes_in(PAGE) == ("2QMC",)
    assert codes_in("3 cases wait for you: 2QMC, 7X8D, HHHH. Reply a code") == ("2QMC", "7X8D", "HHHH")
    assert codes_in("Code 2, Q, M, C. Press 4 to take it, 5 to pass it on") == ("2QMC",)


def test_the_same_seed_plans_the_same_faults_and_in_time_every_kind() -> None:
    assert plan(50, 3) == plan(50, 3)
    assert plan(50, 3) != plan(50, 4)
    assert {planned.kind for planned in plan(1000, 1)} == set(Kind)


def test_the_last_line_says_it_all() -> None:
    run = Run(3, 60, 45.0, well(), compare(well()), Counter())
    assert last_line(run) == "faults 60 lost 0 duplicated 0 unexplained 0 slowest 2.0 s seed 3"
