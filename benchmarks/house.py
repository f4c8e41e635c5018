"""The service as a measurement finds it: every process on this machine, and what is sent to it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from service.settings import REPOSITORY
from simulator.demo import new_key
from simulator.machine.ports import LOOPBACK, free_ports
from simulator.stack import Stack

QUIET = "I would like an appointment on a weekday, since work has been much lately and I sleep badly."
GRAVE = "I have a plan for tonight."


@contextmanager
def house(home: Path, *, with_redis: bool = True, sites: Path | None = None) -> Iterator[tuple[Stack, str]]:
    """Everything running, and a key; no key is ever told that it calls too often."""
    environment = {"GOLDENHOUR_RATE_LIMIT": "100000"}
    environment |= {} if sites is None else {"GOLDENHOUR_SITES_DIR": str(sites)}
    with Stack(home, workers=2, sweepers=2, with_redis=with_redis, environment=environment) as stack:
        yield stack, new_key(stack, "bench")


@contextmanager
def bare_route(stack: Stack) -> Iterator[str]:
    """The address of the bare route, on the same PostgreSQL."""
    bind = f"{LOOPBACK}:{free_ports(1)[0]}"
    environment = {**stack.environment, "BARE_BIND": bind}
    process = subprocess.Popen((sys.executable, "-m", "benchmarks.bare"), cwd=REPOSITORY, env=environment)
    try:
        _until_answers(f"http://{bind}")
        yield f"http://{bind}/contacts"
    finally:
        process.terminate()
        process.wait(timeout=20)


def swift_site(home: Path) -> Path:
    """The demonstration's site, where one person may be paged as often as a site may ever allow."""
    site = yaml.safe_load((REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8"))
    site["pace"] = {"bundle_after": "0s", "most": 20, "within": "1s", "same_case_every": "1s"}
    sites = home / "sites"
    sites.mkdir(parents=True)
    (sites / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    return sites


def contact(name: str, words: str = QUIET) -> dict[str, object]:
    """A first contact with one answer."""
    return {"contact_id": name, "answers": [{"answer_id": "a1", "type": "text", "text": words}]}


def _until_answers(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{url}/healthz", timeout=1)
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
