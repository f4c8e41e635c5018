"""The only reader of the configuration in the environment. Every fault is named at once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from service.domain.errors import ConfigurationFaults

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """How pages leave by Twilio, and how its webhooks are known to be its own."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_url: str
    secondary_token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class WctpAccount:
    """Where pager messages are submitted by WCTP, and as whom."""

    url: str
    sender: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SnppAccount:
    """Where pager messages are handed over by SNPP, up to which level of it, and as whom."""

    host: str
    port: int
    level: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailRelay:
    """Where mail to a pager gateway is handed over. `security`: none, starttls or tls."""

    host: str
    port: int
    security: str
    sender: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know to run. Times are in seconds.

    `data_keys` maps a key id to 32 bytes; `active_key` encrypts, the others still decrypt.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    config_dir: Path
    sites_dir: Path
    data_keys: Mapping[str, bytes] = field(repr=False)
    active_key: str
    public_url: str
    bind: str
    health_bind: str
    twilio: TwilioAccount
    mail: MailRelay | None
    wctp: WctpAccount | None
    snpp: SnppAccount | None
    pagerduty_url: str
    pagerduty_secrets: tuple[str, ...] = field(repr=False)
    text_limit: int
    rate_limit: int
    trusted_proxies: int
    carrier_timeout: float
    sweep_interval: float
    doorbell_grace: float
    api_workers: int
    api_threads: int
    api_waiting: int
    page_only: frozenset[str]
    deadman_url: str = field(repr=False)
    collector_url: str
    synthetic: Mapping[str, str]
    synthetic_every: float
    synthetic_within: float


