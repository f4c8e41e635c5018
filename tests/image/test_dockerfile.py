"""What the Dockerfile says, and that whatever its reader does not know is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest
import yaml

from service import VERSION
from service.settings import REPOSITORY
from tests.image.building import BASE_PATH, Image, run
from tests.image.compose import compose
from tests.image.dockerfile import Copy, Run, Unknown, read_dockerfile, sent

TEXT = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
STAGES = read_dockerfile(TEXT, BASE_PATH)
LAST = STAGES[-1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_stage_stands_on_one_base_that_a_digest_can_pin() -> None:
    assert {stage.base for stage in STAGES} == {"python:3.11-slim-bookworm"}
    pinned = TEXT.replace("-bookworm\n", f"-bookworm@sha256:{'0' * 64}\n", 1)
    assert {stage.base for stage in read_dockerfile(pinned, BASE_PATH)} != {stage.base for stage in STAGES}
    assert re.findall(r"^FROM (?!\$\{PYTHON\})", TEXT, re.MULTILINE) == []


def test_packages_come_by_hash_from_the_lock_before_any_of_our_code() -> None:
    first, install, *_ = STAGES[0].steps
    assert isinstance(first, Copy)
    assert first.sources == ("requirements.lock",)
    assert isinstance(install, Run)
    words = install.commands[-1]
    assert {"install", "--require-hashes", "requirements.lock"} <= set(words)


def test_it_runs_as_somebody_without_a_name_or_rights() -> None:
    assert LAST.user == "10001:10001"
    assert LAST.entrypoint == ("goldenhour",)
    assert LAST.stop_signal == "SIGTERM"
    assert set(LAST.ports) == {8080, 8081}
    assert LAST.environment["PATH"].startswith("/opt/venv/bin:")


def test_everything_says_the_same_version() -> None:
    chart = yaml.safe_load((REPOSITORY / "helm/goldenhour/Chart.yaml").read_text(encoding="utf-8"))
    images = {each["image"] for each in compose()["services"].values() if "build" in each}
    label = LAST.labels["org.opencontainers.image.version"]
    assert {VERSION, label, chart["appVersion"]} == {PROJECT["version"]}
    assert images == {f"goldenhour:{VERSION}"}


def test_the_labels_say_what_the_project_says() -> None:
    assert LAST.labels == {
        "org.opencontainers.image.title": PROJECT["name"],
        "org.opencontainers.image.description": PROJECT["description"],
        "org.opencontainers.image.licenses": PROJECT["license"],
        "org.opencontainers.image.version": PROJECT["version"],
        "org.opencontainers.image.revision": "unknown",
    }


@pytest.mark.parametrize(
    "line",
    [
        "ADD https://example.org/x /x",
        "HEALTHCHECK NONE",
        "COPY --chown=1:1 config /app/config",
        'SHELL ["/bin/bash", "-c"]',
        "RUN echo x > /etc/x",
        "RUN apt-get update; apt-get upgrade",
        "FROM ${PYTHON} as other",
    ],
)
def test_an_instruction_that_the_reader_does_not_know_is_refused(line: str) -> None:
    with pytest.raises(Unknown):
        read_dockerfile(f"{TEXT}\n{line}\n", BASE_PATH)


@pytest.mark.parametrize(
    "command",
    [
        "apt-get --version",
        "pip --version",
        "python --version",
        "rm -rf OUTSIDE",
        "rm -rf /app/../../outside",
        "chmod -R a=rwX /app OUTSIDE",
    ],
)
def test_nothing_that_reaches_outside_the_image_is_done(tmp_path: Path, command: str) -> None:
    (tmp_path / "outside").mkdir()
    words = tuple(command.replace("OUTSIDE", str(tmp_path / "outside")).split())
    with pytest.raises(Unknown):
        run(Run((words,), PurePosixPath("/"), {"PATH": BASE_PATH}), Image(tmp_path / "image", LAST))


def test_the_builder_is_sent_what_ships_and_nothing_else() -> None:
    files = sent(REPOSITORY, (REPOSITORY / ".dockerignore").read_text(encoding="utf-8"))
    top = {file.parts[0] for file in files}
    assert top == {"LICENSE", "NOTICE", "config", "requirements.lock", "service", "workers"}
    assert PurePosixPath("service/cli.py") in files
    assert [file for file in files if "__pycache__" in file.parts] == []
    copied = {
        source
        for stage in STAGES
        for step in stage.steps
        if isinstance(step, Copy) and not step.stage
        for source in step.sources
    }
    assert copied == top
