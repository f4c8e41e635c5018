"""PostgreSQL is away, full, or can only be read: nothing is accepted, every process lives on, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial

import pytest
import requests

from simulator.intake import Intake
from simulator.servers import EmbeddedPostgres
from tests.stories.conftest import TONIGHT, Place, a_site, house_of, until
from tests.troubled_database import admin, full_disk, only_read

pytestmark = pytest.mark.slow
WITHIN = 10.0  # seconds, as promised for every page
Trouble = Callable[[EmbeddedPostgres], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    sites = [a_site(name, "4s") for name in ("full", "away", "read")]  # full first: nothing is stored yet
    # One process, which has seen the keys: with more, none could tell which of them answers.
    home = tmp_path_factory.mktemp("house")
    with house_of(home, *sites, GOLDENHOUR_API_WORKERS="1") as places:
        yield places


@contextmanager
def _stopped(postgres: EmbeddedPostgres) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


def _answer(intake: Intake, path: str, contact: str, **headers: str) -> requests.Response:
    answers = [{"answer_id": "a1", "type": "text", "text": TONIGHT}]
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Authorization": f"Bearer {intake.token}", **headers})
        body = {"contact_id": contact, "answers": answers}
        return session.post(intake.api_url + path, json=body, timeout=30)


def _accepted(intake: Intake, contact: str) -> bool:
    """Whether it is taken; a connection may not have noticed yet that the database is back."""
    status = _answer(intake, "/v1/first-contacts", contact).status_code
    assert status in {201, 503}
    return status == 201


def _stored(postgres: EmbeddedPostgres, contact: str) -> int:
    """How many first contacts have this id; all else that is stored of one hangs on it."""
    with closing(admin(postgres)) as connection:
        query = "SELECT count(*) FROM first_contacts WHERE contact_id = %s"
        row = connection.execute(query, (contact,)).fetchone()
    return -1 if row is None else int(str(row[0]))


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("full", partial(full_disk, table="assessments")), ("away", _stopped), ("read", only_read)],
    ids=["full", "away", "read"],
)
def test_nothing_is_accepted_every_process_lives_on_and_the_page_goes_out_afterwards(
    house: dict[str, Place], name: str, trouble: Trouble
) -> None:
    place = house[name]
    stack, intake = place.stack, place.intake
    intake.worklist()  # so that the key was used lately
    assert stack.postgres is not None
    with trouble(stack.postgres):
        asked = {"Prefer": "return=representation"}
        refused = _answer(intake, "/v1/first-contacts", f"{name}-refused", **asked)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.json()["assessment"]["urgency"] == "emergency"
        scored = _answer(intake, "/v1/assessments", "c1")
        assert (scored.status_code, scored.json()["urgency"]) == (200, "emergency")
    until(lambda: _accepted(intake, f"{name}-afterwards"), WITHIN, "it is accepted")
    code = place.case(f"{name}-afterwards")["code"]
    place.phone("osei").expect_sms(code, within=WITHIN)
    place.phone("lindqvist").expect_sms(code, within=4 + WITHIN)  # a step that only a sweeper takes
    assert stack.ended() == []
    assert _stored(stack.postgres, f"{name}-refused") == 0
