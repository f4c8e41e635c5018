"""Totals, cut-offs and subscales against a table that was worked out by hand, over random responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from service.domain.answers import Absent, FirstContact, ItemAnswer
from service.domain.assessment import Assessor
from service.domain.instruments import InstrumentResult
from service.domain.signals import GapKind
from service.web.schemas.intake import FirstContactSchema, Limits
from tests.domain.test_instrument_files import FILES, INSTRUMENTS


@dataclass(frozen=True)
class Official:
    """What the publication of an instrument says of its total: values of each item, which are turned round.

    `ends_at_zero`: an item that ends the questionnaire when it is 0.
    """

    items: Mapping[str, tuple[int, int]]
    lowest: int
    highest: int
    turned: frozenset[str] = frozenset()
    ends_at_zero: str | None = None

    def needed(self, values: Mapping[str, int]) -> set[str]:
        """The items without which there is no total."""
        if self.ends_at_zero is not None and values.get(self.ends_at_zero) == 0:
            return {self.ends_at_zero}
        return set(self.items)

    def total(self, values: Mapping[str, int]) -> int | None:
        """The official total of these values, or None while an item lacks."""
        needed = self.needed(values)
        if needed - set(values):
            return None
        return sum(self._points(item, values[item]) for item in needed)

    def _points(self, item: str, value: int) -> int:
        first, last = self.items[item]
        return first + last - value if item in self.turned else value


def numbered(count: int, first: int, last: int) -> dict[str, tuple[int, int]]:
    return {str(number): (first, last) for number in range(1, count + 1)}


def lines(*names: str) -> dict[str, tuple[int, int]]:
    return {f"{name}-mm": (0, 100) for name in names}


OFFICIAL = {
    "phq-2": Official(numbered(2, 0, 3), 0, 6),
    "phq-9": Official(numbered(9, 0, 3), 0, 27),
    "phq-a": Official(numbered(9, 0, 3), 0, 27),
    "gad-2": Official(numbered(2, 0, 3), 0, 6),
    "gad-7": Official(numbered(7, 0, 3), 0, 21),
    "epds": Official(numbered(10, 0, 3), 0, 30),
    "core-10": Official(numbered(10, 0, 4), 0, 40, turned=frozenset({"2", "3"})),
    "k10": Official(numbered(10, 1, 5), 10, 50),
    "who-5": Official(numbered(5, 0, 5), 0, 25),
    "sidas": Official(numbered(5, 0, 10), 0, 50, turned=frozenset({"2"}), ends_at_zero="1"),
    "sbq-r": Official({"1": (1, 4), "2": (1, 5), "3": (1, 3), "4": (0, 6)}, 3, 18),
    "hope-scale": Official(numbered(6, 1, 8), 6, 48),
    "entrapment-sf": Official(numbered(4, 0, 4), 0, 16),
    "ors": Official(lines("individual", "interpersonal", "social", "overall"), 0, 400),
    "srs": Official(lines("relationship", "goals", "approach", "overall"), 0, 400),
    "beck-hopelessness": Official({"total": (0, 20)}, 0, 20),
}
"""Worked out from the publications, not from our files."""

TOTALLED = st.sampled_from(sorted(OFFICIAL))
CHECKED = st.sampled_from(sorted(set(OFFICIAL) - {"beck-hopelessness"}))
"""Those of which a total may be sent beside the items."""


@st.composite
def complete(draw: st.DrawFn, names: st.SearchStrategy[str] = TOTALLED) -> tuple[str, dict[str, int]]:
    """An instrument and a value for every item of its total."""
    name = draw(names)
    return name, {
        item: draw(st.integers(first, last)) for item, (first, last) in OFFICIAL[name].items.items()
    }


def score(name: str, values: Mapping[str, int | Absent]) -> InstrumentResult:
    (result,) = INSTRUMENTS.score(answers_to(name, values), None)
    return result


def answers_to(name: str, values: Mapping[str, int | Absent]) -> list[ItemAnswer]:
    return [
        ItemAnswer(f"a{item}", name, item, None, value)
        if isinstance(value, Absent)
        else ItemAnswer(f"a{item}", name, item, value)
        for item, value in values.items()
    ]


def reaching(name: str, total: int) -> dict[str, int]:
    """Values whose official total is this one, filled from the first item on."""
    official, rest = OFFICIAL[name], total
    values: dict[str, int] = {}
    firsts = {item: first for item, (first, _) in official.items.items()}
    rest -= sum(firsts.values())
    for item, (first, last) in official.items.items():
        points = first + min(rest, last - first)
        rest -= points - first
        values[item] = first + last - points if item in official.turned else points
    assert rest == 0
    return values


def test_the_table_has_every_instrument_that_forms_a_total_and_no_other() -> None:
    assert {name for name, raw in FILES.items() if "total" in raw} == set(OFFICIAL)
    for name, official in OFFICIAL.items():
        assert set(FILES[name]["total"]["items"]) == set(official.items)


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_a_total_reaches_from_the_official_lowest_to_the_official_highest(name: str) -> None:
    official = OFFICIAL[name]
    for total in (official.lowest, official.highest):
        assert score(name, reaching(name, total)).total == total


@given(complete())
def test_a_total_is_the_one_worked_out_by_hand_and_the_same_every_time(
    drawn: tuple[str, dict[str, int]],
) -> None:
    name, values = drawn
    result = score(name, values)
    assert result.total == OFFICIAL[name].total(values)
    assert OFFICIAL[name].lowest <= (result.total or 0) <= OFFICIAL[name].highest
    assert result == score(name, values) == score(name, dict(reversed(values.items())))


@given(complete(), st.data())
def test_one_step_on_an_item_is_one_step_of_the_total_the_right_way(
    drawn: tuple[str, dict[str, int]], data: st.DataObject
) -> None:
    name, values = drawn
    official = OFFICIAL[name]
    item = data.draw(st.sampled_from(sorted(official.items)))
    if values[item] == official.items[item][1] or item == official.ends_at_zero:
        return
    before, after = score(name, values).total, score(name, {**values, item: values[item] + 1}).total
    assert before is not None
    skipped = item not in official.needed(values)
    assert after == before + (0 if skipped else -1 if item in official.turned else 1)


@given(complete(), st.data())
def test_a_partial_questionnaire_has_no_total_no_band_and_a_gap_that_names_what_lacks(
    drawn: tuple[str, dict[str, int]], data: st.DataObject
) -> None:
    name, values = drawn
    lost = data.draw(st.sampled_from(sorted(OFFICIAL[name].needed(values))))
    why = data.draw(st.sampled_from([None, *Absent]))
    others = {item: value for item, value in values.items() if item != lost}
    if why is None and not others:
        return
    result = score(name, others if why is None else {**others, lost: why})
    assert (result.total, result.complete) == (None, False)
    bands = {band.get("flag") for band in FILES[name]["total"].get("bands", ())}
    assert not bands & set(result.flags)
    label = FILES[name]["items"][lost].get("label", f"item {lost}")
    kind = GapKind.REFUSED if why is Absent.REFUSED else GapKind.INCOMPLETE
    assert any(gap.kind is kind and label in gap.text for gap in result.gaps)


@given(complete(CHECKED), st.data())
def test_a_total_that_was_sent_changes_nothing_but_is_reported_when_it_disagrees(
    drawn: tuple[str, dict[str, int]], data: st.DataObject
) -> None:
    name, values = drawn
    official, right = OFFICIAL[name], OFFICIAL[name].total(values)
    sent = data.draw(st.integers(official.lowest, official.highest))
    alone, beside = score(name, values), score(name, {**values, "total": sent})
    assert replace(beside, gaps=alone.gaps) == alone
    reported = [gap for gap in beside.gaps if gap not in alone.gaps]
    if sent == right:
        assert reported == []
    else:
        assert [gap.kind for gap in reported] == [GapKind.INCOMPLETE]
        assert str(sent) in reported[0].text
        assert str(right) in reported[0].text


@given(complete(CHECKED), st.data())
def test_a_total_that_was_sent_never_stands_in_for_an_item(
    drawn: tuple[str, dict[str, int]], data: st.DataObject
) -> None:
    name, values = drawn
    lost = data.draw(st.sampled_from(sorted(OFFICIAL[name].needed(values))))
    partial = {item: value for item, value in values.items() if item != lost}
    sent = data.draw(st.integers(OFFICIAL[name].lowest, OFFICIAL[name].highest))
    result = score(name, {**partial, "total": sent})
    assert (result.total, result.complete) == (None, False)
    assert any("cannot be checked without every item" in gap.text for gap in result.gaps)


def test_a_total_may_be_sent_within_its_range_where_one_is_formed_and_nowhere_else() -> None:
    def fields(name: str, value: int) -> list[str]:
        return [field for field, _ in INSTRUMENTS.faults(ItemAnswer("a", name, "total", value))]

    for name, official in OFFICIAL.items():
        assert fields(name, official.lowest) == fields(name, official.highest) == []
        assert fields(name, official.highest + 1) == ["value"]
    assert fields("k10", 9) == fields("sbq-r", 2) == ["value"]
    for name in set(FILES) - set(OFFICIAL):
        assert fields(name, 0) == ["item"]


def test_a_total_comes_in_as_an_item_of_a_first_contact() -> None:
    schema = FirstContactSchema(limits=Limits(INSTRUMENTS, 2000))
    sent = {"answer_id": "t", "type": "item", "instrument": "phq-9", "item": "total", "value": 13}
    contact = schema.load({"contact_id": "c1", "answers": [sent]})
    assert contact.answers == (ItemAnswer("t", "phq-9", "total", 13),)
    with pytest.raises(ValidationError) as refused:
        schema.load({"contact_id": "c1", "answers": [{**sent, "value": 28}]})
    assert "must be a whole number from 0 to 27" in str(refused.value)


def test_two_totals_that_disagree_are_both_reported() -> None:
    nine = answers_to("phq-9", dict.fromkeys(OFFICIAL["phq-9"].items, 1))
    sent = [ItemAnswer(f"t{total}", "phq-9", "total", total) for total in (9, 12, 4)]
    (result,) = INSTRUMENTS.score([*nine, *sent], None)
    said = [gap.text for gap in result.gaps]
    assert [text for text in said if "total that was sent" in text] == [
        "phq-9: the total that was sent, 4, is not the 9 of its items, which counts",
        "phq-9: the total that was sent, 12, is not the 9 of its items, which counts",
    ]


# The totals from which, or up to which, a rule holds, as they are published. ORS and SRS count millimetres.
FROM = {
    "phq-2.cut_off": 3,
    "phq-9.cut_off": 10,
    "phq-9.severe": 20,
    "phq-a.cut_off": 10,
    "phq-a.severe": 20,
    "gad-2.cut_off": 3,
    "gad-7.cut_off": 10,
    "epds.cut_off_13": 13,
    "core-10.clinical": 11,
    "core-10.depression": 13,
    "core-10.severe": 26,
    "k10.severe_30": 30,
    "sidas.cut_off": 21,
    "sbq-r.cut_off": 7,
    "sbq-r.psychiatric_cut_off": 8,
    "beck-hopelessness.cut_off": 9,
}
UP_TO = {
    "who-5.further_look": 12,
    "who-5.depression_likely": 7,
    "ors.below_cut_off": 249,
    "srs.total_36": 360,
}
BETWEEN = {"epds.cut_off_10": (10, 12), "k10.moderate_25": (25, 29), "k10.mild_20": (20, 24)}


@pytest.mark.parametrize("rule", [*FROM, *UP_TO, *BETWEEN])
def test_a_cut_off_holds_over_every_total(rule: str) -> None:
    name = rule.partition(".")[0]
    official = OFFICIAL[name]
    first, last = BETWEEN.get(rule, (FROM.get(rule, official.lowest), UP_TO.get(rule, official.highest)))
    for total in range(official.lowest, official.highest + 1):
        result = score(name, reaching(name, total))
        assert result.total == total
        assert (rule in result.rules) is (first <= total <= last), total


def test_every_rule_that_asks_for_a_total_is_in_one_of_the_tables() -> None:
    asking = {
        f"{name}.{rule['id']}"
        for name, raw in FILES.items()
        for rule in raw.get("rules", ())
        if {"total_at_least", "total_at_most"} & set(rule["when"])
        or rule["when"].get("scale") == "percentage"
    }
    assert asking == {*FROM, *UP_TO, *BETWEEN}


BANDS: dict[str, Sequence[tuple[int, str | None]]] = {
    "phq-9": [(0, None), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")],
    "phq-a": [(0, None), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")],
    "gad-7": [(0, None), (5, "mild"), (10, "moderate"), (15, "severe")],
    "core-10": [(0, None), (11, "mild"), (16, "moderate"), (21, "moderately severe"), (26, "severe")],
    "k10": [(10, None), (16, "second of four"), (22, "third of four"), (30, "fourth of four")],
    "beck-hopelessness": [(0, None), (4, "mild"), (9, "moderate"), (15, "severe")],
}


@pytest.mark.parametrize("name", BANDS)
def test_a_band_has_its_official_name_and_range_over_every_total(name: str) -> None:
    official, bands = OFFICIAL[name], BANDS[name]
    lasts = [first - 1 for first, _ in bands[1:]] + [official.highest]
    all_bands = {band["flag"] for band in FILES[name]["total"]["bands"] if "flag" in band}
    for total in range(official.lowest, official.highest + 1):
        shown = [flag for flag in score(name, reaching(name, total)).flags if flag in all_bands]
        ((first, word), last) = next(
            (band, last) for band, last in zip(bands, lasts, strict=True) if band[0] <= total <= last
        )
        if word is None:
            assert shown == []
        else:
            assert len(shown) == 1
            assert f": {word}" in shown[0]
            assert f"({first} to {last})" in shown[0]
    assert set(BANDS) == {n for n, raw in FILES.items() if "bands" in raw.get("total", {})}


@pytest.mark.parametrize("raw", range(26))
def test_the_who_5_percentage_is_the_raw_total_times_4_and_nothing_is_taken_off(raw: int) -> None:
    result = score("who-5", reaching("who-5", raw))
    assert result.total == raw
    assert f"WHO-5 percentage (raw total times 4): {raw * 4}" in result.flags
    assert ("who-5.further_look" in result.rules) is (raw < 13)


@given(st.lists(st.integers(1, 7), min_size=15, max_size=15))
def test_the_inq_15_has_two_sums_and_six_items_that_are_turned_round(values: list[int]) -> None:
    burden = sum(values[:6])
    turned = (7, 8, 10, 13, 14, 15)
    belonging = sum(8 - values[n - 1] if n in turned else values[n - 1] for n in range(7, 16))
    result = score("inq-15", {str(number): value for number, value in enumerate(values, start=1)})
    assert result.total is None
    assert f"perceived burdensomeness (6 to 42): {burden}" in result.flags
    assert f"thwarted belonging (9 to 63): {belonging}" in result.flags
    fired = {rule.partition(".")[2] for rule in result.rules}
    assert ("burdensomeness" in fired) is (burden >= 12)
    assert ("belonging_outpatient" in fired) is (belonging >= 36)
    assert ("belonging_inpatient" in fired) is (belonging >= 32)
    raised = {signal.entry for signal in result.signals}
    assert ("inq-15.burdensomeness" in raised) is (burden >= 12)
    assert ("inq-15.belonging" in raised) is (belonging >= 36)
    assert ("inq-15.item_4" in raised) is (values[3] >= 4)


@given(st.lists(st.integers(1, 8), min_size=6, max_size=6))
def test_agency_is_the_even_items_and_pathways_the_odd_ones(values: list[int]) -> None:
    result = score("hope-scale", {str(number): value for number, value in enumerate(values, start=1)})
    assert f"agency (3 to 24): {values[1] + values[3] + values[5]}" in result.flags
    assert f"pathways (3 to 24): {values[0] + values[2] + values[4]}" in result.flags
    assert (result.signals, result.rules) == ((), ())


def test_a_sum_says_what_it_says_at_the_most_severe_of_its_answers() -> None:
    values = {"1": 2, "2": 3, "3": 5, "4": 2, "5": 5, "6": 1}
    (signal,) = score("inq-15", values).signals
    assert (signal.entry, signal.answer_id) == ("inq-15.burdensomeness", "a3")


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_the_session_rating_scale_is_talked_about_at_36_or_when_one_line_is_below_9(marks: list[int]) -> None:
    items = ("relationship-mm", "goals-mm", "approach-mm", "overall-mm")
    result = score("srs", dict(zip(items, marks, strict=True)))
    fired = {rule.partition(".")[2] for rule in result.rules}
    assert ("total_36" in fired) is (sum(marks) <= 360)
    assert ("line_below_9" in fired) is (min(marks) < 90)
    assert f"SRS total, of 40: {sum(marks) / 10:.1f}" in result.flags
    heard = [(signal.construct, signal.strength) for signal in result.signals]
    if marks[0] >= 90:
        assert heard == []
    else:
        assert heard == [("unheard", "clear" if marks[0] < 50 else "mild")]


def test_the_sidas_skip_holds_over_every_kind_of_response() -> None:
    said = (None, 0, 1, 10, Absent.REFUSED)
    for values in product(said, repeat=5):
        sent = {str(n): value for n, value in enumerate(values, start=1) if value is not None}
        if not sent:
            continue
        numbers = {item: value for item, value in sent.items() if not isinstance(value, Absent)}
        result = score("sidas", sent)
        assert result.total == OFFICIAL["sidas"].total(numbers)
        assert result.complete is (result.total is not None)
        fired = {rule.partition(".")[2] for rule in result.rules}
        assert ("thoughts" in fired) is (numbers.get("1", 0) > 0)
        assert ("cut_off" in fired) is ((result.total or 0) >= 21)
        assert ("cut_off_not_excluded" in fired) is (numbers.get("1", 0) > 0 and result.total is None)
        assert ("answered_after_never" in fired) is (
            numbers.get("1") == 0 and any(numbers.get(item, 0) > 0 for item in "345")
        )


def test_the_p4_holds_over_every_possible_response() -> None:
    yes_no = (None, 0, 1, Absent.REFUSED)
    for opening, first, second, third, fourth in product(
        yes_no, yes_no, yes_no, (*yes_no[:3], 2, Absent.STOPPED), yes_no
    ):
        given_ = {"opening": opening, "1": first, "2": second, "3": third, "4": fourth}
        sent = {item: value for item, value in given_.items() if value is not None}
        if not sent:
            continue
        result = score("p4", sent)
        fired = {rule.partition(".")[2] for rule in result.rules}
        higher = third in {1, 2} or fourth == 0
        earlier = 1 in (first, second)
        unknown = not {0, 1, 2} & {third} or fourth not in {0, 1}
        assert ("higher" in fired) is higher
        assert ("lower" in fired) is (earlier and not higher)
        assert ("thoughts" in fired) is (opening == 1 and not earlier and not higher)
        assert ("higher_not_excluded" in fired) is ((opening == 1 or earlier) and unknown and not higher)
        assert ("yes_after_no" in fired) is (opening == 0 and (earlier or third in {1, 2}))


@pytest.mark.parametrize(
    ("name", "item", "better", "worse"),
    [
        ("who-5", "1", 5, 0),
        ("hope-scale", "2", 8, 1),
        ("srs", "relationship-mm", 95, 20),
        ("p4", "4", 1, 0),
        ("sidas", "2", 10, 0),
        ("inq-15", "7", 7, 1),
        ("epds", "10", 0, 2),
    ],
)
def test_of_two_answers_the_more_severe_counts_whichever_way_the_item_runs(
    name: str, item: str, better: int, worse: int
) -> None:
    alone = INSTRUMENTS.score([ItemAnswer("w", name, item, worse)], None)[0]
    for order in ((better, worse), (worse, better)):
        sent = [ItemAnswer("w" if value == worse else "b", name, item, value) for value in order]
        (both,) = INSTRUMENTS.score(sent, None)
        assert (both.rules, both.signals) == (alone.rules, alone.signals)
        assert any("answered more than once" in flag for flag in both.flags)


# What one questionnaire alone asks for, when it holds one red item, or only a total. The times are the policy's.
URGENCIES = [
    ("core-10", {"6": 1}, "very_urgent"),
    ("sbq-r", {"4": 4}, "very_urgent"),
    ("sidas", {"1": 1, "3": 10}, "very_urgent"),
    ("sidas", {"1": 5, "2": 5, "3": 2, "4": 5, "5": 4}, "very_urgent"),
    ("p4", {"3": 1}, "very_urgent"),
    ("p4", {"4": 0}, "very_urgent"),
    ("sidas", {"1": 1}, "urgent"),
    ("sbq-r", {"1": 4}, "urgent"),
    ("phq-a", {"12": 1}, "urgent"),
    ("phq-a", {"13": 1}, "urgent"),
    ("epds", {"10": 1}, "urgent"),
    ("p4", {"1": 0, "2": 1, "3": 0, "4": 1}, "urgent"),
    ("inq-15", {"4": 4}, "urgent"),
    ("phq-a", {"9": 1}, "soon"),
    ("phq-9", {"9": 1}, "soon"),
    ("sbq-r", {"1": 2, "2": 1, "3": 1, "4": 0}, "soon"),
    ("p4", {"opening": 1, "1": 0, "2": 0, "3": 0, "4": 1}, "soon"),
    ("beck-hopelessness", {"total": 9}, "soon"),
    ("inq-15", {"1": 2, "2": 2, "3": 2, "4": 2, "5": 2, "6": 2}, "soon"),
    ("k10", {"4": 4}, "soon"),
    ("phq-9", {"total": 27}, "unread"),
    ("epds", {"10": Absent.REFUSED}, "unread"),
    ("core-10", {"6": Absent.STOPPED}, "unread"),
    ("beck-hopelessness", {"total": Absent.REFUSED}, "unread"),
    ("sidas", {"1": Absent.REFUSED}, "unread"),
    ("beck-hopelessness", {"total": 8}, "none_found"),
    ("hope-scale", dict.fromkeys("123456", 1), "none_found"),
    ("entrapment-sf", dict.fromkeys("1234", 4), "none_found"),
    ("gad-7", dict.fromkeys("1234567", 3), "none_found"),
]


@pytest.mark.parametrize(("name", "values", "urgency"), URGENCIES)
def test_what_one_questionnaire_alone_asks_for(
    name: str, values: Mapping[str, int | Absent], urgency: str, assessor: Assessor
) -> None:
    contact = FirstContact("c1", tuple(answers_to(name, values)))
    assert assessor.assess(contact).urgency == urgency


def test_a_contradicted_total_is_among_the_gaps_and_leaves_no_quiet_result(assessor: Assessor) -> None:
    values = {**dict.fromkeys(OFFICIAL["phq-9"].items, 0), "total": 5}
    assessment = assessor.assess(FirstContact("c1", tuple(answers_to("phq-9", values))))
    assert assessment.urgency == "unread"
    assert any("is not the 0 of its items" in gap for gap in assessment.gaps)
