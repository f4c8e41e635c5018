"""The simulator as a process."""

from __future__ import annotations

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
import requests
from twilio.rest import Client  # type: ignore[import-untyped, unused-ignore]

from simulator.control import Carrier
from tests.simulator.conftest import (
    ACCOUNT_SID,
    ANNE,
    AUTH_TOKEN,
    REPOSITORY,
    SENDER,
    LocalHttpClient,
    environment,
    running_simulator,
    simulator_command,
)

pytestmark = pytest.mark.slow

NOWHERE = "http://127.0.0.1:9/replies"


def test_sigterm_ends_it_at_once_even_while_a_request_is_held() -> None:
    with running_simulator(NOWHERE) as (url, process), ThreadPoolExecutor(1) as pool:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=LocalHttpClient(url, 30))
        anne = Carrier(url).phone(ANNE)
        anne.fail_next("hold_before_accept")
        sending = pool.submit(client.messages.create, to=ANNE, from_=SENDER, body="x")
        anne.wait_until_holding()
        began = monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        assert monotonic() - began < 2
        assert isinstance(sending.exception(5), requests.ConnectionError)


def test_a_reply_to_a_service_that_is_away_has_no_status() -> None:
    with running_simulator(NOWHERE) as (url, _process):
        answer = Carrier(url).phone(ANNE).reply("K7Q2")
        assert (answer.http_status, answer.text) == (None, "")


def test_it_does_not_start_without_its_account_and_says_all_that_is_missing() -> None:
    incomplete = {**environment(NOWHERE), "TWILIO_AUTH_TOKEN": "", "TWILIO_FROM": "hello"}
    ended = subprocess.run(
        simulator_command(),
        cwd=REPOSITORY,
        env=incomplete,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "TWILIO_AUTH_TOKEN is not set" in ended.stderr
    assert "TWILIO_FROM holds something" in ended.stderr
    assert "Traceback" not in ended.stderr
