"""The whole house, booted for a story: real processes, a real carrier on the wire, and phones."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from service.bootstrap import Service
from service.settings import REPOSITORY, read_settings
from service.usecases.ports import Scope
from simulator.control import Phone
from simulator.intake import SITE, Intake
from simulator.stack import Stack
from tests.canary import CANARY

OSEI, LINDQVIST, MOREAU = "+447700900101", "+447700900102", "+447700900103"
PEOPLE = ("osei", "lindqvist", "moreau")
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


def a_site(name: str, wait: str) -> dict[str, Any]:
    """As the demonstration's, and everybody has a number of their own: no story rings in another."""
    site = {**the_site(wait), "site": name}
    ours = f"+447700900{zlib.crc32(name.encode()) % 80 + 20}"
    site["clinicians"] = {
        who: {"name": f"Dr {who.title()}", "sms": f"{ours}{PEOPLE.index(who)}"} for who in PEOPLE
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


@dataclass(frozen=True, slots=True)
class Place:
    """One of several sites in one house."""

    stack: Stack
    intake: Intake
    numbers: Mapping[str, str]

    def phone(self, person: str) -> Phone:
        """The mobile of somebody who works there."""
        return self.stack.carrier.phone(self.numbers[person])

    def case(self, contact: str) -> dict[str, Any]:
        """The case of a contact, which has one."""
        case = self.intake.case_of(contact)
        assert case is not None
        return case

    def assert_nothing_unexpected(self) -> None:
        """No mobile of this site has received what was not expected."""
        unexpected = self.stack.carrier.unexpected
        assert [sms for sms in unexpected if sms.phone in self.numbers.values()] == []


@contextmanager
def house_of(home: Path, *sites: dict[str, Any], **settings: str) -> Iterator[dict[str, Place]]:
    """One house with these sites, for stories that leave one another alone; by the name of the site."""
    numbers = {
        site["site"]: {who: has["sms"] for who, has in site["clinicians"].items() if "sms" in has}
        for site in sites
    }
    every = [number for of_site in numbers.values() for number in of_site.values()]
    assert len(set(every)) == len(every), "two sites share a number: give one of them another name"
    environment = {"GOLDENHOUR_SITES_DIR": str(written(home / "sites", *sites)), **settings}
    with Stack(home / "var", environment=environment) as stack:
        yield {name: Place(stack, intake_at(stack, name), of_site) for name, of_site in numbers.items()}


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
