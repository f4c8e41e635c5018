"""Twilio's Messages resource over HTTP, and what goes wrong with it on demand."""

from __future__ import annotations

import hmac
import socket
import struct
from contextlib import suppress
from functools import partial
from time import sleep
from typing import Any, NoReturn

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from simulator.account import Account
from simulator.calls import call_json, calls_json, read_dialled
from simulator.exchange import Exchange
from simulator.faults import ANSWERS, Kind, Script
from simulator.holds import Outcome, is_gone
from simulator.incidents import InvalidEvent
from simulator.messages import Direction, Message, Status
from simulator.network import Journey
from simulator.pagers import submit
from simulator.refusals import Refusal
from simulator.resource import API_VERSION, message_json, page_json
from simulator.submission import read_submission
from simulator.switchboard import CallJourney

_UNFINISHED = {Status.QUEUED, Status.SENT}


def messages_api(exchange: Exchange) -> Blueprint:
    """The routes of the account's messages."""
    api = Blueprint("messages", __name__, url_prefix=f"/{API_VERSION}/Accounts/<account_sid>")
    api.before_request(partial(_authenticate, exchange.account))
    api.register_error_handler(Refusal, _refuse)
    for method, path, view in (
        ("POST", "/Messages.json", _create),
        ("GET", "/Messages.json", _list),
        ("GET", "/Messages/<sid>.json", _fetch),
        ("POST", "/Messages/<sid>.json", _update),
        ("DELETE", "/Messages/<sid>.json", _delete),
        ("POST", "/Calls.json", _call),
        ("GET", "/Calls.json", _list_calls),
        ("GET", "/Calls/<sid>.json", _fetch_call),
    ):
        api.add_url_rule(path, view.__name__, partial(view, exchange), methods=[method])
    return api


def not_found(_error: NotFound) -> tuple[Response, int]:
    """What the carrier answers for a path that it does not know."""
    return _refuse(Refusal(20404, 404))


def _authenticate(account: Account) -> None:
    given = request.authorization
    username, password = (given.username, given.password) if given else (None, None)
    if not (_same(username, account.sid) and _same(password, account.token)):
        raise Refusal(20003, 401)
    if request.view_args is None or request.view_args.pop("account_sid") != account.sid:
        raise Refusal(20404, 404)


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())


