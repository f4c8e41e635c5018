"""Conditions over the items of a questionnaire, in three values: what was not answered is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from service.domain.answers import Absent


@dataclass(frozen=True, slots=True)
class Responses:
    """What is known of one questionnaire: points by item, and why others have none. `age` in years.

    `scales`: the sums over a part of the items, by name; one that cannot be summed is not among them.
    """

    values: Mapping[str, int]
    absent: Mapping[str, Absent]
    total: int | None
    scales: Mapping[str, int]
    age: int | None


class Condition(Protocol):
    """True, False, or None when what was answered does not decide it."""

    def holds(self, responses: Responses) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `first` to `last`, both included; None: no bound on that side."""

    first: int | None = None
    last: int | None = None

    def hold(self, number: int | None) -> bool | None:
        """Whether a number lies within; not known while there is none."""
        if number is None:
            return None
        return (self.first is None or number >= self.first) and (self.last is None or number <= self.last)


@dataclass(frozen=True, slots=True)
class ItemWithin:
    """An item has so many points; not known while it has no value."""

    item: str
    bounds: Bounds

    def holds(self, responses: Responses) -> bool | None:
        return self.bounds.hold(responses.values.get(self.item))


@dataclass(frozen=True, slots=True)
class TotalWithin:
    """The total is so much; not known while the total is not."""

    bounds: Bounds

    def holds(self, responses: Responses) -> bool | None:
        return self.bounds.hold(responses.total)


@dataclass(frozen=True, slots=True)
class ScaleWithin:
    """A scale is so much; not known while the scale is not."""

    scale: str
    bounds: Bounds

    def holds(self, responses: Responses) -> bool | None:
        return self.bounds.hold(responses.scales.get(self.scale))


@dataclass(frozen=True, slots=True)
class ItemMissing:
    """An item has no value, for whatever reason."""

    item: str

    def holds(self, responses: Responses) -> bool | None:
        return self.item not in responses.values


@dataclass(frozen=True, slots=True)
class ItemRefused:
    """The person would not answer an item."""

    item: str

    def holds(self, responses: Responses) -> bool | None:
        return self.item not in responses.values and responses.absent.get(self.item) is Absent.REFUSED


@dataclass(frozen=True, slots=True)
class AgeWithin:
    """The person's age lies within these years. An age that is not known counts as within them:
    a missing age must never reassure."""

    first: int
    last: int

    def holds(self, responses: Responses) -> bool | None:
        return responses.age is None or self.first <= responses.age <= self.last


@dataclass(frozen=True, slots=True)
class AllOf:
    """All hold: one that does not decides, one that is not known leaves it open."""

    parts: tuple[Condition, ...]

    def holds(self, responses: Responses) -> bool | None:
        return _decided((part.holds(responses) for part in self.parts), by=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds: one that does decides, one that is not known leaves it open."""

    parts: tuple[Condition, ...]

    def holds(self, responses: Responses) -> bool | None:
        return _decided((part.holds(responses) for part in self.parts), by=True)


def _decided(truths: Iterable[bool | None], *, by: bool) -> bool | None:
    seen = set(truths)
    if by in seen:
        return by
    return None if None in seen else not by
