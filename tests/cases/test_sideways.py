"""What is said sideways, in pairs of a disclosure and its benign twin, in two halves.

The rules are built on one half. The other is measured by `make evaluate` and never read while rules are written.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
import yaml

from service.bootstrap import load_assessor
from service.domain.answers import FirstContact, Speaker, TextAnswer
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

SEED = "goldenhour-sideways-1"
FOLDER = REPOSITORY / "tests" / "cases" / "sideways"
HALVES: dict[str, list[dict[str, Any]]] = {
    name: yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    for name in ("building", "held_out")
}
ACTS = re.compile(r"\b(suicid\w*|kill(ed|ing)? myself|end(ing)? my life|overdos\w*|self.?harm\w*)\b", re.I)
ASSESSOR = load_assessor(REPOSITORY / "config")


def alarms(text: str, speaker: str) -> bool:
    contact = FirstContact("c", (TextAnswer("a", text, "", Speaker(speaker)),))
    return ASSESSOR.assess(contact).urgency.rank >= Urgency.URGENT.rank


@pytest.mark.parametrize("half", HALVES)
def test_the_seed_alone_decides_the_half(half: str) -> None:
    for pair in HALVES[half]:
        digest = hashlib.sha256(f"{SEED}:{pair['pair']}".encode()).digest()
        assert half == ("building" if digest[0] % 2 else "held_out")


def test_there_are_enough_pairs_each_once_and_none_names_an_act() -> None:
    pairs = [pair for half in HALVES.values() for pair in half]
    assert len(pairs) >= 300
    assert len({pair["pair"] for pair in pairs}) == len(pairs)
    assert len({pair["said"] for pair in pairs} | {pair["benign"] for pair in pairs}) == 2 * len(pairs)
    assert not [pair["pair"] for pair in pairs if ACTS.search(pair["said"])]


def test_what_the_rules_were_built_on_stays_heard() -> None:
    pairs = HALVES["building"]
    heard = [alarms(pair["said"], pair.get("speaker", "client")) for pair in pairs]
    quiet = [not alarms(pair["benign"], pair.get("speaker", "client")) for pair in pairs]
    both = [said and benign for said, benign in zip(heard, quiet, strict=True)]
    assert sum(heard) / len(pairs) >= 0.55
    assert sum(quiet) / len(pairs) >= 0.90
    assert sum(both) / len(pairs) >= 0.45
