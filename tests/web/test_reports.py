"""The reports over HTTP: JSON, a table, and a page with plots that needs no script."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.usecases.ports import Scope

REPORT = "/v1/reports/golden-hour"


class Tags(HTMLParser):
    """The names of all tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.found.append(tag)


@pytest.fixture
def get(client: FlaskClient, headers: Callable[..., dict[str, str]]) -> Callable[..., Any]:
    return lambda path, **options: client.get(path, headers=headers(**options))


def test_it_is_read_as_json_with_every_figure_and_of_how_many(get: Callable[..., Any]) -> None:
    report = get(REPORT).get_json()
    assert report["site"] == "riverside"
    assert report["whole"]["name"] == "all"
    assert report["whole"]["form_share"] == {"value": None, "known_of": 0}
    assert report["whole"]["cost"]["seconds_for_the_person"] == 0


def test_it_is_read_as_a_table_with_a_line_for_all_weeks(get: Callable[..., Any]) -> None:
    response = get(f"{REPORT}.csv?weeks=3")
    assert response.mimetype == "text/csv"
    lines = response.text.splitlines()
    assert lines[0].startswith("site,week,first_contacts,sessions,minutes,minutes_of")
    assert lines[-1].startswith("riverside,all,0,0,")


def test_the_page_has_plots_with_their_figures_as_text_and_nothing_that_runs(
    get: Callable[..., Any],
) -> None:
    response = get(f"{REPORT}.html")
    page = Tags()
    page.feed(response.text)
    tags = page.found
    assert tags.count("svg") == tags.count("desc") == 3
    assert "table" in tags
    assert not {"script", "img", "link", "iframe", "form"} & set(tags)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_a_key_without_the_scope_is_told_nothing(get: Callable[..., Any]) -> None:
    for path in (REPORT, f"{REPORT}.csv", f"{REPORT}.html"):
        assert get(path, scopes=(Scope.CASES_READ,)).status_code == 403


def test_no_more_weeks_than_ten_years(get: Callable[..., Any]) -> None:
    assert get(f"{REPORT}?weeks=9999").status_code == 422
