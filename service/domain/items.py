"""The items of a questionnaire, and what was heard of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.answers import Absent, ItemAnswer
from service.domain.conditions import Bounds, Condition, Responses
from service.domain.signals import Strength, When


@dataclass(frozen=True, slots=True)
class PointsSignal:
    """What so many points of an item, or of a scale, say."""

    bounds: Bounds
    construct: str
    strength: Strength
    when: When


def raised(signals: Sequence[PointsSignal], points: int) -> PointsSignal | None:
    """What so many points say, if anything: of `signals`, ordered by severity, the last that holds."""
    holding = [signal for signal in signals if signal.bounds.hold(points)]
    return holding[-1] if holding else None


@dataclass(frozen=True, slots=True)
class Item:
    """One question: the values it may have (rising), and when it is asked (None: always).

    `signals` are ordered by severity. `higher_is_better`: of two answers the lower is the more severe.
    """

    item_id: str
    label: str
    values: tuple[int, ...]
    reverse: bool
    higher_is_better: bool
    optional: bool
    asked_when: Condition | None
    signals: tuple[PointsSignal, ...]

    def points(self, value: int) -> int:
        """How much a value counts: the value, or its mirror image on a reverse item."""
        return self.values[0] + self.values[-1] - value if self.reverse else value

    def severity(self, points: int) -> int:
        """A number that rises with how severe so many points are."""
        return -points if self.higher_is_better else points

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
    valued = [(item.points(a.value), a.answer_id) for a in sent if a.value is not None]
    if valued:
        points, answer_id = min(valued, key=lambda one: (-item.severity(one[0]), one[1]))
        return Heard(answer_id, points, None, disputed=len({one for one, _ in valued}) > 1)
    absent = sorted(
        (_ABSENT_ORDER.index(answer.absent), answer.answer_id) for answer in sent if answer.absent is not None
    )
    if absent:
        reason, answer_id = absent[0]
        return Heard(answer_id, None, _ABSENT_ORDER[reason], disputed=False)
    return None
