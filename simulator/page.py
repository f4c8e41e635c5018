"""The phones, to look at and to answer from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from simulator.calls import Call, CallStatus
from simulator.exchange import Exchange
from simulator.messages import Direction, Message
from simulator.phones import NotAReply
from simulator.refusals import sentence


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen. `mine` is written on this phone; `arrived` is whether this phone has it."""

    text: str
    at: datetime
    status: str
    mine: bool
    arrived: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One phone, its bubbles newest last; `call` is the status of the one under way, if there is one."""

    number: str
    opted_out: bool
    bubbles: tuple[Bubble, ...]
    call: str


def phones_page(exchange: Exchange) -> Blueprint:
    """The page at / and /phones, and its reply box."""
    page = Blueprint("page", __name__)

    @page.get("/")
    @page.get("/phones")
    def show() -> str:
        numbers = dict.fromkeys(
            (
                *exchange.phones.numbers(),
                *(call.phone for call in exchange.calls.all()),
                *(mail.recipient for mail in exchange.mails.all()),
                *(taken.pager for taken in exchange.pagers.all()),
                *(incident.routing_key for incident in exchange.pagerduty.all()),
            )
        )
        cards = [_card(exchange, number) for number in numbers]
        return render_template("phones.html", cards=cards, senders=exchange.account.senders)

    @page.post("/phones/reply")
    def reply() -> Response:
        try:
            exchange.phones.reply(request.form.get("phone", ""), request.form.get("text", ""))
        except NotAReply as error:
            abort(400, str(error))
        return redirect(url_for("page.show"), 303)

    @page.post("/phones/key")
    def key() -> Response:
        phone = request.form.get("phone", "")
        exchange.switchboard.pick_up(phone)
        if request.form.get("key"):
            exchange.switchboard.press(phone, request.form["key"])
        return redirect(url_for("page.show"), 303)

    return page


def _card(exchange: Exchange, number: str) -> Card:
    messages = [_bubble(message) for message in exchange.messages.all() if message.phone == number]
    messages += [
        Bubble(mail.text, mail.at, "mail", mine=False, arrived=True)
        for mail in exchange.mails.all()
        if mail.recipient == number
    ]
    messages += [
        Bubble(taken.text, taken.at, f"pager, {taken.over} {taken.answered}", mine=False, arrived=True)
        for taken in exchange.pagers.all()
        if taken.pager == number
    ]
    messages += [
        Bubble(incident.summary, incident.at, f"incident, {incident.status.value}", mine=False, arrived=True)
        for incident in exchange.pagerduty.all()
        if incident.routing_key == number
    ]
    calls = [call for call in exchange.calls.all() if call.phone == number]
    bubbles = sorted((*messages, *map(_call_bubble, calls)), key=lambda bubble: bubble.at)
    under_way = [call.status.value for call in calls if call.status in _UNDER_WAY]
    opted_out = exchange.phones.opted_out_of_any(number)
    return Card(number, opted_out, tuple(bubbles), under_way[-1] if under_way else "")


_UNDER_WAY = {CallStatus.RINGING, CallStatus.IN_PROGRESS}


def _call_bubble(call: Call) -> Bubble:
    words = "\n".join(call.words) or "(a call)"
    keys = f" · pressed {' '.join(call.keys)}" if call.keys else ""
    connected = call.status in {CallStatus.IN_PROGRESS, CallStatus.COMPLETED}
    return Bubble(words, call.created, f"call {call.status}{keys}", mine=False, arrived=connected)


def _bubble(message: Message) -> Bubble:
    mine = message.direction is Direction.INBOUND
    status = "replied" if mine else str(message.status)
    if message.error_code is not None:
        status = f"{status} · {message.error_code} {sentence(message.error_code)}"
    return Bubble(
        message.text, message.reached or message.created, status, mine, mine or bool(message.reached)
    )
