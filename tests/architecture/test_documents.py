"""The documents tell the truth about the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.settings import REPOSITORY

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])


def _code(*rooms: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for room in rooms
        for path in sorted((REPOSITORY / room).rglob("*.py"))
    )


def _reference(name: str) -> str:
    return (REPOSITORY / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_the_readme_fits_a_screen_or_two() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_setting_is_in_the_reference_and_no_other() -> None:
    read = set(re.findall(r'source\.\w+\(\s*"([A-Z_]+)"', _code("service")))
    written = set(re.findall(r"^\| `([A-Z_]+)`", _reference("settings.md"), re.MULTILINE))
    assert len(read) > 10
    assert written == read


def test_every_problem_is_in_the_reference_and_no_other() -> None:
    code = _code("service/web")
    names = set(re.findall(r'problem\(\s*\d+,\s*"([a-z-]+)"', code))
    names |= set(re.findall(r'(?:\(\d+, |\d+: )"([a-z]+(?:-[a-z]+)*)"', code))
    names |= {"http-error"}
    written = set(re.findall(r"^\| `/problems/([a-z-]+)`", _reference("problems.md"), re.MULTILINE))
    assert len(names) > 10
    assert written == names


def test_every_name_in_the_glossary_stands_in_the_code() -> None:
    code = _code("service", "workers")
    rows = re.findall(r"^\|[^|]+\|[^|]+\|([^|]+)\|$", _reference("glossary.md"), re.MULTILINE)
    names = {part for row in rows for name in re.findall(r"`([^`]+)`", row) for part in name.split(".")}
    assert len(names) > 30
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", code)) == []


def test_every_invariant_names_a_test_or_a_constraint_that_exists() -> None:
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tests = set(re.findall(r"`(test_[a-z_]+)`", text))
    assert len(tests) >= 10
    defined = set(re.findall(r"def (test_\w+)", _code("tests")))
    assert tests - defined == set()
    tables = _code("service/adapters/postgres")
    for constraint in re.findall(r"`(cases_[a-z_]+)`", text):
        assert constraint in tables, constraint
