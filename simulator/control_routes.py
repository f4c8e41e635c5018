"""The control API: what a test or a demonstration does to the carrier, and sees of it. Loopback only."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import BadRequest

from simulator.calls import Call
from simulator.exchange import Exchange
from simulator.faults import read_script
from simulator.holds import Outcome
from simulator.messages import Message
from simulator.phones import NotAReply
from simulator.switchboard import Answering, Answers


def control_api(exchange: Exchange) -> Blueprint:
    """The routes under /control."""
    api = Blueprint("control", __name__, url_prefix="/control")
    api.before_request(_only_from_here)
    api.register_error_handler(BadRequest, _explain)
    for method, path, view in (
        ("GET", "/ledger", _ledger),
        ("GET", "/phones", _phones),
        ("GET", "/holds", _holds),
        ("POST", "/holds/release", _release),
        ("POST", "/faults", _add_faults),
        ("POST", "/replies", _reply),
        ("POST", "/answering", _answering),
        ("POST", "/keys", _keys),
        ("POST", "/incidents", _incidents),
        ("POST", "/pagers", _pagers),
        ("POST", "/reset", _reset),
    ):
        api.add_url_rule(path, view.__name__, partial(view, exchange), methods=[method])
    return api


def _only_from_here() -> None:
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - not bound to, refused
        abort(403)


def _explain(error: BadRequest) -> tuple[Response, int]:
    return jsonify(fault=error.description), 400


def _ledger(exchange: Exchange) -> Response:
    """Everything that reached anybody, and what went wrong on the way."""
    return jsonify(
        mishaps=[{**asdict(mishap), "at": mishap.at.isoformat()} for mishap in exchange.faults.mishaps()],
        received=[_sms_json(message) for message in exchange.messages.received()],
        callbacks=[
            *map(asdict, exchange.network.reports()),
            *map(asdict, exchange.switchboard.reports()),
        ],
        calls=[_call_json(call) for call in exchange.calls.all()],
        incidents=[{**asdict(each), "at": each.at.isoformat()} for each in exchange.pagerduty.all()],
        pagers=[{**asdict(taken), "at": taken.at.isoformat()} for taken in exchange.pagers.all()],
        mails=[{**asdict(mail), "at": mail.at.isoformat()} for mail in exchange.mails.all()],
    )


def _phones(exchange: Exchange) -> Response:
    return jsonify(phones=[_phone_json(exchange, number) for number in exchange.phones.numbers()])


def _holds(exchange: Exchange) -> Response:
    holds = exchange.holds.outstanding()
    return jsonify(holds=[{"phone": h.phone, "kind": h.kind, "since": h.since.isoformat()} for h in holds])


def _release(exchange: Exchange) -> Response:
    return jsonify(released=exchange.holds.end(_sent()["phone"], Outcome.RELEASED))


def _add_faults(exchange: Exchange) -> tuple[str, int]:
    sent = _sent()
    try:
        exchange.faults.add(sent["phone"], read_script(sent["faults"]), sent["times"])
    except KeyError as error:
        raise BadRequest(f"{error} is missing") from error
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    return "", 204


def _reply(exchange: Exchange) -> Response:
    sent = _sent()
    try:
        posted = exchange.phones.reply(sent["phone"], str(sent.get("text", "")), int(sent.get("times", 1)))
    except (NotAReply, TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    return jsonify(answers=[{"http_status": each.http_status, "text": each.text} for each in posted])


def _answering(exchange: Exchange) -> tuple[str, int]:
    sent = _sent()
    try:
        answering = Answering(Answers(str(sent.get("who"))), [str(key) for key in sent.get("keys", [])])
    except ValueError as error:
        raise BadRequest(str(error)) from error
    exchange.switchboard.set_answering(sent["phone"], answering)
    return "", 204


def _keys(exchange: Exchange) -> tuple[str, int]:
    """Pick up what rings, or press a key in what was picked up."""
    sent = _sent()
    exchange.switchboard.pick_up(sent["phone"])
    if sent.get("key"):
        exchange.switchboard.press(sent["phone"], str(sent["key"]))
    return "", 204


def _incidents(exchange: Exchange) -> Response:
    """What a person does to an incident: `event` is the webhook's event type."""
    sent = request.get_json()
    try:
        answers = exchange.pagerduty.act(sent["number"], sent["event"], int(sent.get("times", 1)))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise BadRequest("there is no such incident, or no such act") from error
    return jsonify(answers=answers)


def _pagers(exchange: Exchange) -> Response:
    """Press a choice on a two-way pager, or have its host tell what became of a message."""
    sent = request.get_json()
    try:
        if "notify" in sent:
            answers = [exchange.pagers.notify(sent["message_id"], sent["notify"])]
        else:
            answers = exchange.pagers.answer(sent["message_id"], sent["choice"], int(sent.get("times", 1)))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise BadRequest("there is no such message, or no such act") from error
    return jsonify(answers=answers)


def _reset(exchange: Exchange) -> tuple[str, int]:
    exchange.reset()
    return "", 204


def _sent() -> dict[str, Any]:
    sent = request.get_json()
    if not isinstance(sent, dict) or not isinstance(sent.get("phone"), str):
        raise BadRequest("an object with a phone is needed")
    return sent


def _sms_json(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "phone": message.recipient,
        "sender": message.sender,
        "body": message.text,
        "at": (message.reached or message.created).isoformat(),
    }


def _call_json(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "phone": call.phone,
        "status": call.status,
        "words": call.words,
        "keys": call.keys,
        "at": call.created.isoformat(),
    }


def _phone_json(exchange: Exchange, number: str) -> dict[str, Any]:
    received = [_sms_json(m) for m in exchange.messages.received() if m.phone == number]
    return {"number": number, "opted_out": exchange.phones.opted_out_of_any(number), "received": received}
