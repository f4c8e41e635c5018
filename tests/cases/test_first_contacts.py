"""Whole first contacts come out as a careful clinician would have them.

The cases are data: every YAML file beside this one. A case gives `answers` and `items` with what must come of
them, or `stages` of such, where each adds to the same contact and all answers so far are assessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest
import yaml

from service.domain.answers import Absent, Answer, FirstContact, ItemAnswer, Speaker, TextAnswer
from service.domain.assessment import Assessment, Assessor
from service.domain.signals import Polarity, Signal, Who, family
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

CASES: list[dict[str, Any]] = [
    case
    for name in ("first_contacts", "vignettes", "attributes")
    for case in yaml.safe_load((REPOSITORY / "tests/cases" / f"{name}.yaml").read_text(encoding="utf-8"))
]
PAIRS = range(1, 65)
NAMES = [case["case"] for case in CASES]

ABOUT_THE_CASE = {"case", "not_yet", "pair", "side", "age", "speaker", "question", "stages"}
SAID = {"answers", "items"}
CONSTRUCTS = ("found", "not_found", "denied", "quoted")
EXPECTED = {"urgency", "spans", "gap", "no_gap", "flag", *CONSTRUCTS}


def contacts_of(case: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], FirstContact]]:
    """Each stage of a case, with the first contact as it stands then. A case without stages is one stage."""
    answers: list[Answer] = []
    for stage in case.get("stages", [case]):
        for said in stage.get("answers", ()):
            answers.append(text_of(case, said, f"a{len(answers) + 1}"))
        for instrument, items in stage.get("items", {}).items():
            for item, value in items.items():
                answers.append(item_of(instrument, item, value, f"a{len(answers) + 1}"))
        yield stage, FirstContact("c1", tuple(answers), case.get("age"))


def text_of(case: Mapping[str, Any], said: str | Mapping[str, Any], answer_id: str) -> TextAnswer:
    """A text, or a mapping of `text`, `question`, `speaker` and `within` (a paragraph around it, many times)."""
    parts: Mapping[str, Any] = {"text": said} if isinstance(said, str) else said
    unknown = set(parts) - {"text", "question", "speaker", "within"}
    assert not unknown, f"{case['case']}: an answer has no field {unknown}"
    text = parts["text"]
    if within := parts.get("within"):
        around = [within["paragraph"]]
        text = " ".join([*around * within["before"], text, *around * within["after"]])
    speaker = Speaker(parts.get("speaker", case.get("speaker", "client")))
    return TextAnswer(answer_id, text, parts.get("question", case.get("question", "")), speaker)


def item_of(instrument: str, item: str, value: int | str, answer_id: str) -> ItemAnswer:
    """One item with its value, or with the reason that it has none."""
    if isinstance(value, str):
        return ItemAnswer(answer_id, instrument, item, None, Absent(value))
    return ItemAnswer(answer_id, instrument, item, value)


def is_among(wanted: str, constructs: Iterable[str]) -> bool:
    """Whether a construct, a family (`hopelessness.*`) or either of two (`plan or intent`) is there."""
    return any(
        construct == name or (name.endswith(".*") and family(construct) == name.removesuffix(".*"))
        for construct in constructs
        for name in wanted.split(" or ")
    )


def faults_of(stage: Mapping[str, Any], assessment: Assessment) -> Iterator[str]:
    """What is not as the stage says that it must be."""
    signals = assessment.signals
    heard = {s.construct for s in signals if s.counts or (s.protective and s.polarity == "affirmed")}
    shown = {
        "found": heard,
        "denied": {s.construct for s in signals if s.polarity is Polarity.DENIED},
        "quoted": {s.construct for s in signals if s.who is Who.QUOTED},
    }
    quotes = [quote.casefold() for s in signals if s.counts for quote in quotes_of(s)]
    flags = [flag for result in assessment.instruments for flag in result.flags]
    if assessment.urgency not in stage["urgency"]:
        yield f"urgency {assessment.urgency}, not {stage['urgency']}; heard {sorted(heard)}"
    for field, constructs in shown.items():
        for wanted in stage.get(field, ()):
            if not is_among(wanted, constructs):
                yield f"{field}: not {wanted}; heard {sorted(heard)}"
    for unwanted in stage.get("not_found", ()):
        if is_among(unwanted, heard):
            yield f"not_found: but {unwanted}; heard {sorted(heard)}"
    for span in stage.get("spans", ()):
        if not any(span.casefold() in quote for quote in quotes):
            yield f"spans: {span!r} is in none of {quotes}"
    yield from missing("gap", stage, assessment.gaps)
    yield from missing("flag", stage, flags)
    if "no_gap" in stage and any(stage["no_gap"] in gap for gap in assessment.gaps):
        yield f"no_gap: but {stage['no_gap']!r} is in {assessment.gaps}"


def quotes_of(signal: Signal) -> list[str]:
    """The words of a signal; an item's has none."""
    return [quote for quote in (signal.quote, *(span.quote for span in signal.also)) if quote is not None]


