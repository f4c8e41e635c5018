"""The whole house, booted for a story: real processes, a real carrier on the wire, and phones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from service.bootstrap import Service
from service.settings import REPOSITORY, read_settings
from service.usecases.ports import Scope
from simulator.intake import SITE, Intake
from simulator.stack import Stack
from tests.canary import CANARY

OSEI, LINDQVIST, MOREAU = "+447700900101", "+447700900102", "+447700900103"
TONIGHT = f"I have a plan for tonight, {CANARY}."

T = TypeVar("T")


def until(look: Callable[[], T | None], within: float, what: str) -> T:
    """What `look` sees as soon as it sees anything. `AssertionError`, saying `what`, when the time is over."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.1)
    return seen


def the_site(wait: str) -> dict[str, Any]:
    """The demonstration's site, with so long a wait at each step; to be changed, and written."""
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["plans"] = {
        name: {**plan, "steps": [{**step, "wait": wait} for step in plan["steps"]]}
        for name, plan in site["plans"].items()
    }
    return site


def written(directory: Path, *sites: dict[str, Any]) -> Path:
    """The directory, made and filled with these sites."""
    directory.mkdir()
    for site in sites:
        (directory / f"{site['site']}.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    return directory


def sites_with(directory: Path, wait: str) -> Path:
    """The demonstration's site, with so long a wait at each step."""
    return written(directory, the_site(wait))


def intake_at(stack: Stack, site: str = SITE) -> Intake:
    """An intake system with a key for everything at a site. Made here: a process for each would take long."""
    service = Service(read_settings(stack.environment))
    _, token = service.keys.create("story", site, tuple(Scope))
    service.close()
    return Intake(stack.api_url, token)


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Callable[..., tuple[Stack, Intake]]]:
    """Boot the house, with so long a wait at each step; it is ended after the test."""
    with ExitStack() as running:

        def boot(wait: str = "60s", **options: Any) -> tuple[Stack, Intake]:
            environment = {"GOLDENHOUR_SITES_DIR": str(sites_with(tmp_path / "sites", wait))}
            stack = running.enter_context(Stack(tmp_path / "var", environment=environment, **options))
            return stack, intake_at(stack)

        yield boot


@pytest.fixture
def boot_with(tmp_path: Path) -> Iterator[Callable[..., tuple[Stack, Intake]]]:
    """Boot the house with more settings; it is ended after the test."""
    with ExitStack() as running:

        def boot(**settings: str) -> tuple[Stack, Intake]:
            sites = str(sites_with(tmp_path / "sites", "60s"))
            environment = {"GOLDENHOUR_SITES_DIR": sites, **settings}
            stack = running.enter_context(Stack(tmp_path / "var", environment=environment))
            return stack, intake_at(stack)

        yield boot
