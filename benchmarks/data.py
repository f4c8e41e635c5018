"""The evaluation data, read where it lies. Nothing of it is ever copied into the project."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

IDEATION = ("Passive suicidal ideation", "Active suicidal ideation & suicidal planning")
SUICIDALITY = (*IDEATION, "Other suicidal language")
"""Constructs of the Suicide Risk Lexicon whose terms a peer is given."""

_ROWS_ABOUT_A_CONSTRUCT = 4  # its name, definition, source and examples stand above the terms


class Severity(StrEnum):
    """How the annotators labelled a post, from a helper's words about somebody else to an attempt."""

    SUPPORTIVE = "supportive"
    UNINFORMATIVE = "uninformative"
    INDICATOR = "indicator"
    IDEATION = "ideation"
    BEHAVIOUR = "behavior"
    ATTEMPT = "attempt"


@dataclass(frozen=True, slots=True)
class Post:
    """One labelled post. `grave`: labelled ideation or worse."""

    writer: str
    text: str
    severity: Severity
    grave: bool


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts of one source that carry no label of severity; `asked` says what they are."""

    name: str
    asked: str
    texts: Sequence[str]


def posts(root: Path) -> list[Post]:
    """The labelled posts. Raises `OSError` or `KeyError` when the file is missing or has other columns."""
    return [
        Post(row["user"], row["post"], Severity(row["risk"]), row["ideation_or_worse"] == "1")
        for row in _rows(root / "cssrs_dev" / "posts.csv")
    ]


def corpora(root: Path) -> list[Corpus]:
    """Everyday text, idioms and first questions to therapists."""
    banking = _rows(root / "everyday" / "banking77_test.csv")
    emotions = _rows(root / "idioms" / "goemotions_death_words.csv")
    prompts = _rows(root / "idioms" / "xstest_prompts.csv")
    questions = _rows(root / "counselchat" / "questions.csv")
    return [
        Corpus("banking77", "everyday messages to a bank", _column(banking, "text")),
        Corpus("goemotions", "short comments with a word of death in them", _column(emotions, "text")),
        Corpus("xstest, safe", "figures of speech and words of two meanings", _prompts(prompts, "safe")),
        Corpus("xstest, unsafe", "the same words, meant", _prompts(prompts, "unsafe")),
        Corpus("counselchat", "first questions to therapists", [_question(row) for row in questions]),
    ]


def terms(root: Path, constructs: Sequence[str]) -> list[str]:
    """The terms of these constructs in the Suicide Risk Lexicon (Low et al. 2024)."""
    path = next((root / "lexicon_srl").glob("suicide_risk_lexicon_validated_[0-9]*.csv"))
    rows = _rows(path)[_ROWS_ABOUT_A_CONSTRUCT:]
    found = {row[construct].strip() for construct in constructs for row in rows}
    return sorted(found - {""})


def _question(row: Mapping[str, str]) -> str:
    return f"{row['questionTitle']}\n\n{row['questionText']}"


def _prompts(rows: Sequence[Mapping[str, str]], label: str) -> list[str]:
    return _column([row for row in rows if row["label"] == label], "prompt")


def _column(rows: Sequence[Mapping[str, str]], name: str) -> list[str]:
    return [row[name] for row in rows]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
