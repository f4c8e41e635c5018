"""A human's change to a roster for some time: somebody stands in, swaps with another, or is taken off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Override:
    """From one instant to another (aware).

    `clinician` alone stands in for whatever the roster says; with `instead_of`, only for that person;
    `instead_of` alone takes that person off.
    """

    override_id: UUID
    begin: datetime
    end: datetime
    clinician: str | None = None
    instead_of: str | None = None
    made_by: str = ""

    def __post_init__(self) -> None:
        if self.clinician is None and self.instead_of is None:
            raise ValueError("an override changes nothing")


def overridden(people: Iterable[str], overrides: Iterable[Override]) -> tuple[str, ...]:
    """Who is left of these people, and who has come in their place, while these overrides hold."""
    places = {o.instead_of: o.clinician for o in overrides if o.instead_of is not None}
    changed = (places.get(person, person) for person in people)
    return tuple(dict.fromkeys(person for person in changed if person is not None))
