"""How a message and a list of messages look in Twilio's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from simulator.account import Account
from simulator.messages import Message
from simulator.refusals import Refusal, sentence
from simulator.segments import count_segments

API_VERSION = "2010-04-01"
_NUMBERS = ("To", "From")
_TIMES = {"DateSent": "", "DateSent<": "<", "DateSent>": ">"}
_DEFAULT_PAGE, _LARGEST_PAGE = 50, 1000


def list_uri(account: Account) -> str:
    """Where the account's messages are, without the host."""
    return f"/{API_VERSION}/Accounts/{account.sid}/Messages.json"


def message_json(message: Message, account: Account) -> dict[str, Any]:
    """One message resource."""
    uri = f"/{API_VERSION}/Accounts/{account.sid}/Messages/{message.sid}"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": "" if message.redacted else message.text,
        "date_created": format_datetime(message.created),
        "date_sent": message.sent and format_datetime(message.sent),
        "date_updated": format_datetime(message.updated),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None if message.error_code is None else sentence(message.error_code),
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(count_segments(message.text)),
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def page_json(messages: Sequence[Message], query: Mapping[str, str], account: Account) -> dict[str, Any]:
    """One page of the messages that the query asks for, newest first. Raises `Refusal`."""
    bounds = _bounds(query)
    matching = [m for m in reversed(messages) if not m.deleted and _matches(m, query, bounds)]
    page, size = _number(query, "Page", 0), min(_number(query, "PageSize", _DEFAULT_PAGE), _LARGEST_PAGE)
    window = _Window(matching, max(size, 1), page, query.get("PageToken", ""))
    kept = {name: query[name] for name in (*_NUMBERS, *_TIMES) if name in query} | {
        "PageSize": str(window.size)
    }

    def uri(page: int, token: str | None = None) -> str:
        place = {"Page": str(page)} | ({"PageToken": token} if token else {})
        return f"{list_uri(account)}?{urlencode(kept | place)}"

    shown = window.shown
    return {
        "messages": [message_json(message, account) for message in shown],
        "page": page,
        "page_size": window.size,
        "start": page * window.size,
        "end": page * window.size + max(len(shown) - 1, 0),
        "uri": uri(page, query.get("PageToken")),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, f"PA{shown[-1].sid}") if window.has_more else None,
        "previous_page_uri": uri(page - 1, f"PB{shown[0].sid}") if page and shown else None,
    }


@dataclass(frozen=True, slots=True)
class _Window:
    """A page by its token, so that messages created meanwhile do not shift it."""

    matching: Sequence[Message]
    size: int
    page: int
    token: str

    @property
    def first(self) -> int:
        place = next((at for at, m in enumerate(self.matching) if m.sid == self.token[2:]), None)
        if place is None:
            return self.page * self.size
        return place + 1 if self.token.startswith("PA") else max(place - self.size, 0)

    @property
    def shown(self) -> Sequence[Message]:
        return self.matching[self.first : self.first + self.size]

    @property
    def has_more(self) -> bool:
        return self.first + self.size < len(self.matching)


def _matches(message: Message, query: Mapping[str, str], bounds: Sequence[_Bound]) -> bool:
    if query.get("To", message.recipient) != message.recipient:
        return False
    if query.get("From", message.sender) != message.sender:
        return False
    return all(bound.holds(message.sent) for bound in bounds)


@dataclass(frozen=True, slots=True)
class _Bound:
    """When it was to be sent, with the day (UTC) or the second named included."""

    order: str
    day: date
    second: datetime | None

    def holds(self, sent: datetime | None) -> bool:
        if sent is None:
            return False
        if self.second is None:
            return self._compare(sent.date().toordinal(), self.day.toordinal())
        return self._compare(int(sent.timestamp()), int(self.second.timestamp()))

    def _compare(self, sent: int, bound: int) -> bool:
        return {"<": sent <= bound, ">": sent >= bound, "": sent == bound}[self.order]


def _bounds(query: Mapping[str, str]) -> list[_Bound]:
    return [_read_bound(order, query[name]) for name, order in _TIMES.items() if name in query]


def _read_bound(order: str, asked: str) -> _Bound:
    try:
        time = datetime.fromisoformat(asked)
    except ValueError as error:
        raise Refusal(20001) from error
    time = time.replace(tzinfo=time.tzinfo or UTC)
    return _Bound(order, time.date(), None if len(asked) == len("YYYY-MM-DD") else time)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    given = query.get(name, "")
    if given and not (given.isascii() and given.isdigit()):
        raise Refusal(20001)
    return int(given or default)
