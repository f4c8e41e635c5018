"""The command line: scoring without a database, and plain words when something is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from service.cli import main

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
        "reasons",
        "gaps",
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
