"""What looks like habit in the answers: marked for whoever reads them, and never a reason for less or for
more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.answers import FirstContact, ItemAnswer, Speaker, TextAnswer
from service.domain.instruments import Instruments
from service.domain.signals import Signal, family


class Mark(StrEnum):
    """What can be marked."""

    SAME_ANSWERS = "same_answers"
    STRAIGHT_LINE = "straight_line"
    SAME_WORDS = "same_words"
    HOPE_NOT_ASKED = "hope_not_asked"


@dataclass(frozen=True, slots=True)
class HabitPolicy:
    """How often is often: the same answers on so many `times`; so many items in one `straight_line`; a text
    of so many characters. A mark whose last answer is older than `expires_after`, by the newest one, is not
    shown."""

    times: int
    straight_line: int
    longest_alike: int
    expires_after: timedelta
    words: Mapping[Mark, str]


@dataclass(frozen=True, slots=True)
class _Found:
    mark: Mark
    at: datetime | None


def marks(
    contact: FirstContact, signals: Iterable[Signal], instruments: Instruments, policy: HabitPolicy
) -> tuple[str, ...]:
    """The marks of a first contact in words, each once."""
    times = [at for at in map(contact.said_at, contact.answers) if at is not None]
    oldest = max(times) - policy.expires_after if times else None
    found = [
        *_of_forms(_runs(contact), instruments, policy),
        *_of_words(contact, policy),
        *_of_hope(contact, signals),
    ]
    standing = (each for each in found if oldest is None or each.at is None or each.at >= oldest)
    return tuple(dict.fromkeys(policy.words[each.mark] for each in standing))


@dataclass(slots=True)
class _Run:
    """One time that a questionnaire was filled in: its values by item."""

    instrument: str
    values: dict[str, int]
    at: datetime | None


def _runs(contact: FirstContact) -> list[_Run]:
    """By questionnaire; an item that is answered again begins another run of it."""
    runs: dict[str, list[_Run]] = defaultdict(list)
    for answer in contact.answers:
        if not isinstance(answer, ItemAnswer) or answer.value is None:
            continue
        open_runs = runs[answer.instrument]
        if not open_runs or answer.item in open_runs[-1].values:
            open_runs.append(_Run(answer.instrument, {}, None))
        open_runs[-1].values[answer.item] = answer.value
        open_runs[-1].at = contact.said_at(answer) or open_runs[-1].at
    return [run for of_one in runs.values() for run in of_one]


def _of_forms(runs: Sequence[_Run], instruments: Instruments, policy: HabitPolicy) -> Iterator[_Found]:
    alike: dict[tuple[str, frozenset[tuple[str, int]]], list[_Run]] = defaultdict(list)
    for run in runs:
        alike[run.instrument, frozenset(run.values.items())].append(run)
        if len(run.values) >= policy.straight_line and instruments.in_one_line(run.instrument, run.values):
            yield _Found(Mark.STRAIGHT_LINE, run.at)
    for (_, values), same in alike.items():
        if len(values) > 1 and len(same) >= policy.times:
            yield _Found(Mark.SAME_ANSWERS, same[-1].at)


def _of_words(contact: FirstContact, policy: HabitPolicy) -> Iterator[_Found]:
    said: dict[str, list[TextAnswer]] = defaultdict(list)
    for answer in contact.answers:
        if isinstance(answer, TextAnswer) and answer.speaker is Speaker.CLIENT:
            words = " ".join(answer.text.casefold().split())
            if len(words) >= policy.longest_alike:
                said[words].append(answer)
    for same in said.values():
        if len(same) >= policy.times:
            yield _Found(Mark.SAME_WORDS, contact.said_at(same[-1]))


def _of_hope(contact: FirstContact, signals: Iterable[Signal]) -> Iterator[_Found]:
    """Somebody has spoken to them, and what they want or hope for was not heard."""
    if any(isinstance(answer, TextAnswer) for answer in contact.answers) and not any(
        family(signal.construct) in {"hope", "wants"} for signal in signals
    ):
        yield _Found(Mark.HOPE_NOT_ASKED, None)
