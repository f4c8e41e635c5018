"""compose.yaml gives every container what it needs, and no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from service.settings import REPOSITORY, read_settings
from tests.image.compose import OURS, compose

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
SETTINGS = set(
    re.findall(
        r"^\| `([A-Z_]+)`", (REPOSITORY / "docs/reference/settings.md").read_text("utf-8"), re.MULTILINE
    )
)
MADE_UP = {
    "DATABASE_URL": "postgresql://somebody@somewhere/goldenhour",
    "REDIS_URL": "redis://somewhere:6379/0",
    "GOLDENHOUR_DATA_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_restricted(name: str) -> None:
    given = SERVICES[name]
    assert given["read_only"] is True
    assert given["cap_drop"] == ["ALL"]
    assert given["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", given["user"])
    assert "/tmp" in given["tmpfs"]  # noqa: S108
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices", "init"} & given.keys()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_setting_that_is_needed_is_given(
    name: str, tmp_path: Path
) -> None:
    environment = dict(SERVICES[name]["environment"])
    assert {variable.removesuffix("_FILE") for variable in environment} <= SETTINGS
    for variable, value in environment.items():
        if variable.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in SERVICES[name]["secrets"]
            file = tmp_path / variable
            file.write_text(MADE_UP.get(variable.removesuffix("_FILE"), "made up"), encoding="utf-8")
            environment[variable] = str(file)
    assert environment["GOLDENHOUR_PUBLIC_URL"].startswith("${GOLDENHOUR_PUBLIC_URL:?")
    here = {"GOLDENHOUR_PUBLIC_URL": "https://here.example", "GOLDENHOUR_SITES_DIR": str(tmp_path)}
    read_settings({**environment, **here})


@pytest.mark.parametrize("name", OURS)
def test_the_sites_are_mounted_where_they_are_read_and_cannot_be_written(name: str) -> None:
    assert SERVICES[name]["volumes"] == [
        f"./sites:{SERVICES[name]['environment']['GOLDENHOUR_SITES_DIR']}:ro"
    ]


def test_every_secret_is_a_file_and_used() -> None:
    used = {secret for given in SERVICES.values() for secret in given.get("secrets", ())}
    declared = compose()["secrets"]
    assert used == declared.keys()
    assert {name: each["file"] for name, each in declared.items()} == {
        name: f"secrets/{name}" for name in used
    }


def test_redis_writes_down_everything_and_drops_nothing() -> None:
    words = SERVICES["redis"]["command"]
    settings = dict(zip(words[2::2], words[3::2], strict=True))
    assert settings["--appendonly"] == "yes"
    assert settings["--appendfsync"] == "always"
    assert settings["--maxmemory-policy"] == "noeviction"


def test_only_the_api_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: given["ports"] for name, given in SERVICES.items() if "ports" in given}
    assert published == {"api": ["127.0.0.1:8080:8080"]}


@pytest.mark.parametrize("name", ["migrate", "postgres", "redis"])
def test_who_calls_nobody_outside_cannot(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", ["api", "worker", "sweeper"])
def test_nothing_starts_before_the_database_is_of_its_version(name: str) -> None:
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_there_are_two_sweepers() -> None:
    assert SERVICES["sweeper"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("api", "http://127.0.0.1:8080/readyz"),
        ("worker", "http://127.0.0.1:8081/healthz"),
        ("sweeper", "http://127.0.0.1:8081/healthz"),
    ],
)
def test_each_is_asked_for_its_health_where_it_tells_of_it(name: str, url: str) -> None:
    assert f"'{url}'" in SERVICES[name]["healthcheck"]["test"][-1]
    assert SERVICES[name]["environment"]["GOLDENHOUR_HEALTH_BIND"] == "0.0.0.0:8081"


@pytest.mark.parametrize("name", ["worker", "sweeper"])
def test_whoever_calls_a_carrier_may_finish(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= 2 * 8 + 2 + 10
