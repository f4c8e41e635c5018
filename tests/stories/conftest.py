"""The whole house, booted for a story: real processes, a real carrier on the wire, and phones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.demo import new_key
from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY

OSEI, LINDQVIST, MOREAU = "+447700900101", "+447700900102", "+447700900103"
TONIGHT = f"I have a plan for tonight, {CANARY}."


def sites_with(directory: Path, wait: str) -> Path:
    """The demonstration's site, with so long a wait at each step."""
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    for plan in site["plans"].values():
        plan["steps"] = [{**step, "wait": wait} for step in plan["steps"]]
    directory.mkdir()
    (directory / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    return directory


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Callable[..., tuple[Stack, Intake]]]:
    """Boot the house, with so long a wait at each step; it is ended after the test."""
    with ExitStack() as running:

        def boot(wait: str = "60s", **options: Any) -> tuple[Stack, Intake]:
            environment = {"GOLDENHOUR_SITES_DIR": str(sites_with(tmp_path / "sites", wait))}
            stack = running.enter_context(Stack(tmp_path / "var", environment=environment, **options))
            return stack, Intake(stack.api_url, new_key(stack, "story"))

        yield boot


@pytest.fixture
def boot_with(tmp_path: Path) -> Iterator[Callable[..., tuple[Stack, Intake]]]:
    """Boot the house with more settings; it is ended after the test."""
    with ExitStack() as running:

        def boot(**settings: str) -> tuple[Stack, Intake]:
            sites = str(sites_with(tmp_path / "sites", "60s"))
            environment = {"GOLDENHOUR_SITES_DIR": sites, **settings}
            stack = running.enter_context(Stack(tmp_path / "var", environment=environment))
            return stack, Intake(stack.api_url, new_key(stack, "story"))

        yield boot
