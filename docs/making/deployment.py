"""The deployment as a picture: what the chart renders for the values of the how-to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs.making.drawing import Arrow, Box, Words, picture
from service.settings import REPOSITORY
from tests.chart.rendering import Manifest, containers, manifests, named, of_kind, pods
from tests.docs.walking import blocks

HOW_TO = REPOSITORY / "docs/how-to/deploy-on-kubernetes.md"
_OUTSIDE = {
    5432: ("PostgreSQL", ("yours: the truth",)),
    6379: ("Redis", ("yours: the doorbell",)),
    443: ("Carriers", ("calendars, and the", "dead man's switch")),
}
"""What is behind each port that a pod may reach."""
_DNS = 53


def installed(how_to: Path = HOW_TO) -> list[Manifest]:
    """What is in the cluster after the how-to."""
    (written,) = [block.body for block in blocks(how_to) if block.title == "values.yaml"]
    return manifests(yaml.safe_load(written))


def draw() -> str:
    """The picture."""
    found = installed()
    parts: list[Box | Arrow | Words] = [
        Box(440, 20, 230, 412, "your namespace", look="around"),
        *_workloads(found),
        *_ways_in(found),
        *_ways_out(found),
    ]
    return picture("The deployment", _told(found), 900, 452, parts)


def _workloads(found: list[Manifest]) -> Iterator[Box]:
    for number, part in enumerate(("api", "worker", "sweeper")):
        made = named(found, "Deployment", f"goldenhour-{part}")
        (container,) = containers(made["spec"]["template"])
        ports = ", ".join(str(port["containerPort"]) for port in container["ports"])
        lines = [f"{made['spec']['replicas']} pods, port {ports}", _apart(made)]
        yield Box(460, 56 + 86 * number, 190, 66, part, [line for line in lines if line])
    yield Box(460, 314, 190, 50, "migrate", ["a Job before each roll-out"])
    yield Box(460, 374, 190, 50, "Secrets, which you make", [", ".join(_secrets(found))])


def _apart(made: Manifest) -> str:
    """Whether the pods must be on different machines."""
    pod = made["spec"]["template"]["spec"]
    rules = pod.get("affinity", {}).get("podAntiAffinity", {})
    return (
        "on different nodes"
        if "requiredDuringSchedulingIgnoredDuringExecution" in rules
        else "spread over nodes"
    )


def _secrets(found: list[Manifest]) -> list[str]:
    """The secrets that pods need, which the chart does not make."""
    volumes = [volume for _, pod in pods(found) for volume in pod["spec"].get("volumes", ())]
    mounted = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    told = {
        source["secretRef"]["name"]
        for _, pod in pods(found)
        for container in containers(pod)
        for source in container.get("envFrom", ())
        if "secretRef" in source
    }
    return sorted(mounted | told)


def _ways_in(found: list[Manifest]) -> Iterator[Box | Arrow]:
    callers = {
        "api": ("Intake systems", "in your network"),
        "webhooks": ("Carriers", "from anywhere, signed"),
    }
    for number, (route, (who, whence)) in enumerate(callers.items()):
        y = 56 + 86 * number
        (rule,) = named(found, "Ingress", f"goldenhour-api-{route}")["spec"]["rules"]
        paths = [each["path"] for each in rule["http"]["paths"]]
        yield Box(10, y, 150, 50, who, [whence], "outside")
        yield Arrow(((160, y + 25), (196, y + 25)))
        yield Box(196, y, 200, 66, "Ingress", [rule["host"], ", ".join(paths)])
        yield Arrow(((396, y + 25), (424, y + 25), (424, 81 + 15 * number), (460, 81 + 15 * number)))
    for monitor in of_kind(found, "ServiceMonitor"):
        (path,) = [each["path"] for each in monitor["spec"]["endpoints"]]
        yield Box(10, 228, 150, 50, "Prometheus", [path], "outside")
        yield Arrow(((160, 253), (432, 253), (432, 111), (460, 111)))


def _ways_out(found: list[Manifest]) -> Iterator[Box | Arrow | Words]:
    """Everything reaches what the first policy allows; what pages reaches carriers, too."""
    for number, port in enumerate(_ports(named(found, "NetworkPolicy", "goldenhour"))):
        y = 56 + 86 * number
        yield Box(730, y, 160, 50, *_OUTSIDE[port], look="outside")
        yield Arrow(((670, y + 25), (730, y + 25)))
        yield Words(684, y + 18, [str(port)])
    policy = named(found, "NetworkPolicy", "goldenhour-carriers")
    (chosen,) = policy["spec"]["podSelector"]["matchExpressions"]
    for port in _ports(policy):
        yield Box(730, 260, 160, 66, *_OUTSIDE[port], look="outside")
        yield Words(694, 270, [str(port)])
        for part, y in (("worker", 200), ("sweeper", 262)):
            if part in chosen["values"]:
                yield Arrow(((650, y), (684, y), (684, 290), (730, 290)))


def _ports(policy: Manifest) -> list[int]:
    """Where a policy lets pods go, names of machines aside."""
    rules: list[dict[str, Any]] = policy["spec"]["egress"]
    return [each["port"] for rule in rules for each in rule["ports"] if each["port"] != _DNS]


def _told(found: list[Manifest]) -> str:
    deployments = ", ".join(
        f"{each['spec']['replicas']} pods of {each['metadata']['name']}"
        for each in of_kind(found, "Deployment")
    )
    return (
        f"In your namespace: {deployments}, and a job that migrates the database before each roll-out. Intake systems and "
        "carriers come in by two separate routes. Every pod reaches PostgreSQL and Redis, which are yours; only workers and "
        "sweepers reach carriers."
    )
