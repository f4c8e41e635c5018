"""A program that may not run as root still reaches what lies below a closed directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.machine import unprivileged

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A file below a directory that only root may pass."""
    directory = tmp_path / "closed"
    directory.mkdir(mode=0o700)
    file = directory / "file"
    file.write_text("x", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    "program",
    [
        "import os, sys; sys.exit(os.geteuid() == 0)",
        "import os, sys; open(sys.argv[1]).close()",
        # as access(2) sees it, by which a program asks before it opens
        "import os, sys; sys.exit(not os.access(sys.argv[1], os.R_OK | os.X_OK))",
    ],
)
def test_the_other_account_passes_closed_directories_and_is_not_root(closed: Path, program: str) -> None:
    command = [sys.executable, unprivileged.__file__, "65534", "65534", str(closed.parent)]
    run = subprocess.run([*command, sys.executable, "-c", program, str(closed)], timeout=30, check=False)
    assert run.returncode == 0