_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_TEXT_LIMIT = 100_000
_PAGERDUTY_API = "https://events.pagerduty.com"
_TWILIO_API = "https://api.twilio.com"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read all settings, or raise `ConfigurationFaults` naming every missing or malformed one.

    A variable `X_FILE` names a file that holds X, so that secrets can be mounted.
    """
    source = _Source(environment)
    keys = source.data_keys("GOLDENHOUR_DATA_KEYS")
    settings = Settings(
        database_url=source.url("DATABASE_URL", {"postgresql", "postgresql+psycopg"}),
        redis_url=source.url("REDIS_URL", {"redis", "rediss", "unix"}),
        config_dir=source.directory("GOLDENHOUR_CONFIG_DIR", REPOSITORY / "config"),
        sites_dir=source.directory("GOLDENHOUR_SITES_DIR", None),
        data_keys=keys,
        active_key=next(iter(keys), ""),
        public_url=source.url("GOLDENHOUR_PUBLIC_URL", {"http", "https"}).rstrip("/"),
        bind=source.address("GOLDENHOUR_BIND", "0.0.0.0:8080"),
        health_bind=source.address("GOLDENHOUR_HEALTH_BIND", ""),
        twilio=TwilioAccount(
            account_sid=source.text("TWILIO_ACCOUNT_SID"),
            auth_token=source.text("TWILIO_AUTH_TOKEN"),
            sender=source.text("TWILIO_FROM"),
            api_url=source.text("GOLDENHOUR_TWILIO_API_URL", _TWILIO_API).rstrip("/"),
            secondary_token=source.text("TWILIO_SECONDARY_AUTH_TOKEN", ""),
        ),
        mail=_mail_relay(source),
        wctp=_wctp_account(source),
        snpp=_snpp_account(source),
        pagerduty_url=source.text("GOLDENHOUR_PAGERDUTY_API_URL", _PAGERDUTY_API).rstrip("/"),
        pagerduty_secrets=tuple(source.listed("GOLDENHOUR_PAGERDUTY_SECRETS")),
        text_limit=int(source.number("GOLDENHOUR_TEXT_LIMIT", _TEXT_LIMIT, whole=True)),
        rate_limit=int(source.number("GOLDENHOUR_RATE_LIMIT", 200, whole=True)),
        trusted_proxies=source.count("GOLDENHOUR_TRUSTED_PROXIES", 0),
        carrier_timeout=source.number("GOLDENHOUR_CARRIER_TIMEOUT_SECONDS", 8),
        sweep_interval=source.number("GOLDENHOUR_SWEEP_SECONDS", 1),
        doorbell_grace=source.number("GOLDENHOUR_DOORBELL_GRACE_SECONDS", 3),
        api_workers=int(source.number("GOLDENHOUR_API_WORKERS", 2, whole=True)),
        api_threads=int(source.number("GOLDENHOUR_API_THREADS", 8, whole=True)),
        api_waiting=source.count("GOLDENHOUR_API_WAITING", 32),
        page_only=frozenset(source.listed("GOLDENHOUR_PAGE_ONLY")),
        deadman_url=source.optional_url("GOLDENHOUR_DEADMAN_URL", {"http", "https"}),
        collector_url=source.optional_url("OTEL_EXPORTER_OTLP_ENDPOINT", {"http", "https"}),
        synthetic=source.pairs("GOLDENHOUR_SYNTHETIC"),
        synthetic_every=source.number("GOLDENHOUR_SYNTHETIC_EVERY_SECONDS", 900),
        synthetic_within=source.number("GOLDENHOUR_SYNTHETIC_WITHIN_SECONDS", 120),
    )
    if source.faults:
        raise ConfigurationFaults(source.faults)
    return settings


def sqlalchemy_url(database_url: str) -> str:
    """The URL with the driver that we use, whichever common spelling was given."""
    return database_url.replace("postgresql://", "postgresql+psycopg://", 1)


class _Source:
    """Reads variables and keeps the faults instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._unread: set[str] = set()
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environment.get(name, "").strip() or self._from_file(name)
        if value:
            return value
        if default is None and name not in self._unread:
            self.faults.append(f"{name} is not set")
        return default or ""

    def _from_file(self, name: str) -> str:
        path = self._environment.get(f"{name}_FILE", "").strip()
        if not path:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            if name in self._unread:
                return ""
            self._unread.add(name)
            self.faults.append(f"{name}_FILE cannot be read: {type(error).__name__}")
            return ""

    def url(self, name: str, schemes: set[str]) -> str:
        value = self.text(name)
        if value and not _is_url(value, schemes):
            self.faults.append(f"{name} is not a URL with one of the schemes {', '.join(sorted(schemes))}")
        return value

    def optional_url(self, name: str, schemes: set[str]) -> str:
        value = self.text(name, "")
        if value and not _is_url(value, schemes):
            self.faults.append(f"{name} is not a URL with one of the schemes {', '.join(sorted(schemes))}")
        return value

    def listed(self, name: str) -> list[str]:
        """Comma separated."""
        return [part.strip() for part in self.text(name, "").split(",") if part.strip()]

    def pairs(self, name: str) -> dict[str, str]:
        """`site/person`, comma separated."""
        pairs: dict[str, str] = {}
        for part in self.listed(name):
            site, _, person = part.partition("/")
            if not site or not person or site in pairs:
                self.faults.append(f"{name}: {part} is not `site/person` of a site not named before")
            pairs[site] = person
        return pairs

    def address(self, name: str, default: str) -> str:
        """`host:port`, or nothing when nothing is the default."""
        value = self.text(name, default)
        if not value and not default:
            return ""
        host, _, port = value.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65_536:
            self.faults.append(f"{name} is not `host:port`")
        return value

    def number(self, name: str, default: float, *, whole: bool = False) -> float:
        value = self.text(name, str(default))
        try:
            number = float(int(value)) if whole else float(value)
        except (ValueError, OverflowError):
            number = 0.0
        if not 0 < number < float("inf"):
            self.faults.append(f"{name} is not a {'whole ' if whole else ''}number above zero")
            return default
        return number

    def count(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or len(value) > 2:
            self.faults.append(f"{name} is not a whole number from 0 to 99")
            return default
        return int(value)

    def directory(self, name: str, default: Path | None) -> Path:
        path = Path(self.text(name, None if default is None else str(default)) or ".")
        if "\0" in str(path) or not path.is_dir():
            self.faults.append(f"{name} is not a directory")
        return path

    def data_keys(self, name: str) -> dict[str, bytes]:
        """`id:base64` pairs, comma separated, the active one first."""
        keys: dict[str, bytes] = {}
        for number, pair in enumerate(filter(None, self.text(name).split(",")), start=1):
            key_id, _, encoded = pair.strip().partition(":")
            key = _decode_key(encoded)
            if key is None or not key_id or key_id in keys:
                self.faults.append(f"{name}: pair {number} is not a new `id:base64 of 32 bytes`")
                continue
            keys[key_id] = key
        if not keys and name not in " ".join(self.faults):
            self.faults.append(f"{name} names no key")
        return keys


def _is_url(value: str, schemes: set[str]) -> bool:
    """Also that its port is a number: a password that is not escaped would be taken for one, and named by
    whatever chokes on it."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))


def _decode_key(encoded: str) -> bytes | None:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None  # AES-256


def _mail_relay(source: _Source) -> MailRelay | None:
    """The relay, or None when no variable names one."""
    if not source.text("GOLDENHOUR_SMTP", ""):
        return None
    host, _, port = source.address("GOLDENHOUR_SMTP", "").rpartition(":")
    security = source.text("GOLDENHOUR_SMTP_SECURITY", "starttls")
    if security not in {"none", "starttls", "tls"}:
        source.faults.append("GOLDENHOUR_SMTP_SECURITY is not one of none, starttls and tls")
    sender = source.text("GOLDENHOUR_SMTP_FROM")
    if sender and not _MAIL_ADDRESS.fullmatch(sender):
        source.faults.append("GOLDENHOUR_SMTP_FROM is not a mail address")
    return MailRelay(
        host=host,
        port=int(port) if port.isdigit() else 0,
        security=security,
        sender=sender,
        user=source.text("GOLDENHOUR_SMTP_USER", ""),
        password=source.text("GOLDENHOUR_SMTP_PASSWORD", ""),
    )


def _wctp_account(source: _Source) -> WctpAccount | None:
    """The account, or None when no variable names one."""
    if not source.text("GOLDENHOUR_WCTP_URL", ""):
        return None
    return WctpAccount(
        url=source.url("GOLDENHOUR_WCTP_URL", {"http", "https"}),
        sender=source.text("GOLDENHOUR_WCTP_SENDER"),
        code=source.text("GOLDENHOUR_WCTP_CODE"),
    )


def _snpp_account(source: _Source) -> SnppAccount | None:
    """The gateway, or None when no variable names one."""
    if not source.text("GOLDENHOUR_SNPP", ""):
        return None
    host, _, port = source.address("GOLDENHOUR_SNPP", "").rpartition(":")
    level = source.text("GOLDENHOUR_SNPP_LEVEL", "1")
    if level not in {"1", "2", "3"}:
        source.faults.append("GOLDENHOUR_SNPP_LEVEL is not 1, 2 or 3")
    return SnppAccount(
        host=host,
        port=int(port) if port.isdigit() else 0,
        level=int(level) if level.isdigit() else 1,
        user=source.text("GOLDENHOUR_SNPP_USER", ""),
        password=source.text("GOLDENHOUR_SNPP_PASSWORD", ""),
    )
