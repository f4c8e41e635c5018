"""A run of load: the words are of the urgency they are called by, nobody far away is paged, and what it tells is so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from benchmarks.client import Measured
from benchmarks.load import errors, table
from benchmarks.mixture import ANSWERS, ASSESSMENT, CONTACTS, SHARES, Mixture
from service.bootstrap import Service
from service.domain.answers import FirstContact, TextAnswer
from service.domain.assessment import Assessor
from service.settings import REPOSITORY, read_settings
from service.usecases.ports import Scope
from simulator.stack import Stack

_URGENCIES = ("none_found", "soon", "urgent", "emergency")


def _load(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "benchmarks.load", *arguments),
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("words", "urgency"), list(zip(CONTACTS.values(), _URGENCIES, strict=True)))
def test_the_words_are_of_the_urgency_that_they_are_called_by(
    assessor: Assessor, words: str, urgency: str
) -> None:
    assert assessor.assess(FirstContact("c1", (TextAnswer("a1", words),))).urgency.value == urgency


def test_every_kind_is_drawn_as_often_as_it_should_be() -> None:
    mixture = Mixture(Random(1))  # noqa: S311 - to be repeatable is the point
    drawn: Counter[str] = Counter()
    for _ in range(10_000):
        call = mixture.draw()
        mixture.took_in(call)
        drawn[call.kind] += 1
    assert sum(SHARES.values()) == 100
    for kind, share in SHARES.items():
        assert abs(drawn[kind] - 100 * share) < 200, kind


def test_while_nobody_was_taken_in_nobody_is_asked_for() -> None:
    mixture = Mixture(Random(1))  # noqa: S311 - to be repeatable is the point
    assert not {mixture.draw().kind for _ in range(100)} & {ANSWERS, ASSESSMENT}


def test_what_was_refused_is_no_error_and_no_answer_is_one() -> None:
    measured = Measured(2.0, [0.001] * 10, Counter({201: 4, 503: 3, 429: 1, 500: 1, 0: 1}))
    assert errors({"worklist": measured}) == 2
    assert table({"worklist": measured})[-1].split() == [
        "all",
        "10",
        "2.0",
        "1.0",
        "ms",
        "1.0",
        "ms",
        "4",
        "2",
    ]


@pytest.mark.parametrize(
    ("url", "environment", "why"),
    [
        ("http://clinic.example:8080", {"KEY": "gh_x_y"}, "ANYWHERE=1"),
        ("http://192.0.2.1", {"KEY": "gh_x_y"}, "ANYWHERE=1"),
        ("http://127.0.0.1:8080", {}, "KEY"),
        ("127.0.0.1:8080", {"KEY": "gh_x_y"}, "URL"),
    ],
)
def test_what_should_not_be_sent_is_not(url: str, environment: dict[str, str], why: str) -> None:
    run = _load("--url", url, **environment)
    assert run.returncode == 2
    assert why in run.stderr
    assert "gh_x_y" not in run.stderr


@pytest.mark.slow
def test_a_small_run_ends_by_itself_and_tells_how_fast_it_was_answered(tmp_path: Path) -> None:
    with Stack(tmp_path / "var") as stack:
        service = Service(read_settings(stack.environment))
        _, token = service.keys.create("load", "riverside", tuple(Scope))
        service.close()
        run = _load("--url", stack.api_url, "--rate", "20", "--seconds", "3", KEY=token)
    assert run.returncode == 0, run.stdout + run.stderr
    kind, sent, *_, refused, failed = run.stdout.splitlines()[-1].split()
    assert (kind, sent, refused, failed) == ("all", "60", "0", "0")
    assert token not in run.stdout + run.stderr
