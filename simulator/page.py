"""The phones, to look at and to answer from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

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
    """One phone, its bubbles newest last."""

    number: str
    opted_out: bool
    bubbles: tuple[Bubble, ...]


def phones_page(exchange: Exchange) -> Blueprint:
    """The page at / and /phones, and its reply box."""
    page = Blueprint("page", __name__)

    @page.get("/")
    @page.get("/phones")
    def show() -> str:
        cards = [_card(exchange, number) for number in exchange.phones.numbers()]
        return render_template("phones.html", cards=cards, senders=exchange.account.senders)

    @page.post("/phones/reply")
    def reply() -> Response:
        try:
            exchange.phones.reply(request.form.get("phone", ""), request.form.get("text", ""))
        except NotAReply as error:
            abort(400, str(error))
        return redirect(url_for("page.show"), 303)

    return page


def _card(exchange: Exchange, number: str) -> Card:
    bubbles = tuple(_bubble(message) for message in exchange.messages.all() if message.phone == number)
    return Card(number, exchange.phones.opted_out_of_any(number), bubbles)


def _bubble(message: Message) -> Bubble:
    mine = message.direction is Direction.INBOUND
    status = "replied" if mine else str(message.status)
    if message.error_code is not None:
        status = f"{status} · {message.error_code} {sentence(message.error_code)}"
    return Bubble(
        message.text, message.reached or message.created, status, mine, mine or bool(message.reached)
    )