def missing(field: str, stage: Mapping[str, Any], texts: Iterable[str]) -> Iterator[str]:
    """The stage's text, when it is part of none of these."""
    texts = list(texts)
    if field in stage and not any(stage[field] in text for text in texts):
        yield f"{field}: {stage[field]!r} is in none of {texts}"


def faults(case: Mapping[str, Any], assessor: Assessor) -> list[str]:
    """Every fault of every stage of a case."""
    stages = enumerate(contacts_of(case), start=1)
    return [
        f"{case['case']}, stage {number}: {fault}"
        for number, (stage, contact) in stages
        for fault in faults_of(stage, assessor.assess(contact))
    ]


@cache
def known_constructs() -> frozenset[str]:
    """The names that a signal may have, from the lexicon's schema; an attempt's depends on its time."""
    schema = yaml.safe_load(
        (REPOSITORY / "config/schema/lexicon-entry.schema.json").read_text(encoding="utf-8")
    )
    return frozenset(schema["properties"]["construct"]["enum"]) | {"attempt.recent", "attempt.past"}


def marked(case: Mapping[str, Any]) -> Any:
    """A case that does not come out yet says why, and the test fails as soon as it does."""
    reason = case.get("not_yet")
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(case, id=case["case"], marks=marks)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_a_first_contact_comes_out_as_it_must(case: dict[str, Any], assessor: Assessor) -> None:
    assert not faults(case, assessor)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_vignette_and_its_twin_pass_on_both_sides(pair: int, assessor: Assessor) -> None:
    sides = [case for case in CASES if case.get("pair") == pair]
    assert {case["side"] for case in sides} == {"a", "b"}
    assert not [fault for case in sides for fault in faults(case, assessor)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_every_quote_is_what_was_written_and_a_quiet_sentence_lowers_nothing(
    case: dict[str, Any], assessor: Assessor
) -> None:
    for _, contact in contacts_of(case):
        texts = {
            answer.answer_id: answer.text for answer in contact.answers if isinstance(answer, TextAnswer)
        }
        assessment = assessor.assess(contact)
        for signal in assessment.signals:
            if signal.answer_id in texts:
                spans = [(signal.quote, signal.start, signal.end)]
                spans += [(span.quote, span.start, span.end) for span in signal.also]
                assert all(texts[signal.answer_id][start:end] == quote for quote, start, end in spans)
        quiet = TextAnswer("later", "The weather is nice today.")
        more = FirstContact("c1", (*contact.answers, quiet), contact.age)
        assert not assessment.urgency.outranks(assessor.assess(more).urgency)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_later_stage_never_lowers_urgency(case: dict[str, Any], assessor: Assessor) -> None:
    urgencies = [assessor.assess(contact).urgency for _, contact in contacts_of(case)]
    assert not any(before.outranks(after) for before, after in pairwise(urgencies))


def test_there_are_enough_cases_and_each_has_its_own_name() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 150
    paired = {(case["pair"], case["side"]) for case in CASES if "pair" in case}
    assert paired == set(product(PAIRS, "ab"))


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_case_is_spelled_so_that_nothing_in_it_is_overlooked(case: dict[str, Any]) -> None:
    allowed = ABOUT_THE_CASE if "stages" in case else ABOUT_THE_CASE | SAID | EXPECTED
    assert set(case) <= allowed
    for stage in case.get("stages", [case]):
        assert set(stage) <= SAID | EXPECTED | (ABOUT_THE_CASE if stage is case else set())
        assert SAID & set(stage)
        assert stage["urgency"]
        assert {Urgency(value) for value in stage["urgency"]}
        named = [
            name for field in CONSTRUCTS for either in stage.get(field, ()) for name in either.split(" or ")
        ]
        families = {family(construct) for construct in known_constructs()}
        assert all(
            name in known_constructs() or (name.endswith(".*") and name.removesuffix(".*") in families)
            for name in named
        )
