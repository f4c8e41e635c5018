"""The part of TwiML that speaks in a call and waits for keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from simulator.twiml import NotTwiml

_GATHER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken."""

    words: str


@dataclass(frozen=True, slots=True)
class Gather:
    """Words spoken while a key is waited for; the key is POSTed to `action`. `timeout` is in seconds."""

    words: tuple[str, ...]
    action: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document there."""

    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """The call ends."""


Verb = Say | Gather | Redirect | Hangup


def read_voice(document: str, base: str) -> tuple[Verb, ...]:
    """The verbs in order, their addresses made whole by `base`. Raises `NotTwiml`."""
    if "<!DOCTYPE" in document:
        raise NotTwiml("a document type declaration is not TwiML")
    try:
        root = ET.fromstring(document)  # noqa: S314 - our own service's, and without declarations
    except ET.ParseError as error:
        raise NotTwiml("not well-formed XML") from error
    if root.tag != "Response":
        raise NotTwiml("the root is not Response")
    return tuple(_verbs(root, base))


def _verbs(root: ET.Element, base: str) -> Iterator[Verb]:
    for element in root:
        match element.tag:
            case "Say":
                yield Say(_words(element))
            case "Gather":
                words = tuple(_words(said) for said in element.findall("Say"))
                timeout = float(element.get("timeout", _GATHER_SECONDS))
                yield Gather(words, urljoin(base, element.get("action", base)), timeout)
            case "Redirect":
                yield Redirect(urljoin(base, _words(element)))
            case "Hangup":
                yield Hangup()
            case "Pause":
                continue
            case _:
                raise NotTwiml("a verb that no call of ours needs")


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())
