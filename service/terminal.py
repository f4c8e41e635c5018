"""Answers, assessments and the lexicon as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import indent

import click

from service.domain.answers import Answer, FirstContact, ItemAnswer, TextAnswer
from service.domain.assessment import Assessment, Explanation
from service.domain.reading import SetAside
from service.domain.samples import Coverage
from service.domain.signals import Polarity, Signal, Who
from service.usecases.drill import DrillReport

_MARKS = ("\u00bb", "\u00ab")


def pretty(contact: FirstContact, assessment: Assessment) -> str:
    """The answers with the evidence marked, and under them the reasons, starting points and gaps."""
    lines = [_headline(contact, assessment), ""]
    for answer in contact.answers:
        lines += [*_answer(answer, assessment.signals), ""]
    lines += _section("Why", assessment.reasons)
    lines += _section("Starting points", (f"{s.construct}: {s.quote}" for s in assessment.starting_points))
    lines += _section("There for them", (s.quote or "" for s in assessment.supports))
    lines += _section("Questionnaires", _questionnaires(assessment))
    lines += _section("Not known", assessment.gaps)
    lines += _section("Marked", assessment.marks)
    return "\n".join(lines)


def explanation(explained: Explanation) -> str:
    """Which rule did what, every signal with what became of it, and what was considered and set aside."""
    assessment = explained.assessment
    lines = [f"{assessment.contact_id}: {_urgency(assessment)}", f"rules {assessment.rules}", ""]
    lines += _section("Rules that held, the most pressing first", _rules(explained))
    lines += _section("Signals that count", map(_signal, (s for s in assessment.signals if s.counts)))
    others = (f"{_signal(s)}\n{_why_not(s)}" for s in assessment.signals if not s.counts)
    lines += _section("Noticed, and not counted", others)
    lines += _section("Considered and set aside", (_aside(i, aside) for i, aside in explained.set_aside))
    lines += _section("Not known", assessment.gaps)
    lines += _section("Marked", assessment.marks)
    return "\n".join(lines)


def coverage_table(language: str, lines: Sequence[Coverage]) -> str:
    """One line for each construct of one language."""
    head = f"{language:<32} entries reviewed patterns  must  must not  false friends"
    return "\n".join([head, *map(_coverage, lines)])


def _coverage(line: Coverage) -> str:
    note = "" if line.complete else "  lacks samples"
    return (
        f"  {line.construct:<30} {line.entries:>7} {line.reviewed:>8} {line.patterns:>8} {line.must_match:>5}"
        f" {line.must_not_match:>9} {line.false_friends:>14}{note}"
    )


def _headline(contact: FirstContact, assessment: Assessment) -> str:
    scores = assessment.scores
    return (
        f"{contact.contact_id}: {_urgency(assessment)}\n"
        f"hopelessness {scores.hopelessness}, suicidality {scores.suicidality}, hope {scores.hope}"
        " (0 to 100: how strongly it was said; not a probability)"
    )


def _urgency(assessment: Assessment) -> str:
    word = click.style(assessment.urgency.value.replace("_", " "), bold=True)
    minutes = assessment.respond_within_minutes
    if minutes is None:
        return word
    return f"{word}, a human responds " + ("now" if minutes == 0 else f"within {minutes} minutes")


def _answer(answer: Answer, signals: Sequence[Signal]) -> Iterator[str]:
    if isinstance(answer, ItemAnswer):
        said = answer.absent.value if answer.absent else answer.value
        yield f"[{answer.answer_id}] {answer.instrument} {answer.item}: {said}"
        return
    question = f" {answer.question}" if answer.question else ""
    yield f"[{answer.answer_id}, {answer.speaker.value}]{question}"
    yield indent(_marked(answer, signals), "  ")
    for signal in signals:
        if signal.answer_id == answer.answer_id and signal.quote is not None:
            yield f"    {_signal(signal)}"


def _marked(answer: TextAnswer, signals: Iterable[Signal]) -> str:
    """The text with everything that was evidence between marks, joined where it overlaps."""
    inside: set[int] = set()
    for signal in signals:
        if signal.answer_id == answer.answer_id and signal.start is not None and signal.end is not None:
            inside.update(range(signal.start, signal.end))
            for span in signal.also:
                inside.update(range(span.start, span.end))
    pieces: list[str] = []
    for at, character in enumerate(answer.text):
        if at in inside and at - 1 not in inside:
            pieces.append(_MARKS[0])
        pieces.append(click.style(character, bold=True) if at in inside else character)
        if at in inside and at + 1 not in inside:
            pieces.append(_MARKS[1])
    return "".join(pieces)


def _signal(signal: Signal) -> str:
    spans = [signal.quote or signal.entry, *(span.quote for span in signal.also)]
    how = ", ".join((signal.who.value, signal.when.value, signal.polarity.value, signal.strength.value))
    return f"{signal.construct} ({how}): {' + '.join(spans)}  [{signal.entry}]"


def _why_not(signal: Signal) -> str:
    if signal.polarity is Polarity.DENIED:
        return "  because it is denied"
    if signal.protective:
        return "  because it is protective: shown, and never lowers anything"
    if signal.who is Who.QUOTED:
        return "  because it is quoted"
    if signal.who is Who.OTHER:
        return "  because it is about somebody else"
    return "  because it is only supposed"


def _rules(explained: Explanation) -> Iterator[str]:
    for rule, signals in explained.rules:
        rests = "".join(f"\n  {_signal(signal)}" for signal in signals)
        instrument = "".join(f"\n  instrument rule {name}" for name in _fired(explained, rule.instrument))
        yield f"{rule.rule_id} -> {rule.urgency.value}: {rule.reason}{rests}{instrument}"


def _fired(explained: Explanation, asked: frozenset[str]) -> list[str]:
    return sorted(asked & {rule for result in explained.assessment.instruments for rule in result.rules})


def _aside(answer_id: str, aside: SetAside) -> str:
    return f"[{answer_id}] {aside.entry}: {aside.span.quote}\n  because of {aside.because}: {aside.by.quote}"


def _questionnaires(assessment: Assessment) -> Iterator[str]:
    for result in assessment.instruments:
        total = "no total" if result.total is None else f"total {result.total}"
        yield "; ".join((f"{result.instrument}: {total}", *result.flags))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    shown = [f"  - {line}".replace("\n", "\n    ") for line in lines]
    return [click.style(title, underline=True), *shown, ""] if shown else []


def legs(report: DrillReport) -> Iterator[str]:
    """A drill as lines: when each leg was done, in seconds since it was opened."""
    opened = report.case.opened_at
    for name, at in (
        ("tried", report.legs.attempted_at),
        ("accepted", report.legs.accepted_at),
        ("delivered", report.legs.delivered_at),
        ("answered", report.acknowledged_at),
    ):
        yield f"  {name:10}" + ("not yet" if at is None else f"{(at - opened).total_seconds():8.2f} s")
    if report.by is not None:
        yield f"  by {report.by}, {report.over}"
