"""Every command of the tutorial and of every how-to is run, in the order in which a reader would run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.machine.ports import free_ports
from simulator.stack import Stack
from tests.docs.walking import blocks, script
from tests.stories.conftest import intake_at

DOCS = REPOSITORY / "docs"
WALKED = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
DEPLOY = DOCS / "how-to/deploy-on-kubernetes.md"
SHIMS = Path(__file__).parent / "shims"
LEFT_OUT = shutil.ignore_patterns(
    ".*", "tests", "benchmarks", "build", "var", "*.egg-info", "__pycache__", "*.lock", "node_modules"
)
ELSEWHERE = {"the reader clones from wherever the project lies"}
"""What cannot be walked here, and why. Nothing else may be."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("walk") / "var") as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The repository as a reader has it, after `make setup`."""
    here = tmp_path / "goldenhour"
    shutil.copytree(REPOSITORY, here, ignore=LEFT_OUT)
    for lock in REPOSITORY.glob("*.lock"):
        shutil.copy2(lock, here)
    (here / ".venv").mkdir()  # of its own: whatever clears it leaves ours alone
    (here / ".venv/bin").symlink_to(Path(sys.prefix) / "bin")
    (here / ".venv/.set-up").touch()
    shutil.copy(here / "simulator/sites/riverside.yaml", here)
    (tmp_path / "cluster").mkdir()
    return here


def _installed(place: Path) -> None:
    """The chart, as the how-to for it leaves it."""
    for block in blocks(DEPLOY):
        if block.title:
            (place / block.title).write_text(block.body, encoding="utf-8")
    cluster = place.parent / "cluster"
    keys = yaml.safe_load((place / "helm/goldenhour/values.yaml").read_text(encoding="utf-8"))["secrets"][
        "keys"
    ]
    for name, held in (("goldenhour", keys), ("goldenhour-sites", ["riverside.yaml"])):
        (cluster / f"secret-{name}.json").write_text(json.dumps(held), encoding="utf-8")
    (cluster / "release").touch()


def _environment(place: Path, stack: Stack | None) -> dict[str, str]:
    """What the processes of the house have, and what a reader has set."""
    path = (str(SHIMS), str(Path(sys.prefix) / "bin"), os.environ["PATH"])
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    mine = {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": f"{place}:{place / 'client'}",
        "CLUSTER": str(place.parent / "cluster"),
    }
    theirs = {} if stack is None else stack.environment
    return {**theirs, **kept, **mine}


def _walked(document: Path, place: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    text = script(document)
    for port, name in (("8080", "PORT"), ("8081", "PHONES_PORT")):
        if name in environment:
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{environment[name]}")
    walk = place.parent / "walk.sh"
    walk.write_text(text, encoding="utf-8")
    return subprocess.run(
        ["bash", walk],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=150,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("document", WALKED[1:], ids=lambda document: document.stem)
def test_every_command_of_a_how_to_works(document: Path, place: Path, stack: Stack) -> None:
    environment = _environment(place, stack)
    if document.stem != DEPLOY.stem:
        _installed(place)
    if "KEY" in document.read_text(encoding="utf-8"):
        spool = place.parent / "spool"
        environment |= {"URL": stack.api_url, "KEY": intake_at(stack).token, "SPOOL": str(spool)}
    walked = _walked(document, place, environment)
    assert walked.returncode == 0, walked.stdout


@pytest.mark.slow
def test_every_command_of_the_tutorial_works(place: Path) -> None:
    port, phones = free_ports(2)
    environment = {**_environment(place, None), "PORT": str(port), "PHONES_PORT": str(phones)}
    walked = _walked(WALKED[0], place, environment)
    assert walked.returncode == 0, walked.stdout


def test_what_cannot_be_walked_here_is_known() -> None:
    found = {block.hints["elsewhere"] for d in WALKED for block in blocks(d) if "elsewhere" in block.hints}
    assert found == ELSEWHERE


def test_every_document_has_something_to_do() -> None:
    assert len(WALKED) >= 10
    assert [d.name for d in WALKED if not any(block.language == "sh" for block in blocks(d))] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "```sh\nfalse\n```",
        "1. x\n\n   ```sh\n   goldenhour no-such-command\n   ```",
        "<!-- walk: shows: this -->\n```sh\necho that\n```",
        "```python\nraise SystemExit(3)\n```",
        "```sh\nkubectl -n goldenhour logs deploy/goldenhour-worke\n```",
        "```sh\nhelm -n goldenhour test goldenhour\n```",
        "```sh\ndocker compose up no-such-service\n```",
    ],
)
def test_a_command_that_does_not_work_is_found(wrong: str, tmp_path: Path) -> None:
    document = tmp_path / "wrong.md"
    document.write_text(f"# Wrong\n\n```sh\ntrue\n```\n\n{wrong}\n", encoding="utf-8")
    (tmp_path / "goldenhour").mkdir()
    (tmp_path / "cluster").mkdir()
    (tmp_path / "goldenhour/compose.yaml").write_text("services: {api: {}}", encoding="utf-8")
    walked = _walked(document, tmp_path / "goldenhour", _environment(tmp_path / "goldenhour", None))
    assert walked.returncode != 0
    assert re.search(r"FAILED at line \d+", walked.stdout), walked.stdout
