"""Sixty faults of every kind under traffic: nothing is lost, and every duplicate is explained."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import REPOSITORY
from tests.canary import CANARY

pytestmark = pytest.mark.slow
FAULTS, SEED = 60, 1


def test_sixty_faults_lose_nothing(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "simulator.chaos", "--home", str(tmp_path), "--marked", CANARY),
            *("--faults", str(FAULTS), "--seed", str(SEED)),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    said = run.stdout + run.stderr
    expected = rf"faults {FAULTS} lost 0 duplicated [0-9]+ unexplained 0 slowest [0-9.]+ s seed {SEED}"
    assert run.returncode == 0, said
    assert re.fullmatch(expected, run.stdout.splitlines()[-1]), said
