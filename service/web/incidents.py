"""What PagerDuty posts: believed only with a signature over the body as it came."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.domain.replies import Act
from service.web.problems import problem
from service.web.wiring import wiring

blueprint = Blueprint("incidents", __name__, url_prefix="/webhooks/pagerduty")


@blueprint.post("")
def incidents() -> Response:
    """Somebody has acknowledged an incident there: the case is theirs whose service it is. Whatever else
    happens to an incident takes no case, and nothing that does closes one."""
    body = request.get_data()
    if not wiring().incidents.is_genuine(body, request.headers.get("X-PagerDuty-Signature", "")):
        return problem(403, "bad-signature")
    taken = wiring().incidents.taken(body)
    if taken is not None:
        wiring().answer_page(taken.page_id, Act.TAKE, taken.event_id)
    return Response(status=204)
