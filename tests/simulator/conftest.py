"""The real simulator in a process of its own, the official SDK, and a customer who takes the webhooks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped, unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from tests.simulator.receiver import Receiver

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "a-token-for-tests"
SENDER, OTHER_SENDER = "+15550100", "+15550101"
ANNE, BEN = "+447700900001", "+447700900002"
INBOUND_PATH = "/replies?site=a"


class LocalHttpClient(TwilioHttpClient):  # type: ignore[misc, unused-ignore]
    """The SDK's own client, pointed at the simulator."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(pool_connections=False, timeout=timeout)
        self._base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        local = url.replace("https://api.twilio.com", self._base_url, 1)
        return super().request(method, local, *args, **kwargs)


def environment(inbound_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": f"{SENDER}, {OTHER_SENDER}",
        "SIMULATOR_INBOUND_URL": inbound_url,
    }


def simulator_command() -> list[str]:
    return [sys.executable, "-m", "simulator", "--bind", "127.0.0.1:0"]


@contextmanager
def running_simulator(inbound_url: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The base URL from the readiness line, and the process."""
    with subprocess.Popen(
        simulator_command(),
        cwd=REPOSITORY,
        env=environment(inbound_url),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("carrier simulator ready at "), line
            yield line.split()[-1], process
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.fixture(scope="session")
def _receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def base_url(_receiver: Receiver) -> Iterator[str]:
    with running_simulator(f"{_receiver.base_url}{INBOUND_PATH}") as (url, _process):
        yield url


@pytest.fixture
def carrier(base_url: str, _receiver: Receiver) -> Iterator[Carrier]:
    """The carrier, as new."""
    carrier = Carrier(base_url)
    carrier.reset()
    _receiver.forget()
    yield carrier
    carrier.reset()


@pytest.fixture
def receiver(_receiver: Receiver) -> Receiver:
    return _receiver


@pytest.fixture
def new_client(base_url: str) -> Callable[..., Client]:
    """Makes an SDK client: `timeout` in seconds."""

    def make(timeout: float = 10.0, token: str = AUTH_TOKEN) -> Client:
        return Client(ACCOUNT_SID, token, http_client=LocalHttpClient(base_url, timeout))

    return make


@pytest.fixture
def client(new_client: Callable[..., Client], carrier: Carrier) -> Client:
    return new_client()
