"""Who acts: known at the edge, and written beside whatever is done, without every use case passing it on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A key of the API, the command line, a clinician or a carrier, and what the carrier calls this act."""

    name: str
    channel: str = ""
    provider_id: str = ""


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(name: str, channel: str = "", provider_id: str = "") -> Iterator[None]:
    """What is done within is done by them."""
    token = _ACTING.set(Actor(name, channel, provider_id))
    try:
        yield
    finally:
        _ACTING.reset(token)


@contextmanager
def clinician_acts(clinician: str, channel: str, provider_id: str) -> Iterator[None]:
    """What is done within, a clinician has asked for over one channel."""
    with acting_as(f"clinician {clinician} over {channel}", channel, provider_id):
        yield


def acting() -> Actor | None:
    """Who acts now; None when it is the process by itself."""
    return _ACTING.get()
