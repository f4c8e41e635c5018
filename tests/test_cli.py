"""The command line: scoring without a database, and plain words when something is missing."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner

from service.cli import main
from service.settings import REPOSITORY

CONTACT = {
    "contact_id": "c1",
    "answers": [
        {"answer_id": "a1", "type": "text", "question": "What brings you here?", "text": "I have a plan."},
        {"answer_id": "a2", "type": "item", "instrument": "phq-9", "item": "9", "value": 1},
        {
            "answer_id": "a3",
            "type": "item",
            "instrument": "c-ssrs-screener",
            "item": "6-recent",
            "value": None,
            "absent": "refused",
        },
    ],
}


def score(*lines: Any) -> tuple[int, list[Any]]:
    written = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    result = CliRunner(env={"DATABASE_URL": "", "REDIS_URL": ""}).invoke(main, ["score", "-"], input=written)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_score_reads_and_writes_json_lines_without_database_or_redis() -> None:
    status, (assessment,) = score(CONTACT)
    assert status == 0
    assert set(assessment) == {
        "contact_id",
        "urgency",
        "respond_within_minutes",
        "scores",
        "signals",
        "instruments",
        "starting_points",
        "supports",
        "reasons",
        "turns",
        "gaps",
        "marks",
        "held",
        "rules",
    }
    assert "c-ssrs-screener item 6 (past 3 months): refused" in assessment["gaps"]
    phq = next(result for result in assessment["instruments"] if result["instrument"] == "phq-9")
    assert (phq["total"], phq["complete"]) == (None, False)
    assert "item 9 endorsed" in phq["flags"]


def test_a_line_that_cannot_be_assessed_gives_a_problem_in_its_place_and_status_1() -> None:
    status, (first, second, third) = score("{", {"contact_id": "c2"}, CONTACT)
    assert status == 1
    assert (first["line"], first["type"]) == (1, "/problems/not-json")
    assert (second["line"], second["errors"][0]["pointer"]) == (2, "/answers")
    assert third["contact_id"] == "c1"


def test_scoring_is_the_same_every_time() -> None:
    assert score(CONTACT, CONTACT)[1][0] == score(CONTACT)[1][0]


@pytest.mark.parametrize("command", ["api", "worker", "sweeper", "migrate", "check"])
def test_without_settings_a_command_names_everything_that_is_missing(command: str) -> None:
    result = CliRunner(env={"DATABASE_URL": "", "GOLDENHOUR_DATA_KEYS": ""}).invoke(main, [command])
    assert result.exit_code == 1
    for name in ("DATABASE_URL", "REDIS_URL", "GOLDENHOUR_DATA_KEYS", "TWILIO_AUTH_TOKEN"):
        assert f"{name} is not set" in result.output


@pytest.mark.parametrize("command", [["migrate"], ["keys", "list"], ["audit"], ["check"]])
def test_the_password_of_a_database_that_is_away_is_shown_nowhere(command: list[str]) -> None:
    environment = {
        "DATABASE_URL": "postgresql://somebody:pa55word@127.0.0.1:9/nothing",
        "REDIS_URL": "redis://:pa55word@127.0.0.1:9/0",
        "GOLDENHOUR_SITES_DIR": str(REPOSITORY / "simulator/sites"),
        "GOLDENHOUR_DATA_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
        "TWILIO_ACCOUNT_SID": "AC0",
        "TWILIO_AUTH_TOKEN": "made up",
        "TWILIO_FROM": "+15550100000",
    }
    result = CliRunner(env=environment).invoke(main, command)
    assert result.exit_code == 1 or command == ["check"]
    assert "pa55word" not in result.output
    assert "pa55word" not in "".join(traceback.format_exception(result.exception))


DAVE = {
    "contact_id": "dave",
    "answers": [
        {
            "answer_id": "a1",
            "type": "text",
            "text": "I've got nothing to show for my life. My wife loves me. I don't want to die. The bridge club meets on Tuesday, forget what I said about the bridge club.",
        },
        {"answer_id": "a2", "type": "text", "text": "Gave my brother the guitar. I won't be needing it."},
    ],
}


def run(*arguments: str, stdin: Any = None) -> tuple[int, str]:
    written = None if stdin is None else json.dumps(stdin)
    result = CliRunner(env={"DATABASE_URL": ""}).invoke(main, list(arguments), input=written)
    return result.exit_code, result.output


def test_score_pretty_marks_the_evidence_and_gives_reasons_and_starting_points() -> None:
    status, shown = run("score", "--pretty", "-", stdin=DAVE)
    assert status == 0
    assert "\u00bbnothing to show for my life\u00ab" in shown
    assert "Why" in shown
    assert "a human responds within" in shown
    assert "reasons_for_living: My wife loves me" in shown.partition("Starting points")[2]


def test_score_pretty_shows_both_passages_of_what_is_said_sideways() -> None:
    shown = run("score", "--pretty", "-", stdin=DAVE)[1]
    assert "\u00bbGave my brother the guitar\u00ab. I \u00bbwon't be needing it\u00ab" in shown


def test_explain_says_which_rule_did_what_and_what_was_set_aside() -> None:
    status, shown = run("explain", "-", stdin=DAVE)
    assert status == 0
    assert "said_sideways -> urgent" in shown
    assert "because it is denied" in shown
    assert "because it is protective" in shown
    assert "because of false_friend" in shown


def test_explain_of_a_line_that_cannot_be_read_gives_a_problem_and_status_1() -> None:
    status, shown = run("explain", "-", stdin={"contact_id": "c"})
    assert status == 1
    assert "/problems/invalid-request" in shown


def test_the_shipped_lexicon_keeps_every_sample() -> None:
    assert run("lexicon", "check") == (0, "every entry loads, and every sample is heard as it says\n")


def test_a_sample_that_is_not_kept_is_named(tmp_path: Path) -> None:
    copytree(REPOSITORY / "config", tmp_path / "config")
    entry = tmp_path / "config" / "lexicon" / "en" / "defeat" / "nothing_to_show.yaml"
    entry.write_text(entry.read_text().replace("must_match:\n", 'must_match:\n  - "a fine day"\n'))
    status, shown = run("lexicon", "--config", str(tmp_path / "config"), "check")
    assert status == 1
    assert "defeat.nothing_to_show: must match, and does not: a fine day" in shown


def test_coverage_shows_every_construct_of_every_language_with_both_kinds_of_sample() -> None:
    status, shown = run("lexicon", "coverage")
    assert status == 0
    schema = json.loads((REPOSITORY / "config" / "schema" / "lexicon-entry.schema.json").read_text())
    for construct in schema["properties"]["construct"]["enum"]:
        assert f"  {construct} " in shown
    assert "lacks samples" not in shown


def test_a_sentence_is_explained_with_what_was_set_aside() -> None:
    shown = run("lexicon", "explain", "I'm dead tired. My friend says he wants to die.")[1]
    assert "because it is about somebody else" in shown
