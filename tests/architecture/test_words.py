"""What must stand nowhere: words that reassure, and a clinician's text that names a condition."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from service.domain.messages import MOST_CODES, Messages, Text
from service.domain.replies import CODE_LENGTH
from service.settings import REPOSITORY
from simulator.segments import count_segments, is_gsm7

_FORBIDDEN = re.compile("low" + r"[\s_-]+" + "risk", re.IGNORECASE)
_NAMED_ONLY_TO_FORBID = {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"}
_CLINICAL_WORDS = re.compile(
    r"suicid|crisis|risk|patient|hope|harm|danger|emergency|urgen|score", re.IGNORECASE
)


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )
    if listed.returncode != 0:
        pytest.skip("the tree is not a git checkout, so what belongs to the project is not known")
    return [REPOSITORY / name for name in listed.stdout.split("\0") if name]


def test_nothing_is_ever_called_by_the_words_that_reassure() -> None:
    found = [
        path.name
        for path in _tracked()
        if path.is_file()
        and path.name not in _NAMED_ONLY_TO_FORBID
        and _FORBIDDEN.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def _texts() -> dict[Text, str]:
    raw = yaml.safe_load((REPOSITORY / "config/policy/messages.yaml").read_text(encoding="utf-8"))
    return {Text(name): text for name, text in raw.items()}


@pytest.mark.parametrize("text", list(Text))
def test_a_text_to_a_clinician_fits_one_segment_at_its_longest_and_names_nothing(text: Text) -> None:
    code = "W" * CODE_LENGTH
    said = Messages(_texts()).say(
        text, code=code, name="N" * 40, codes=(code,) * (MOST_CODES + 3), number="9" * 6
    )
    assert is_gsm7(said), said
    assert count_segments(said) == 1, said
    assert not _CLINICAL_WORDS.search(said)


def test_the_domain_asks_nobody_for_the_time() -> None:
    calls = [
        f"{path.name}:{node.lineno}"
        for path in sorted((REPOSITORY / "service" / "domain").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    assert calls == []


def test_no_telephone_number_stands_in_the_configuration() -> None:
    for path in (REPOSITORY / "config").rglob("*.yaml"):
        assert not re.search(r"\+[1-9][0-9]{6,14}", path.read_text(encoding="utf-8")), path
