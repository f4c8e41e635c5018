"""`make run` and `make demo` as somebody meets them on a fresh machine."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requests import HTTPError

from docs.making import printed
from simulator.intake import Intake
from simulator.run import run
from simulator.stack import Stack, StackFault

pytestmark = pytest.mark.slow
GOLDENHOUR = str(Path(sys.executable).with_name("goldenhour"))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_the_demonstration_ends_by_itself_with_status_0(tmp_path: Path) -> None:
    played = subprocess.run(
        [GOLDENHOUR, "demo"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,  # the promise of the command itself
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    told = [
        "urgency: soon",
        "loss.bereavement",
        "stressor.legal",
        "stressor.financial",
        "No page.",
        "Dr Osei does not answer",
        "the case is yours",
        "Dr Lindqvist has taken the case",
        "acknowledged   Dr Lindqvist   sms",
    ]
    for line in told:
        assert line in played.stdout
    assert _story(printed.fixed(played.stdout)) == _story(printed.shown(printed.STORY)), "run `make pictures`"


def _story(told: str) -> set[str]:
    """Its lines, but for the carrier's reports: these come when they come."""
    return {line for line in told.splitlines() if "page state" not in line}


@contextmanager
def _running(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`run` as the command does it, with its data in `home`."""
    code = f"from pathlib import Path; from simulator.run import run; run({port}, 0, Path({str(home)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if line.startswith("Ctrl-C"):
            return told
    raise AssertionError(f"the run ended before it was ready:\n{told}")


def test_what_was_stored_survives_a_restart_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    home, port = tmp_path / "var", _free_port()
    cases = []
    for _ in range(2):
        with _running(home, port) as process:
            told = _told(process)
            token = re.findall(r"API key\s+(\S+)", told)[0]
            cases.append([case["case_id"] for case in Intake(f"http://127.0.0.1:{port}", token).worklist()])
        assert process.returncode == 0
        _nobody_listens(port)
    assert cases[0] == cases[1]
    assert len(cases[0]) == 1


def _nobody_listens(port: int) -> None:
    deadline = time.monotonic() + 5
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        assert time.monotonic() < deadline, "something still listens"
        time.sleep(0.05)


def test_a_port_in_use_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StackFault, match=r"port \d+ is in use; choose another with PORT="):
            run(taken.getsockname()[1], 0, tmp_path / "var")


def test_a_key_is_made_listed_and_revoked_from_the_command_line(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, _ = boot(workers=0, sweepers=1)
    assert stack.cli("check").stdout == "settings, sites and rules are well\n"
    made = stack.cli("keys", "create", "--name", "kiosk", "--site", "riverside", "--scope", "cases:read")
    token = made.stdout.strip()
    intake = Intake(stack.api_url, token)
    assert intake.worklist() == []
    listed = [json.loads(line) for line in stack.cli("keys", "list").stdout.splitlines()]
    (kiosk,) = [key for key in listed if key["name"] == "kiosk"]
    assert (kiosk["scopes"], kiosk["revoked_at"]) == (["cases:read"], None)
    assert token.split("_", 2)[2] not in json.dumps(listed)
    assert stack.cli("keys", "revoke", kiosk["key_id"]).returncode == 0
    with pytest.raises(HTTPError, match="401"):
        intake.worklist()
    again = stack.cli("keys", "revoke", kiosk["key_id"])
    assert (again.returncode, "no such key" in again.stderr) == (1, True)
    elsewhere = stack.cli("keys", "create", "--name", "x", "--site", "nowhere", "--scope", "cases:read")
    assert "there is no site nowhere" in elsewhere.stderr
