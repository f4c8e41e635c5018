"""A message as a customer submits it, checked as Twilio checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.account import E164, Account, is_web_address
from simulator.refusals import Refusal

_LONGEST_BODY = 1600
_LONGEST_VALIDITY = 36_000


@dataclass(frozen=True, slots=True)
class Submission:
    """A well-formed request to send. `validity` is in seconds; `callback` keeps its fragment."""

    sender: str
    recipient: str
    text: str
    callback: str | None
    validity: int


def read_submission(form: Mapping[str, str], account: Account) -> Submission:
    """Read the form of a create. Raises `Refusal` with the code of the first thing wrong."""
    recipient, text = form.get("To", "").strip(), form.get("Body", "")
    if not recipient:
        raise Refusal(21604)
    if not E164.fullmatch(recipient):
        raise Refusal(21211)
    if not text:
        raise Refusal(21602)
    if len(text) > _LONGEST_BODY:
        raise Refusal(21617)
    return Submission(_sender(form, account), recipient, text, _callback(form), _validity(form))


def _sender(form: Mapping[str, str], account: Account) -> str:
    sender = form.get("From", "").strip()
    if not sender:
        raise Refusal(21701 if form.get("MessagingServiceSid") else 21603)
    if sender not in account.senders:
        raise Refusal(21606)
    return sender


def _callback(form: Mapping[str, str]) -> str | None:
    url = form.get("StatusCallback", "").strip()
    if url and not is_web_address(url):
        raise Refusal(21609)
    return url or None


def _validity(form: Mapping[str, str]) -> int:
    given = form.get("ValidityPeriod", str(_LONGEST_VALIDITY))
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= _LONGEST_VALIDITY):
        raise Refusal(90007)
    return int(given)
