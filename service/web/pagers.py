"""What a host of two-way pagers posts: believed only with the code that it was given."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.web.problems import problem
from service.web.wiring import wiring

blueprint = Blueprint("pagers", __name__, url_prefix="/webhooks/wctp")

_CONFIRMED = (
    '<?xml version="1.0"?><wctp-Operation wctpVersion="wctp-dtd-v1r3"><wctp-Confirmation>'
    '<wctp-Success successCode="200" successText="Accepted"/></wctp-Confirmation></wctp-Operation>'
)


@blueprint.post("")
def replies() -> Response:
    """A choice pressed on a pager acts; that a message was delivered or read takes no case."""
    body = request.get_data()
    if not wiring().pager_replies.is_genuine(body):
        return problem(403, "bad-signature")
    choice = wiring().pager_replies.choice(body)
    if choice is not None:
        wiring().answer_page(choice.page_id, choice.act, choice.reply_id)
    return Response(_CONFIRMED, content_type="text/xml; charset=utf-8")
