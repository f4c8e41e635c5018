from __future__ import annotations

import pytest

from service.domain.errors import ConfigurationFaults
from simulator.account import read_account
from tests.simulator.conftest import ACCOUNT_SID, AUTH_TOKEN, OTHER_SENDER, SENDER, environment


def test_the_account_is_read_from_the_environment() -> None:
    account = read_account(environment("https://intake.test/replies"))
    assert (account.sid, account.token) == (ACCOUNT_SID, AUTH_TOKEN)
    assert account.senders == (SENDER, OTHER_SENDER)
    assert account.inbound_url == "https://intake.test/replies"
    assert AUTH_TOKEN not in repr(account)


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(ConfigurationFaults) as raised:
        read_account({})
    assert raised.value.faults == (
        "TWILIO_ACCOUNT_SID is not set",
        "TWILIO_AUTH_TOKEN is not set",
        "TWILIO_FROM is not set",
        "SIMULATOR_INBOUND_URL is not set",
    )


def test_a_bad_number_and_a_bad_address_are_named_together() -> None:
    with pytest.raises(ConfigurationFaults) as raised:
        read_account({**environment("ftp://x.test"), "TWILIO_FROM": "0800 1111"})
    assert len(raised.value.faults) == 2
