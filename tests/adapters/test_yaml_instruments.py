"""A file that does not make sense stops the start, with every fault named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_instruments import load_instruments
from service.domain.errors import ConfigurationFaults
from service.settings import REPOSITORY

GOOD: dict[str, Any] = {
    "id": "mini",
    "name": "Mini",
    "source": "made up",
    "licence": {"status": "ours", "wording_shipped": False},
    "items": {"1": {"values": [0, 1]}},
    "cases": [{"answers": {"1": n}, "complete": True, "rules": []} for n in (0, 1, 0)],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "config" / "schema", tmp_path / "schema")
    (tmp_path / "instruments").mkdir()
    return tmp_path / "instruments"


def faults(root: Path, *documents: Any) -> str:
    for number, document in enumerate(documents):
        (root / f"mini{number or ''}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ConfigurationFaults) as raised:
        load_instruments(root)
    return "\n".join(raised.value.faults)


def test_every_fault_of_every_file_is_named(root: Path) -> None:
    unknown_item = {
        **GOOD,
        "total": {"items": ["1", "7"]},
        "rules": [
            {"id": "a", "when": {"missing": "8"}, "flag": "x", "unless": ["b"]},
            {"id": "a", "when": {"any": [{"item": "9", "equals": 1}]}, "flag": "x"},
        ],
    }
    malformed = {**GOOD, "colour": 1, "items": {"1": {"values": [0]}}, "rules": [{"id": "b", "when": {}}]}
    said = faults(root, unknown_item, malformed)
    for expected in (
        "mini.yaml: item 7 is named and does not exist",
        "mini.yaml: item 8 is named and does not exist",
        "mini.yaml: item 9 is named and does not exist",
        "mini.yaml: the rule a names b, which does not stand before it",
        "mini.yaml: the rule a stands twice",
        "mini1.yaml: the file: Additional properties are not allowed",
        "mini1.yaml: items/1/values",
        "mini1.yaml: rules/0",
    ):
        assert expected in said


def test_an_id_that_is_not_the_files_name_is_a_fault(root: Path) -> None:
    assert "the id other is not the file's name" in faults(root, {**GOOD, "id": "other"})


def test_a_directory_without_questionnaires_is_a_fault(root: Path) -> None:
    assert "no questionnaire that can be read" in faults(root)
