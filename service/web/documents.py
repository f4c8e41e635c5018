"""What the OpenAPI document says of every operation's problems, in one place."""

from __future__ import annotations

from typing import Any

from apispec import BasePlugin

_PROBLEM = "application/problem+json"
_EVERYWHERE = {
    "401": "No key, or one that does not work.",
    "403": "The key does not have the scope.",
    "429": "Too many requests. Nothing was stored; `Retry-After` says when to send it again.",
    "503": "Too much at once, or the database is away. Nothing was stored; send it after `Retry-After`.",
}
_WITH_BODY = {
    "400": "The body is not JSON that can be taken.",
    "413": "The body is too large.",
    "415": "The body is not sent as JSON.",
}


class Problems(BasePlugin):
    """Names the content type of every problem, and the problems that any operation may answer with."""

    def operation_helper(
        self, path: str | None = None, operations: dict[str, Any] | None = None, **_: Any
    ) -> None:
        for operation in (operations or {}).values():
            expected = {**_EVERYWHERE, **(_WITH_BODY if "requestBody" in operation else {})}
            responses = operation.setdefault("responses", {})
            told = {str(status) for status in responses}  # smorest's are numbers
            for status, description in expected.items():
                if status not in told:
                    responses[status] = _problem(description)
            for status, response in responses.items():
                if str(status) == "default" or str(status) >= "400":
                    _as_problem(response)

    def response_helper(self, response: dict[str, Any], **_: Any) -> dict[str, Any]:
        """flask-smorest's own responses are all errors."""
        _as_problem(response)
        return response


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _as_problem(response: Any) -> None:
    content = response.get("content", {}) if isinstance(response, dict) else {}
    if "application/json" in content:
        content[_PROBLEM] = content.pop("application/json")
