"""The API's own documents, with nothing fetched from anywhere else."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def test_the_openapi_document_lists_every_way_in(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    assert set(document["paths"]) == {
        "/v1/first-contacts",
        "/v1/first-contacts/{contact_id}/answers",
        "/v1/first-contacts/{contact_id}/assessment",
        "/v1/first-contacts/{contact_id}/events",
        "/v1/first-contacts/{contact_id}/trajectory",
        "/v1/first-contacts/{contact_id}/trajectory.svg",
        "/v1/follow-ups",
        "/v1/follow-ups/{contact_id}/settle",
        "/v1/assessments",
        "/v1/cases",
        "/v1/cases/{case_id}",
        "/v1/cases/{case_id}/acknowledge",
        "/v1/cases/{case_id}/history",
        "/v1/cases/{case_id}/offer",
        "/v1/drills",
        "/v1/drills/{case_id}",
        "/v1/drills/{case_id}/withdraw",
        "/v1/cases/{case_id}/pass",
        "/v1/cases/{case_id}/close",
        "/v1/clinicians",
        "/v1/clinicians/{clinician_id}",
        "/v1/clinicians/{clinician_id}/addresses/{channel}/checks",
        "/v1/clinicians/{clinician_id}/addresses/{channel}/verification",
        "/v1/plans",
        "/v1/plans/{name}",
        "/v1/reports/golden-hour",
        "/v1/reports/golden-hour.csv",
        "/v1/reports/golden-hour.html",
        "/v1/reports/rules",
        "/v1/rosters",
        "/v1/rosters/{name}",
        "/v1/rosters/{name}.ics",
        "/v1/rosters/{name}/overrides",
        "/v1/rosters/{name}/overrides/{override_id}",
    }
    answer = document["components"]["schemas"]["FirstContact"]["properties"]["answers"]["items"]
    assert answer["discriminator"]["propertyName"] == "type"
    assert {"TextAnswer", "ItemAnswer"} <= set(document["components"]["schemas"])


def test_every_operation_says_which_scope_it_needs(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    for path in document["paths"].values():
        for operation in (path[verb] for verb in ("get", "post", "put", "delete") if verb in path):
            assert operation["security"] == [{"key": []}]
            assert "Needs the scope" in operation["description"]


def test_the_docs_page_and_its_assets_come_from_us_alone(client: FlaskClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    assert all(link.startswith("/docs/assets/") for link in links)
    assert "https://" not in page
    for link in links:
        with client.get(link) as asset:
            assert asset.status_code == 200
