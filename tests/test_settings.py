"""The environment is read once, and everything wrong with it is said at once."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from service.domain.errors import ConfigurationFaults
from service.settings import read_settings

KEY = base64.b64encode(bytes(32)).decode()


def _good(sites: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://u:pa55word@h/d",
        "REDIS_URL": "redis://:pa55word@h/0",
        "GOLDENHOUR_SITES_DIR": str(sites),
        "GOLDENHOUR_DATA_KEYS": f"k2:{KEY},k1:{KEY}",
        "GOLDENHOUR_PUBLIC_URL": "https://h/",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "pa55word",
        "TWILIO_FROM": "+15550100000",
    }


def test_settings_are_read_with_their_defaults(tmp_path: Path) -> None:
    settings = read_settings(_good(tmp_path))
    assert (settings.active_key, list(settings.data_keys)) == ("k2", ["k2", "k1"])
    assert settings.public_url == "https://h"
    assert settings.text_limit == 100_000
    assert settings.twilio.api_url == "https://api.twilio.com"


def test_without_a_data_key_nothing_starts(tmp_path: Path) -> None:
    environment = _good(tmp_path)
    del environment["GOLDENHOUR_DATA_KEYS"]
    with pytest.raises(ConfigurationFaults) as raised:
        read_settings(environment)
    assert raised.value.faults == ("GOLDENHOUR_DATA_KEYS is not set",)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ConfigurationFaults) as raised:
        read_settings(
            {
                "DATABASE_URL": "sqlite:///x",
                "GOLDENHOUR_DATA_KEYS": "k1:short,k1",
                "GOLDENHOUR_SITES_DIR": "/no/such/place",
                "GOLDENHOUR_TEXT_LIMIT": "many",
                "GOLDENHOUR_SWEEP_SECONDS": "nan",
                "TWILIO_AUTH_TOKEN_FILE": "/no/such/file",
            }
        )
    text = "\n".join(raised.value.faults)
    for name in (
        "DATABASE_URL is not a URL",
        "REDIS_URL is not set",
        "GOLDENHOUR_SITES_DIR is not a directory",
        "GOLDENHOUR_DATA_KEYS: pair 1",
        "GOLDENHOUR_DATA_KEYS: pair 2",
        "GOLDENHOUR_PUBLIC_URL is not set",
        "TWILIO_ACCOUNT_SID is not set",
        "TWILIO_AUTH_TOKEN_FILE cannot be read",
        "TWILIO_FROM is not set",
        "GOLDENHOUR_TEXT_LIMIT is not a whole number",
        "GOLDENHOUR_SWEEP_SECONDS is not a number above zero",
    ):
        assert name in text


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    environment = _good(tmp_path)
    del environment["TWILIO_AUTH_TOKEN"]
    (tmp_path / "token").write_text("from a file\n", encoding="utf-8")
    settings = read_settings({**environment, "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.twilio.auth_token == "from a file"


def test_no_secret_stands_in_the_text_of_the_settings(tmp_path: Path) -> None:
    text = repr(read_settings(_good(tmp_path)))
    assert "pa55word" not in text
    assert "\\x00" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOLDENHOUR_DATA_KEYS", ","),
        ("GOLDENHOUR_PUBLIC_URL", "https://[x"),
        ("GOLDENHOUR_PUBLIC_URL", "https:"),
        ("DATABASE_URL", "postgresql:"),
        ("GOLDENHOUR_TEXT_LIMIT", "9" * 400),
        ("GOLDENHOUR_BIND", "nonsense"),
        ("GOLDENHOUR_BIND", "0.0.0.0:99999"),
        ("GOLDENHOUR_SITES_DIR", "sites\0here"),
    ],
)
def test_a_value_that_cannot_work_is_a_fault_and_never_a_crash(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationFaults) as raised:
        read_settings({**_good(tmp_path), name: value})
    assert len(raised.value.faults) == 1
    assert raised.value.faults[0].startswith(name)