def _refuse(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(refusal.body()), refusal.http_status


def _list(exchange: Exchange) -> Response:
    return jsonify(page_json(exchange.messages.all(), request.args, exchange.account))


def _fetch(exchange: Exchange, sid: str) -> Response:
    return jsonify(message_json(_find(exchange, sid), exchange.account))


def _delete(exchange: Exchange, sid: str) -> tuple[str, int]:
    message = _find(exchange, sid)
    if message.status in _UNFINISHED:
        raise Refusal(20009, 409)
    exchange.messages.change(sid, message.status, deleted=True)
    return "", 204


def _find(exchange: Exchange, sid: str) -> Message:
    message = exchange.messages.find(sid)
    if message is None:
        raise Refusal(20404, 404)
    return message


def _update(exchange: Exchange, sid: str) -> Response:
    """Cancel a message that is not sent yet, or take its text out of the record."""
    message, asked = _find(exchange, sid), request.form.to_dict()
    if asked == {"Status": "canceled"}:
        changed = exchange.messages.change(sid, Status.QUEUED, status=Status.CANCELED)
    elif asked == {"Body": ""}:
        changed = exchange.messages.change(sid, message.status, redacted=True)
    else:
        raise Refusal(30400)
    if changed is None:
        raise Refusal(30409)
    return jsonify(message_json(changed, exchange.account))


def _create(exchange: Exchange) -> Response:
    submission = read_submission(request.form, exchange.account)
    if exchange.phones.has_opted_out(submission.recipient, submission.sender):
        raise Refusal(21610)
    script = exchange.faults.take(submission.recipient)
    _refuse_as_scripted(script)
    if _is_given_up(exchange, submission.recipient, script):
        return _dropped()
    message = exchange.messages.add(submission, Direction.API)
    journey = Journey(exchange.network, message, script)
    journey.begin()
    return _answer(exchange, message_json(message, exchange.account), journey)


def _call(exchange: Exchange) -> Response:
    dialled = read_dialled(request.form, request.form.getlist("StatusCallbackEvent"), exchange.account)
    script = exchange.faults.take(dialled.recipient)
    _refuse_as_scripted(script)
    if _is_given_up(exchange, dialled.recipient, script):
        return _dropped()
    call = exchange.calls.add(dialled)
    return _answer(
        exchange, call_json(call, exchange.account), CallJourney(exchange.switchboard, call, script)
    )


def _list_calls(exchange: Exchange) -> Response:
    return jsonify(calls_json(exchange.calls.all(), request.args, exchange.account))


def _fetch_call(exchange: Exchange, sid: str) -> Response:
    call = exchange.calls.find(sid)
    if call is None:
        raise Refusal(20404, 404)
    return jsonify(call_json(call, exchange.account))


def events_api(exchange: Exchange) -> Blueprint:
    """PagerDuty's Events API v2, beside Twilio's. Faults are scripted by the routing key."""
    api = Blueprint("events", __name__)
    api.register_error_handler(Refusal, _refuse)

    @api.post("/v2/enqueue")
    def enqueue() -> tuple[Response, int] | Response:
        event = request.get_json(silent=True)
        script = exchange.faults.take(str((event or {}).get("routing_key", "")))
        _refuse_as_scripted(script)
        try:
            key = exchange.pagerduty.enqueue(event)
        except InvalidEvent as error:
            return jsonify(
                status="invalid event", message="Event object is invalid", errors=[str(error)]
            ), 400
        if script.has(Kind.ERROR_500_AFTER_ACCEPTING):
            raise Refusal(20500, 500)
        if script.has(Kind.ACCEPT_THEN_DROP):
            return _dropped()
        return jsonify(status="success", message="Event processed", dedup_key=key), 202

    return api


def wctp_api(exchange: Exchange) -> Blueprint:
    """A WCTP host. Faults are scripted by the pager's number."""
    api = Blueprint("wctp", __name__)

    @api.post("/wctp")
    def submit_message() -> Response:
        answer, script = submit(exchange.pagers, request.get_data(), exchange.faults.take)
        dropped = script.has(Kind.ACCEPT_THEN_DROP) or not answer
        return _dropped() if dropped else Response(answer, content_type="text/xml")

    return api


def _is_given_up(exchange: Exchange, phone: str, script: Script) -> bool:
    """Whether the client went away while it was kept waiting."""
    return script.has(Kind.HOLD_BEFORE_ACCEPT) and not _hold(exchange, phone, Kind.HOLD_BEFORE_ACCEPT)


def _refuse_as_scripted(script: Script) -> None:
    fault = script.find(ANSWERS)
    if fault is None:
        return
    if fault.code is not None and fault.http_status is not None:
        raise Refusal(fault.code, fault.http_status)
    if fault.kind is Kind.RATE_LIMIT_429:
        raise Refusal(20429, 429)
    if fault.kind is Kind.ERROR_500_BEFORE_ACCEPTING:
        raise Refusal(20500, 500)


def _answer(exchange: Exchange, body: dict[str, Any], journey: Journey | CallJourney) -> Response:
    """Answer as the script has it. Without a fault the callbacks come after the answer."""
    created = _created(body)
    fault = journey.script.find(ANSWERS)
    if fault is None or fault.kind is Kind.HOLD_BEFORE_ACCEPT:
        created.call_on_close(journey.finish_in_background)
        return created
    if fault.kind is Kind.CALLBACK_BEFORE_RESPONSE:
        journey.finish()
        return created
    journey.finish_in_background()
    if fault.kind is Kind.ERROR_500_AFTER_ACCEPTING:
        raise Refusal(20500, 500)
    if fault.seconds is not None:
        sleep(fault.seconds)
        return created
    held = fault.kind is Kind.ACCEPT_THEN_HOLD
    return created if held and _hold(exchange, journey.phone, fault.kind) else _dropped()


def _created(body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = 201
    return response


def _hold(exchange: Exchange, phone: str, kind: Kind) -> bool:
    """Keep the client waiting; whether it is still there to be answered."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    outcome = exchange.holds.wait(phone, kind, lambda: is_gone(connection))
    return outcome is Outcome.RELEASED and not is_gone(connection)


def _dropped() -> Response:
    """No answer: the server sends no header before the first piece of the body, and there is none."""
    return Response(map(_hang_up, [request.environ["werkzeug.socket"]]))


def _hang_up(connection: socket.socket) -> NoReturn:
    with suppress(OSError):  # it may have hung up before us
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
