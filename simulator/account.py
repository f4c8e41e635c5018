"""The account that the simulated carrier holds for its one customer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from service.domain.errors import ConfigurationFaults

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who may send, from which numbers (E.164), and where replies to those numbers are POSTed."""

    sid: str
    token: str = field(repr=False)
    senders: tuple[str, ...]
    inbound_url: str
    incidents_url: str = ""
    incidents_secret: str = field(default="", repr=False)
    pagers_url: str = ""
    pagers_code: str = field(default="", repr=False)


def read_account(environment: Mapping[str, str]) -> Account:
    """Read the account, or raise `ConfigurationFaults` naming every missing or malformed variable."""
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "SIMULATOR_INBOUND_URL")
    sid, token, numbers, inbound_url = (environment.get(name, "").strip() for name in names)
    senders = tuple(number.strip() for number in numbers.split(",") if number.strip())
    faults = [f"{name} is not set" for name in names if not environment.get(name, "").strip()]
    if not all(E164.fullmatch(sender) for sender in senders):
        faults.append("TWILIO_FROM holds something that is not a number such as +15550100")
    if inbound_url and not is_web_address(inbound_url):
        faults.append("SIMULATOR_INBOUND_URL is not an http or https URL")
    if faults:
        raise ConfigurationFaults(faults)
    incidents_url = environment.get("SIMULATOR_INCIDENTS_URL", "").strip()
    return Account(
        sid,
        token,
        senders,
        inbound_url,
        incidents_url,
        environment.get("SIMULATOR_INCIDENTS_SECRET", ""),
        environment.get("SIMULATOR_PAGERS_URL", "").strip(),
        environment.get("SIMULATOR_PAGERS_CODE", ""),
    )


def is_web_address(url: str) -> bool:
    """Whether the carrier can POST to it: http or https, and a host without underscores."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in host
