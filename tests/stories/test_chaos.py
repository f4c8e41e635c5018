"""Sixty faults of every kind under traffic: nothing is lost, and every duplicate is explained."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import REPOSITORY
from tests.canary import CANARY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]
FAULTS, SEED = 60, 1


def _last_line(tmp_path: Path, *arguments: str) -> str:
    """The last line of a run that ended well."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "simulator.chaos", "--home", str(tmp_path), "--marked", CANARY),
            *arguments,
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.splitlines()[-1]


def test_sixty_faults_lose_nothing(tmp_path: Path) -> None:
    said = _last_line(tmp_path, "--faults", str(FAULTS), "--seed", str(SEED))
    expected = rf"faults {FAULTS} lost 0 duplicated [0-9]+ unexplained 0 slowest [0-9.]+ s seed {SEED}"
    assert re.fullmatch(expected, said), said


def test_every_process_restarted_in_turn_loses_nothing(tmp_path: Path) -> None:
    said = _last_line(tmp_path, "--rolling")
    assert re.fullmatch(r"faults 5 lost 0 duplicated 0 unexplained 0 slowest [0-9.]+ s seed 1", said), said
