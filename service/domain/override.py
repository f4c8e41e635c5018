"""A human's change to a roster for some time: somebody stands in, swaps with another, or is taken off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def standing_in(overrides: Sequence[Override]) -> tuple[str, ...]:
    """Who stands in for the whole roster while these overrides, in the order of their making, hold."""
    people = [
        person
        for number, override in enumerate(overrides)
        if override.instead_of is None and override.clinician is not None
        for person in overridden([override.clinician], overrides[number + 1 :])
    ]
    return tuple(dict.fromkeys(people))


def overridden(people: Iterable[str], overrides: Iterable[Override]) -> tuple[str, ...]:
    """Who is left of these people, and who has come in their place, while these overrides hold.

    A later one changes what the earlier ones left. Two who come for the same person both come.
    """
    present = list(people)
    named = set(present)
    for override in overrides:
        if override.instead_of not in named:
            continue
        present = [person for person in present if person != override.instead_of]
        if override.clinician is not None:
            present.append(override.clinician)
            named.add(override.clinician)
    return tuple(dict.fromkeys(present))
