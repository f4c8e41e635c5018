"""Whatever is sent, the answer is a 2xx or a problem: never a failure, and never an echo."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

IDS = st.sampled_from(["c1", "a1", "a2", "", " ", "é", "a" * 200, "../x", "\u0000", "a\n"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | IDS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
ANSWER = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "item"]) | SCALARS,
        "answer_id": IDS | SCALARS,
        "text": st.text(max_size=40) | ANYTHING,
        "question": SCALARS,
        "speaker": st.sampled_from(["client", "collateral", "clinician"]) | SCALARS,
        "at": st.datetimes().map(str) | SCALARS,
        "instrument": st.sampled_from(["phq-9", "asq", "c-ssrs-screener"]) | SCALARS,
        "item": st.sampled_from(["1", "9", "6-recent"]) | SCALARS,
        "value": st.integers(-2, 5) | SCALARS,
        "absent": st.sampled_from(["refused", "stopped"]) | SCALARS,
    },
)
CONTACT = st.fixed_dictionaries(
    {},
    optional={
        "contact_id": IDS | SCALARS,
        "answers": st.lists(ANSWER | ANYTHING, max_size=4) | ANYTHING,
        "age": st.integers(-5, 200) | SCALARS,
    },
)
PATHS = st.sampled_from(["/v1/first-contacts", "/v1/first-contacts/c1/answers", "/v1/assessments"])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=PATHS, body=CONTACT | ANYTHING)
def test_any_json_is_taken_or_refused_as_a_problem(
    client: FlaskClient, headers: Callable[..., dict[str, str]], path: str, body: Any
) -> None:
    _check_that_it_is_taken_or_refused(client, headers, path, json.dumps(body).encode())


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=PATHS, body=st.binary(max_size=60))
def test_any_bytes_are_refused_as_a_problem(
    client: FlaskClient, headers: Callable[..., dict[str, str]], path: str, body: bytes
) -> None:
    _check_that_it_is_taken_or_refused(client, headers, path, body)


def _check_that_it_is_taken_or_refused(
    client: FlaskClient, headers: Callable[..., dict[str, str]], path: str, body: bytes
) -> None:
    response = client.post(path, data=body, headers=headers(**{"Content-Type": "application/json"}))
    assert response.status_code < 500
    if response.status_code >= 300:
        assert response.content_type == "application/problem+json"
        assert response.get_json()["status"] == response.status_code
