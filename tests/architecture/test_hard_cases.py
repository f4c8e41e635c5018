"""The tables of hard cases and of threats name tests that there are, and leave none out."""

from __future__ import annotations

import ast
import re

import pytest

from service.settings import REPOSITORY

CASES, PROVED = 45, 42
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TABLE = (REPOSITORY / "docs/reference/hard-cases.md").read_text(encoding="utf-8")

THREATS = (REPOSITORY / "docs/explanation/threat-model.md").read_text(encoding="utf-8")


def _tests_of(path: str) -> set[str]:
    tree = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_case_stands_in_the_table_once() -> None:
    assert [int(number) for number, _ in ROW.findall(TABLE)] == list(range(1, CASES + 1))


@pytest.mark.parametrize(("table", "least"), [(TABLE, PROVED), (THREATS, 30)], ids=["hard cases", "threats"])
def test_every_test_that_proves_a_case_is_there(table: str, least: int) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", table)
    assert len(named) >= least
    assert [f"{path}::{name}" for path, name in named if name not in _tests_of(path)] == []


def test_enough_cases_are_proved_and_the_others_say_that_they_are_not() -> None:
    proofs = [proof for _, proof in ROW.findall(TABLE)]
    assert sum("::" in proof for proof in proofs) >= PROVED
    assert all("::" in proof or proof == "not proved" for proof in proofs)


def test_every_threat_names_what_proves_that_it_is_stopped() -> None:
    rows = [line for line in THREATS.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) > 15
    assert [row for row in rows if "::" not in row.rsplit("|", 2)[1]] == []
