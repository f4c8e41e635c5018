"""The reference is what the software says of itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from docs.making.reference import PAGES
from service.cli import main
from service.settings import REPOSITORY, Settings, read_settings

DOCS = REPOSITORY / "docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_that_the_software_writes_is_as_it_would_write_it(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page](), "run `make reference`"


def test_every_operation_names_the_scope_that_it_needs() -> None:
    rows = re.findall(
        r"^\| `[A-Z]+ /v1[^`]*` \| `([a-z:]*)` \|", PAGES[DOCS / "reference/api.md"](), re.MULTILINE
    )
    assert len(rows) > 30
    assert "" not in rows


def _commands() -> Iterator[tuple[str, str]]:
    """Each `goldenhour ...` that stands in a document as something to type, with the document's name."""
    typed = re.compile(
        r"(?:^|(?<!-n)(?<!upgrade)(?<!install)[ `/(])goldenhour ((?:[a-z-]+|--[a-z]+ [A-Z]+)(?: [^`\n|&#]*)?)"
    )
    for folder in ("runbooks", "how-to", "reference", "explanation"):
        for document in sorted({*(DOCS / folder).glob("*.md")} - PAGES.keys()):
            text = document.read_text(encoding="utf-8")
            code = [
                *re.findall(r"`([^`\n]+)`", text),
                *re.findall(r"^\s*(?:kubectl.*-- )?(goldenhour .*)$", text, re.M),
            ]
            for found in code:
                for match in typed.finditer(found):
                    yield document.name, match[1]


def test_every_command_that_is_named_exists_with_its_options() -> None:
    named = sorted(set(_commands()))
    assert len(named) > 60
    assert [wrong for document, line in named if (wrong := _fault(document, line))] == []


def _fault(document: str, line: str) -> str:
    command: click.Command = main
    context = click.Context(main)
    words = shlex.split(line.replace("'", ""))
    for place, word in enumerate(words):
        if word.startswith("--"):
            known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
            if word.partition("=")[0] not in known:
                return f"{document}: {line}: {command.name} has no {word}"
        elif isinstance(command, click.Group) and not (place and words[place - 1].startswith("--")):
            choices = re.split(r"[|,]", word)
            found = [command.get_command(context, choice) for choice in choices]
            if None in found:
                return f"{document}: {line}: there is no {word}"
            last = found[-1]
            assert last is not None
            command = last
    return ""


_DEFAULTS = {
    "GOLDENHOUR_BIND": "bind",
    "GOLDENHOUR_API_WORKERS": "api_workers",
    "GOLDENHOUR_API_THREADS": "api_threads",
    "GOLDENHOUR_API_WAITING": "api_waiting",
    "GOLDENHOUR_RATE_LIMIT": "rate_limit",
    "GOLDENHOUR_TRUSTED_PROXIES": "trusted_proxies",
    "GOLDENHOUR_TEXT_LIMIT": "text_limit",
    "GOLDENHOUR_CARRIER_TIMEOUT_SECONDS": "carrier_timeout",
    "GOLDENHOUR_SWEEP_SECONDS": "sweep_interval",
    "GOLDENHOUR_DOORBELL_GRACE_SECONDS": "doorbell_grace",
    "GOLDENHOUR_PAGERDUTY_API_URL": "pagerduty_url",
    "GOLDENHOUR_SYNTHETIC_EVERY_SECONDS": "synthetic_every",
    "GOLDENHOUR_SYNTHETIC_WITHIN_SECONDS": "synthetic_within",
}


def test_every_setting_has_the_default_that_is_written(tmp_path: Path) -> None:
    """Also those that have none: without them nothing starts, or nothing of theirs is there."""
    required = {
        "DATABASE_URL": "postgresql://nobody@nowhere/none",
        "REDIS_URL": "redis://nowhere:6379/0",
        "GOLDENHOUR_DATA_KEYS": "k1:" + "A" * 43 + "=",
        "GOLDENHOUR_SITES_DIR": str(tmp_path),
        "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made up",
        "TWILIO_FROM": "+15550100000",
    }
    settings = read_settings(required)
    page = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", page, re.MULTILINE))
    assert {name for name, default in written.items() if default == "required"} == required.keys()
    for name, attribute in _DEFAULTS.items():
        value = getattr(settings, attribute)
        plain = str(int(value)) if isinstance(value, float) else str(value)
        assert written[name].strip("`") == plain, name
    told = {*required, *_DEFAULTS, "GOLDENHOUR_CONFIG_DIR", "GOLDENHOUR_TWILIO_API_URL"}
    empty = {name for name in written if name not in told}
    assert {written[name] for name in empty} <= {"none", "1", "`starttls`", "with the URL", "with a relay"}
    assert settings.twilio.api_url == written["GOLDENHOUR_TWILIO_API_URL"].strip("`")
    nothing = {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name in _NOTHING}
    assert not any(nothing.values())
    assert nothing.keys() == _NOTHING


_NOTHING = {
    *("health_bind", "mail", "wctp", "snpp", "pagerduty_secrets", "page_only", "deadman_url", "synthetic"),
    "collector_url",
}
