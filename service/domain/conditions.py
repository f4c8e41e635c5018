"""Conditions over the items of a questionnaire, in three values: what was not answered is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from service.domain.answers import Absent


@dataclass(frozen=True, slots=True)
class Responses:
    """What is known of one questionnaire: points by item, and why others have none. `age` in years."""

    values: Mapping[str, int]
    absent: Mapping[str, Absent]
    total: int | None
    age: int | None


class Condition(Protocol):
    """True, False, or None when what was answered does not decide it."""

    def holds(self, responses: Responses) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class ItemAtLeast:
    """An item has at least so many points; not known while it has no value."""

    item: str
    at_least: int

    def holds(self, responses: Responses) -> bool | None:
        value = responses.values.get(self.item)
        return None if value is None else value >= self.at_least


@dataclass(frozen=True, slots=True)
class ItemEquals:
    """An item has just so many points; not known while it has no value."""

    item: str
    equals: int

    def holds(self, responses: Responses) -> bool | None:
        value = responses.values.get(self.item)
        return None if value is None else value == self.equals


@dataclass(frozen=True, slots=True)
class TotalAtLeast:
    """The total is at least so much; not known while the total is not."""

    at_least: int

    def holds(self, responses: Responses) -> bool | None:
        return None if responses.total is None else responses.total >= self.at_least


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
