"""The chart as Helm renders it, without a cluster."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart

from service.settings import REPOSITORY

CHART = REPOSITORY / "helm/goldenhour"
VALUES = {path.stem: path for path in sorted((Path(__file__).parent / "values").glob("*.yaml"))}

Manifest = dict[str, Any]


def values(name: str) -> dict[str, Any]:
    """The values of one file, to be changed."""
    return copy.deepcopy(_values(name))


@cache
def _values(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(VALUES[name].read_text(encoding="utf-8"))
    return read


def texts(given: dict[str, Any]) -> dict[str, str]:
    """What each template becomes. Raises what Helm raises."""
    with Chart.load(CHART) as chart:
        chart.validate_schema(given)
        return chart.render(given, name="goldenhour", namespace="care")


def manifests(given: dict[str, Any]) -> list[Manifest]:
    """All resources, in the order of Helm."""
    return [
        document
        for name, text in texts(given).items()
        if not name.endswith("NOTES.txt")
        for document in yaml.safe_load_all(text)
        if document
    ]


@cache
def rendered(name: str) -> tuple[Manifest, ...]:
    """The resources of one values file."""
    return tuple(manifests(values(name)))


def of_kind(found: tuple[Manifest, ...] | list[Manifest], kind: str) -> list[Manifest]:
    """The resources of a kind."""
    return [each for each in found if each["kind"] == kind]


def named(found: tuple[Manifest, ...] | list[Manifest], kind: str, name: str) -> Manifest:
    """The one of a kind with this name."""
    (one,) = [each for each in of_kind(found, kind) if each["metadata"]["name"] == name]
    return one


def pods(found: tuple[Manifest, ...] | list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """What describes a pod, with the name of what makes it."""
    for each in found:
        if each["kind"] == "Pod":
            yield each["metadata"]["name"], each
        elif each["kind"] in {"Deployment", "Job"}:
            yield each["metadata"]["name"], each["spec"]["template"]


def containers(pod: Manifest) -> list[Manifest]:
    """All containers of a pod."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]
