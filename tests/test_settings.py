"""The environment is read once, and everything wrong with it is said at once."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from service.domain.errors import ConfigurationFaults
from service.settings import REPOSITORY, read_settings

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


def _everything(sites: Path) -> dict[str, str]:
    """A value for every setting that there is, each other than its default."""
    return {
        **_good(sites),
        "TWILIO_SECONDARY_AUTH_TOKEN": "the next one",
        "GOLDENHOUR_CONFIG_DIR": str(sites),
        "GOLDENHOUR_BIND": "127.0.0.1:9",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "GOLDENHOUR_HEALTH_BIND": "127.0.0.1:10",
        "GOLDENHOUR_API_WORKERS": "3",
        "GOLDENHOUR_API_THREADS": "9",
        "GOLDENHOUR_API_WAITING": "8",
        "GOLDENHOUR_RATE_LIMIT": "7",
        "GOLDENHOUR_TRUSTED_PROXIES": "1",
        "GOLDENHOUR_TEXT_LIMIT": "5",
        "GOLDENHOUR_CARRIER_TIMEOUT_SECONDS": "4",
        "GOLDENHOUR_SWEEP_SECONDS": "2",
        "GOLDENHOUR_DOORBELL_GRACE_SECONDS": "6",
        "GOLDENHOUR_TWILIO_API_URL": "https://h",
        "GOLDENHOUR_PAGERDUTY_SECRETS": "one,two",
        "GOLDENHOUR_PAGERDUTY_API_URL": "https://h",
        "GOLDENHOUR_SNPP": "h:444",
        "GOLDENHOUR_SNPP_LEVEL": "3",
        "GOLDENHOUR_SNPP_USER": "u",
        "GOLDENHOUR_SNPP_PASSWORD": "pa55word",
        "GOLDENHOUR_WCTP_URL": "https://h/wctp",
        "GOLDENHOUR_WCTP_SENDER": "s",
        "GOLDENHOUR_WCTP_CODE": "pa55word",
        "GOLDENHOUR_SMTP": "h:25",
        "GOLDENHOUR_SMTP_SECURITY": "tls",
        "GOLDENHOUR_SMTP_FROM": "goldenhour@example.org",
        "GOLDENHOUR_SMTP_USER": "u",
        "GOLDENHOUR_SMTP_PASSWORD": "pa55word",
        "GOLDENHOUR_PAGE_ONLY": "+15550100001",
        "GOLDENHOUR_DEADMAN_URL": "https://h/pa55word",
        "GOLDENHOUR_SYNTHETIC": "riverside/osei",
        "GOLDENHOUR_SYNTHETIC_EVERY_SECONDS": "60",
        "GOLDENHOUR_SYNTHETIC_WITHIN_SECONDS": "30",
    }


NAMES = sorted(_everything(REPOSITORY))


def test_a_value_for_every_setting_stands_above() -> None:
    read = set(
        re.findall(r'source\.\w+\(\s*"([A-Z_]+)"', (REPOSITORY / "service/settings.py").read_text("utf-8"))
    )
    assert set(NAMES) == read


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_and_so_every_secret_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    environment = _everything(tmp_path)
    direct = read_settings(environment)
    file = tmp_path / "mounted"
    file.write_text(f"{environment.pop(name)}\n", encoding="utf-8")
    assert read_settings({**environment, f"{name}_FILE": str(file)}) == direct


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_cannot_be_read_is_one_fault_and_nothing_starts(tmp_path: Path, name: str) -> None:
    """Also of a setting that has a default: whoever names a file means what stands in it."""
    environment = _everything(tmp_path)
    del environment[name]
    for missing in (tmp_path / "missing", tmp_path, tmp_path / "not\0here"):
        with pytest.raises(ConfigurationFaults) as raised:
            read_settings({**environment, f"{name}_FILE": str(missing)})
        assert [fault for fault in raised.value.faults if f"{name}_FILE cannot be read" in fault]
        assert not [fault for fault in raised.value.faults if fault == f"{name} is not set"]


def test_a_key_file_that_can_no_longer_be_read_stops_the_next_start_and_nobody_who_runs(
    tmp_path: Path,
) -> None:
    environment = _good(tmp_path)
    file = tmp_path / "keys"
    file.write_text(environment.pop("GOLDENHOUR_DATA_KEYS"), encoding="utf-8")
    environment["GOLDENHOUR_DATA_KEYS_FILE"] = str(file)
    running = read_settings(environment)
    file.unlink()
    assert running.data_keys[running.active_key] == bytes(32)
    with pytest.raises(ConfigurationFaults) as raised:
        read_settings(environment)
    assert raised.value.faults == ("GOLDENHOUR_DATA_KEYS_FILE cannot be read: FileNotFoundError",)


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_data_key_of_another_length_is_named_by_its_place_and_never_shown(
    tmp_path: Path, length: int
) -> None:
    short = base64.b64encode(b"k" * length).decode()
    with pytest.raises(ConfigurationFaults) as raised:
        read_settings({**_good(tmp_path), "GOLDENHOUR_DATA_KEYS": f"k2:{short},k1:{KEY},{short}"})
    assert (
        raised.value.faults
        == tuple(
            f"GOLDENHOUR_DATA_KEYS: pair {number} is not a new `id:base64 of 32 bytes`" for number in (1, 3)
        )[: 2 if short else 1]
    )


def test_no_secret_stands_in_the_text_of_the_settings(tmp_path: Path) -> None:
    text = repr(read_settings(_everything(tmp_path)))
    assert "pa55word" not in text
    assert "\\x00" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOLDENHOUR_DATA_KEYS", ","),
        ("GOLDENHOUR_PUBLIC_URL", "https://[x"),
        ("GOLDENHOUR_PUBLIC_URL", "https:"),
        ("DATABASE_URL", "postgresql:"),
        ("DATABASE_URL", "postgresql://u:pa/55word@h/d"),
        ("REDIS_URL", "redis://:pa#55word@h/0"),
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
    assert "55word" not in raised.value.faults[0]
