"""Clinicians, their addresses and plans over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Service
from service.domain.channel import Channel
from service.usecases.ports import Scope

ADDRESS = "/v1/clinicians/osei/addresses/sms"


def test_clinicians_are_listed_without_their_numbers(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    answer = client.get("/v1/clinicians", headers=headers())
    people = {person["clinician_id"]: person for person in answer.get_json()["clinicians"]}
    assert set(people) == {"osei", "lindqvist", "moreau"}
    (address,) = people["osei"]["addresses"]
    assert (address["ending"], address["standing"], address["verification"]) == ("0101", "good", "never")
    assert (people["osei"]["on_call"], people["osei"]["is_ready"]) == (["first"], False)
    assert "447700" not in answer.text


def test_an_address_is_checked_and_confirmed_by_its_number(
    post: Callable[..., Any],
    client: FlaskClient,
    headers: Callable[..., dict[str, str]],
    service: Service,
) -> None:
    started = post(f"{ADDRESS}/checks", {})
    assert started.status_code == 201
    check = started.get_json()
    assert check["state"] == "open"
    with service.ledger.transaction() as tx:
        found = tx.live_check("riverside", "osei", Channel.SMS)
        assert found is not None
        number = tx.check(found)
    assert number is not None
    assert number.number not in started.text
    assert post(f"{ADDRESS}/checks", {}).status_code == 409
    put = {"path": f"{ADDRESS}/verification", "headers": headers()}
    wrong = f"{(int(number.number) + 1) % 1_000_000:06}"
    refused = client.put(**put, json={"number": wrong})
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/number")
    confirmed = client.put(**put, json={"number": number.number})
    assert confirmed.status_code == 200
    assert confirmed.get_json()["addresses"][0]["verification"] == "verified"
    assert confirmed.get_json()["history"][0]["kind"] == "verified"
    assert client.put(**put, json={"number": number.number}).status_code == 404


@pytest.mark.parametrize("number", ["12345", "1234567", "12345a", "", 123456, None])
def test_what_is_no_number_is_refused_by_name(
    client: FlaskClient, headers: Callable[..., dict[str, str]], number: Any
) -> None:
    answer = client.put(f"{ADDRESS}/verification", json={"number": number}, headers=headers())
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/number"


def test_who_and_what_is_not_there_is_not_found(
    post: Callable[..., Any], client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    assert client.get("/v1/clinicians/nobody", headers=headers()).status_code == 404
    assert post("/v1/clinicians/nobody/addresses/sms/checks", {}).status_code == 404
    assert post("/v1/clinicians/osei/addresses/snpp/checks", {}).status_code == 404
    assert post("/v1/clinicians/osei/addresses/smoke/checks", {}).status_code == 404
    assert client.get("/v1/plans/none_found", headers=headers()).status_code == 404


def test_each_needs_its_scope(client: FlaskClient, headers: Callable[..., dict[str, str]]) -> None:
    reader = headers([Scope.CLINICIANS_READ])
    assert client.get("/v1/clinicians", headers=reader).status_code == 200
    assert client.post(f"{ADDRESS}/checks", json={}, headers=reader).status_code == 403
    assert client.get("/v1/plans", headers=reader).status_code == 403


def test_plans_say_whom_each_step_would_page(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    plans = client.get("/v1/plans", headers=headers()).get_json()["plans"]
    assert plans[0]["name"] == "emergency"
    plan = client.get("/v1/plans/emergency", headers=headers()).get_json()
    assert plan == plans[0]
    assert plan["steps"][0] == {"targets": ["roster first"], "channels": [], "wait": 4.0, "now": ["osei"]}
