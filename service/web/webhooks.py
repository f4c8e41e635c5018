"""What the carrier posts: believed only with its own signature over our public address."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

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


@blueprint.post("/messages")
def messages() -> Response:
    """A message from a clinician, or from anybody: unknown numbers get nothing."""
    message = wiring().webhooks.message(request.form)
    answer = None
    if message is not None:
        answer = wiring().answer_reply(message.provider_id, message.number, message.text)
    return Response(wiring().webhooks.answer(answer), content_type="text/xml; charset=utf-8")
