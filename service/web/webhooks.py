"""What the carrier posts: believed only with its own signature over our public address."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from service.usecases.ports import KeyPress
from service.usecases.speak_page import Spoken
from service.web.problems import problem
from service.web.wiring import wiring

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")


@blueprint.before_request
def refuse_forgeries() -> Response | None:
    """Nothing is read from a request that the carrier did not sign."""
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    signature = request.headers.get("X-Twilio-Signature", "")
    if wiring().webhooks.is_genuine(request.path + query, request.form, signature):
        return None
    return problem(403, "bad-signature")


@blueprint.post("/status/<uuid:page_id>")
def status(page_id: UUID) -> Response:
    """A report on a page. Early, late, repeated or reordered: it never moves a page backwards."""
    report = wiring().webhooks.report(request.form)
    if report is not None:
        wiring().record_delivery(page_id, report)
    return Response(status=204)


@blueprint.post("/calls/<uuid:page_id>")
def call_status(page_id: UUID) -> Response:
    """A report on a call. That it was answered, by whomever, takes no case."""
    report = wiring().webhooks.call_report(request.form)
    if report is not None:
        wiring().record_delivery(page_id, report)
    return Response(status=204)


@blueprint.post("/voice/<uuid:page_id>")
def voice(page_id: UUID) -> Response:
    """Somebody, or something, has picked up: say what the page asks."""
    return _spoken(page_id, wiring().speak_page.ask(page_id))


@blueprint.post("/voice/<uuid:page_id>/again")
def voice_again(page_id: UUID) -> Response:
    """Where a call goes when we did not answer it: the key may not be stored."""
    return _spoken(page_id, wiring().speak_page.again())


@blueprint.post("/voice/<uuid:page_id>/keys")
def voice_keys(page_id: UUID) -> Response:
    """A key. What became of it is said only once it is stored. `wrong` counts the wrong keys before it."""
    wrong = request.args.get("wrong", 0, int)
    press = wiring().webhooks.key(request.form) or KeyPress(call_id="", key="")
    return _spoken(page_id, wiring().speak_page.press(page_id, press.key, press.call_id, wrong))


def _spoken(page_id: UUID, spoken: Spoken | None) -> Response:
    goodbye = wiring().speak_page.goodbye()
    said = spoken or goodbye
    keys_path = f"/webhooks/twilio/voice/{page_id}/keys?wrong={said.wrong}" if said.asks else None
    body = wiring().webhooks.speak(said.words, keys_path, goodbye.words)
    return Response(body, content_type="text/xml; charset=utf-8")


@blueprint.post("/messages")
def messages() -> Response:
    """A message from a clinician, or from anybody: unknown numbers get nothing."""
    message = wiring().webhooks.message(request.form)
    answer = None
    if message is not None:
        answer = wiring().answer_reply(message.provider_id, message.number, message.text)
    return Response(wiring().webhooks.answer(answer), content_type="text/xml; charset=utf-8")
