"""The pictures of the documents, and what is printed in them, are what the software shows today."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.making import life, printed, rooms
from docs.making.pictures import DRAWN, FOLDER
from service.domain.escalation import CaseState
from service.settings import REPOSITORY

_LARGEST = 150_000  # bytes
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_as_it_would_be_drawn_today(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == DRAWN[name](), "run `make pictures`"


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_in_words_what_it_shows(name: str) -> None:
    drawn = ET.fromstring(DRAWN[name]())  # noqa: S314 - our own
    assert drawn.findtext(f"{_SVG}title")
    assert len(drawn.findtext(f"{_SVG}desc") or "") > 100


@pytest.mark.parametrize("name", DRAWN)
def test_no_box_of_a_picture_is_too_small_for_its_words(name: str) -> None:
    """A letter is less than six pixels wide in the middle."""
    drawn = list(ET.fromstring(DRAWN[name]()))  # noqa: S314 - our own
    box = None
    for part, following in pairwise(drawn):
        box = part if part.tag == f"{_SVG}rect" else box
        if box is not None and following.get("class") in {"title", "small"}:
            wide = 10 + 5.9 * len(following.text or "")
            assert wide < float(box.attrib["width"]), following.text


def test_only_acts_of_humans_lead_to_taken_and_closed() -> None:
    moves = list(life.moves())
    assert {move.ends for move in moves} == set(CaseState)
    assert {move.ends for move in moves if not move.by_human} == {CaseState.OPEN}
    assert [move.words for move in moves if move.begins is CaseState.CLOSED] == []


def test_the_last_that_an_open_case_does_is_to_page_everyone_with_the_alarm_raised() -> None:
    assert list(life.stages())[-2:] == [("everyone", False), ("everyone", True)]


def test_every_room_says_what_it_is() -> None:
    assert [room for level in rooms.layers() for room in level if not rooms.about(room)] == []


def test_what_was_said_in_the_tutorial_is_assessed_as_it_shows() -> None:
    assert printed.shown(printed.TUTORIAL) == printed.score(), "run `make pictures`"


def test_a_page_without_a_place_for_what_is_printed_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md has no place"):
        printed.shown(page)


def test_what_is_printed_takes_the_place_of_what_was(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n\n<!-- printed -->\n\n```text\nold\n```\n\nLast.\n", encoding="utf-8")
    printed.show(page, "new \\1\n")
    assert printed.shown(page) == "new \\1\n"
    assert page.read_text(encoding="utf-8").endswith("```\n\nLast.\n")


def test_times_and_codes_are_the_same_in_every_run() -> None:
    one = "drill AB2D at x\nGoldenhour XY3Z: AB2D, XY3Z\n  tried         0.31 s\n12:01:02.345  after 9 hours: in 27 seconds."
    two = "drill QQ2D at x\nGoldenhour 73AB: QQ2D, 73AB\n  tried        12.00 s\n02:59:59.999  after 11 hours: in 31 seconds."
    assert " ".join(printed.fixed(one).split()) == " ".join(printed.fixed(two).split())
    assert "7KQX, 3RTN" in printed.fixed(one)


def test_every_picture_is_small_and_is_in_a_page_with_words_for_who_does_not_see_it() -> None:
    pages = [REPOSITORY / "ARCHITECTURE.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    shown = [
        hit
        for page in pages
        for hit in re.findall(r"!\[([^\]]*)\]\([^)]*pictures/([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    there = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name for _, name in shown} == there.keys()
    assert [name for words, name in shown if len(words) < 40] == []
    assert [name for name, size in there.items() if size > _LARGEST] == []
