"""The items of a questionnaire, and what was heard of each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.answers import Absent, ItemAnswer
from service.domain.conditions import Condition, Responses
from service.domain.signals import Strength, When


@dataclass(frozen=True, slots=True)
class ItemSignal:
    """What an item says, from this many points on."""

    at_least: int
    construct: str
    strength: Strength
    when: When


@dataclass(frozen=True, slots=True)
class Item:
    """One question: the values it may have (rising), and when it is asked (None: always).

    `signals` are ordered by points; the last that is reached is the one that is raised.
    """

    item_id: str
    label: str
    values: tuple[int, ...]
    reverse: bool
    optional: bool
    asked_when: Condition | None
    signals: tuple[ItemSignal, ...]

    def points(self, value: int) -> int:
        """How much a value counts, more being worse: the value, or its mirror image on a reverse item."""
        return self.values[0] + self.values[-1] - value if self.reverse else value

    def signal(self, points: int) -> ItemSignal | None:
        """What so many points say, if anything."""
        reached = [signal for signal in self.signals if points >= signal.at_least]
        return reached[-1] if reached else None

    def may_be_asked(self, responses: Responses) -> bool:
        """Whether it is asked, or would be had what decides that been answered."""
        return self.asked_when is None or self.asked_when.holds(responses) is not False


@dataclass(frozen=True, slots=True)
class Heard:
    """All that was sent for one item, in one: its points and the answer that gave them, else why none.

    `disputed`: it was answered more than once, with different values.
    """

    answer_id: str
    points: int | None
    absent: Absent | None
    disputed: bool


_ABSENT_ORDER = tuple(Absent)


def hear(item: Item, answers: Iterable[ItemAnswer]) -> Heard | None:
    """The most severe value, whatever came last; any value before a reason that there is none.

    None when nothing was sent for this item.
    """
    sent = [answer for answer in answers if answer.item == item.item_id]
    valued = sorted((-item.points(a.value), a.answer_id) for a in sent if a.value is not None)
    if valued:
        points, answer_id = valued[0]
        return Heard(answer_id, -points, None, disputed=valued[-1][0] != points)
    absent = sorted(
        (_ABSENT_ORDER.index(answer.absent), answer.answer_id) for answer in sent if answer.absent is not None
    )
    if absent:
        reason, answer_id = absent[0]
        return Heard(answer_id, None, _ABSENT_ORDER[reason], disputed=False)
    return None
