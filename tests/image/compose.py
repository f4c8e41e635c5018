"""Reads compose.yaml as an engine does, as far as ours goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from service.settings import REPOSITORY

OURS = ("migrate", "api", "worker", "sweeper")


def compose() -> dict[str, Any]:
    """The file, with its anchors followed."""
    read: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))
    return read


@dataclass(frozen=True, slots=True)
class Service:
    """What a container of ours is given: variables, the files of secrets, and seconds to end in."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    grace: float
    health_path: str


def service(name: str, public_url: str) -> Service:
    """One of `OURS`, as whoever has set GOLDENHOUR_PUBLIC_URL starts it."""
    given = compose()["services"][name]
    asked = re.search(r"http://127\.0\.0\.1:\d+(/\w+)", str(given.get("healthcheck", "")))
    return Service(
        tuple(given["command"]),
        {
            key: re.sub(r"\$\{GOLDENHOUR_PUBLIC_URL:[^}]*\}", public_url, v)
            for key, v in given["environment"].items()
        },
        tuple(given["secrets"]),
        float(given["stop_grace_period"].removesuffix("s")),
        asked[1] if asked else "",
    )
