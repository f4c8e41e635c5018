"""Overrides change what was there before them, in the order in which they were made."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from service.domain.override import Override, overridden, standing_in

BEGIN, END = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)


def _made(*changes: tuple[str | None, str | None]) -> list[Override]:
    return [Override(UUID(int=n), BEGIN, END, who, whom) for n, (who, whom) in enumerate(changes)]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([], ("osei",)),
        ([("moreau", "osei")], ("moreau",)),
        ([(None, "osei")], ()),
        ([("moreau", "lindqvist")], ("osei",)),
        ([("moreau", "osei"), ("lindqvist", "osei")], ("moreau", "lindqvist")),
        ([("moreau", "osei"), (None, "osei")], ("moreau",)),
        ([("moreau", "osei"), (None, "moreau")], ()),
        ([("moreau", "osei"), ("lindqvist", "moreau")], ("lindqvist",)),
        ([("moreau", "osei"), ("osei", "moreau")], ("osei",)),
        ([(None, "osei"), ("moreau", "osei")], ("moreau",)),
    ],
)
def test_who_is_left_of_one_person(
    changes: list[tuple[str | None, str | None]], left: tuple[str, ...]
) -> None:
    assert overridden(["osei"], _made(*changes)) == left


def test_who_comes_after_being_taken_off_has_come() -> None:
    assert standing_in(_made((None, "moreau"), ("moreau", None))) == ("moreau",)
    assert standing_in(_made(("moreau", None), (None, "moreau"))) == ()
    assert standing_in(_made(("moreau", None), ("lindqvist", None))) == ("moreau", "lindqvist")


def test_two_people_in_an_hour_that_occurs_twice_are_changed_one_by_one() -> None:
    assert overridden(["osei", "lindqvist"], _made(("moreau", "osei"))) == ("lindqvist", "moreau")
