"""The documents tell the truth about the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.domain.delivery import PageState
from service.domain.escalation import CaseState
from service.settings import REPOSITORY

_NOT_OURS = {"var", "build"}
DOCUMENTS = sorted(
    path
    for path in REPOSITORY.rglob("*.md")
    if not any(part.startswith(".") or part in _NOT_OURS for part in path.relative_to(REPOSITORY).parts)
)


def _code(*rooms: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for room in rooms
        for path in sorted((REPOSITORY / room).rglob("*.py"))
    )


def _document(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def _reference(name: str) -> str:
    return _document(f"docs/reference/{name}")


def test_the_readme_fits_a_screen_or_two() -> None:
    assert len(_document("README.md").splitlines()) <= 80


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_setting_is_in_the_reference_and_no_other() -> None:
    read = set(re.findall(r'source\.\w+\(\s*"([A-Z_]+)"', _document("service/settings.py")))
    written = set(re.findall(r"^\| `([A-Z_]+)`", _reference("settings.md"), re.MULTILINE))
    assert len(read) > 10
    assert written == read


def test_every_problem_is_in_the_reference_with_its_status_and_no_other() -> None:
    code = _code("service/web")
    used = {(name, status) for status, name in re.findall(r'(\d{3})(?:,|:)\s+"([a-z]+(?:-[a-z]+)*)"', code)}
    used.add(("http-error", "other"))
    row = r"^\| `/problems/([a-z-]+)` \| (\w+) \|"
    written = set(re.findall(row, _reference("problems.md"), re.MULTILINE))
    assert len(used) > 10
    assert written == used


def test_every_problem_of_the_command_line_is_in_the_reference() -> None:
    spelled_out = set(re.findall(r'"/problems/([a-z-]+)"', _code("service")))
    assert spelled_out
    assert [name for name in spelled_out if f"`/problems/{name}`" not in _reference("problems.md")] == []


def test_every_name_in_the_glossary_stands_in_the_code() -> None:
    code = _code("service", "workers")
    rows = re.findall(r"^\|[^|]+\|[^|]+\|([^|]+)\|$", _reference("glossary.md"), re.MULTILINE)
    names = {part for row in rows for name in re.findall(r"`([^`]+)`", row) for part in name.split(".")}
    assert len(names) > 30
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", code)) == []


def test_every_state_of_a_case_and_of_a_page_is_in_the_glossary() -> None:
    glossary = _reference("glossary.md")
    states = [state.value for state in (*CaseState, *PageState)]
    assert [state for state in states if not re.search(rf"^\|[^|]*`{state}`", glossary, re.MULTILINE)] == []


def test_the_code_map_names_every_module() -> None:
    _, _, rest = _document("ARCHITECTURE.md").partition("## Code map")
    named = set(re.findall(r"\w+", rest.partition("\n## ")[0]))
    modules = {
        path.stem
        for room in ("service", "workers")
        for path in (REPOSITORY / room).rglob("*.py")
        if not path.stem.startswith("__") and "migrations" not in path.parts
    }
    assert modules - named == set()


def test_every_invariant_names_a_test_or_a_constraint_that_exists() -> None:
    text = _document("ARCHITECTURE.md")
    tests = set(re.findall(r"`(test_[a-z_]+)`", text))
    assert len(tests) >= 10
    defined = set(re.findall(r"def (test_\w+)", _code("tests")))
    assert tests - defined == set()
    tables = _code("service/adapters/postgres")
    for constraint in re.findall(r"`((?:cases|pages)_[a-z_]+)`", text):
        assert constraint in tables, constraint
