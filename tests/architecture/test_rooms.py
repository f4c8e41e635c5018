"""The direction of the imports is held by contracts that really break."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import REPOSITORY

PLANTED = [
    ("service/domain/urgency.py", "from service.usecases import ports", "The rooms"),
    ("service/domain/urgency.py", "import time", "The domain is pure"),
    ("service/domain/signals.py", "import yaml", "The domain is pure"),
    ("service/usecases/due_pages.py", "import sqlalchemy", "Use cases know no technology"),
    ("service/web/auth.py", "from workers import jobs", "The rooms"),
    ("service/web/auth.py", "from service.adapters import aes_gcm", "The rooms"),
    ("service/web/auth.py", "from service import settings", "Only bootstrap and the entry points"),
    ("workers/sweeper.py", "from service.web import app", "Workers are thin"),
    ("service/usecases/due_pages.py", "import simulator", "The service never knows the simulator"),
    ("simulator/story.py", "from service import bootstrap", "The simulator stays outside"),
]


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for name in ("service", "workers", "simulator"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", copy)
    return copy


def test_the_contracts_hold_as_the_tree_stands(tree: Path) -> None:
    linted = _lint(tree)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(("path", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(tree: Path, path: str, line: str, contract: str) -> None:
    file = tree / path
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        linted = _lint(tree)
    finally:
        file.write_text(before, encoding="utf-8")
    broken = [name for name in linted.stdout.splitlines() if name.endswith("BROKEN")]
    assert linted.returncode != 0
    assert any(name.startswith(contract) for name in broken), linted.stdout


def test_the_client_needs_nothing_but_python() -> None:
    package = REPOSITORY / "client" / "goldenhour_client"
    nodes = [node for file in package.glob("*.py") for node in ast.walk(ast.parse(file.read_bytes()))]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert len(imported) > 10
    allowed = {*sys.stdlib_module_names, package.name}
    assert {name for name in imported if name.partition(".")[0] not in allowed} == set()
