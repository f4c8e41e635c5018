"""What is held of people is written down: the page for the privacy officer and the tables say the same."""

from __future__ import annotations

import re
from collections import Counter

from sqlalchemy import LargeBinary

from service.adapters.postgres.tables import metadata
from service.settings import REPOSITORY
from service.usecases.ports import Scope

PAGE = (REPOSITORY / "docs/explanation/data-flow.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| (words|person|clinician|service|secret) \|$", re.MULTILINE
)
CLASSES = {
    (table, column): kind
    for table, columns, kind in ROW.findall(PAGE)
    for column in re.findall(r"\w+", columns)
}


def test_every_column_of_every_table_is_classified_once() -> None:
    written = Counter(
        (table, column) for table, columns, _ in ROW.findall(PAGE) for column in re.findall(r"\w+", columns)
    )
    held = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    assert sorted(held - written.keys()) == []
    assert sorted(written.keys() - held) == []
    assert [column for column, count in written.items() if count > 1] == []


def test_whatever_is_classified_as_words_is_sealed_and_nothing_sealed_is_called_harmless() -> None:
    words = {(table, column) for (table, column), kind in CLASSES.items() if kind == "words"}
    assert words == {("answers", "sealed"), ("assessments", "sealed"), ("hours", "sealed")}
    sealed = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name == "sealed" and isinstance(column.type, LargeBinary)
    }
    assert {CLASSES[column] for column in sealed} <= {"words", "secret", "clinician"}


def test_every_scope_that_reads_is_named() -> None:
    reading = [scope.value for scope in Scope if scope.value.endswith(":read")]
    assert [scope for scope in reading if f"`{scope}`" not in PAGE] == []
