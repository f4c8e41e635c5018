"""What is in the image, and what is not."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from service.settings import REPOSITORY
from tests.image.building import WRITABLE, Image
from tests.image.container import command_line

pytestmark = pytest.mark.slow


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_only_what_ships_is_in_it(image: Image) -> None:
    assert _names(image.root) == {"app", "opt", "run", "tmp", "usr"}
    assert _names(image.at("/app")) == {"LICENSE", "NOTICE", "config", "service", "workers"}
    assert _names(image.at("/opt")) == {"venv"}
    assert _names(image.at("/app/service/bin")) == {"goldenhour"}


def test_every_package_in_it_is_in_the_lock_that_ships(image: Image) -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))
    installed = (path.stem.partition("-") for path in _all(image) if path.suffix == ".dist-info")
    found = {(canonicalize_name(name), version) for name, _, version in installed}
    assert len(found) > 50
    assert found <= locked


def _all(image: Image) -> Iterator[Path]:
    for folder, folders, files in os.walk(image.root):
        yield from (Path(folder, name) for name in (*folders, *files))


def test_neither_a_tool_that_builds_nor_anything_for_tests_is_in_it(image: Image) -> None:
    never = {
        "simulator",
        "benchmarks",
        "tests",
        "goldenhour_client",
        "ensurepip",
        "pip",
        "setuptools",
        "wheel",
        "pytest",
    }
    importable = {"app", "site-packages", *(path.name for path in image.at("/usr/local/lib").glob("python*"))}
    assert [path for path in _all(image) if path.name in never and path.parent.name in importable] == []
    assert shutil.which("pip", path=f"{image.at('/opt/venv/bin')}:{image.at('/usr/local/bin')}") is None


def test_nothing_in_it_can_be_written_and_everything_can_be_read(image: Image) -> None:
    mounted = (image.at("/run"), image.at(WRITABLE))
    for path in _all(image):
        if not path.is_symlink() and not any(path.is_relative_to(each) for each in mounted):
            status = path.stat()
            assert status.st_mode & 0o222 == 0, path
            assert status.st_mode & stat.S_IROTH, path
            assert status.st_uid == os.geteuid()


def _run(image: Image, app: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command of the image, with the code in a directory."""
    return subprocess.run(
        command_line(image, [command]),
        cwd=image.at("/app"),
        env={**image.environment({}), "PYTHONPATH": str(app)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_planted_import_of_the_simulator_stops_every_command(image: Image) -> None:
    app = image.at(WRITABLE) / "planted"
    shutil.copytree(image.at("/app"), app, ignore=shutil.ignore_patterns("__pycache__"))
    assert _run(image, app, "--help").returncode == 0
    planted = app / "service/bootstrap.py"
    planted.chmod(0o644)
    planted.write_text(f"{planted.read_text(encoding='utf-8')}\nimport simulator\n", encoding="utf-8")
    broken = _run(image, app, "--help")
    assert broken.returncode != 0
    assert "No module named 'simulator'" in broken.stderr


def test_what_needs_the_simulator_says_that_it_is_not_here(image: Image) -> None:
    told = _run(image, image.at("/app"), "demo")
    assert told.returncode == 1
    assert "the simulator is not part of this installation" in told.stderr
