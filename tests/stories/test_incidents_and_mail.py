"""Only PagerDuty works, or only mail: a case is taken there, or at least told of, and nothing else takes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.control import Incident
from simulator.faults import reject
from tests.stories.conftest import TONIGHT, Place, a_site, house_of, until

pytestmark = pytest.mark.slow
OSEI_KEY, LINDQVIST_KEY = "a" * 32, "b" * 32
PAGER = "4411@pager.example.org"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """No text message goes out, to nobody."""
    incidents, mail = a_site("incidents", "4s"), a_site("mail", "1h")
    incidents["clinicians"]["osei"] = {"name": "Dr Osei", "pagerduty": OSEI_KEY}
    incidents["clinicians"]["lindqvist"] = {"name": "Dr Lindqvist", "pagerduty": LINDQVIST_KEY}
    mail["clinicians"]["osei"]["email"] = PAGER
    with house_of(tmp_path_factory.mktemp("house"), incidents, mail) as places:
        for place in places.values():
            for person in place.numbers:
                place.phone(person).always(reject(30007))
        yield places


def test_a_case_is_taken_in_pagerduty_and_the_other_incident_is_resolved(house: dict[str, Place]) -> None:
    place = house["incidents"]
    carrier = place.stack.carrier
    carrier.phone(OSEI_KEY).fail_next("accept_then_drop")  # asked again under the same key
    place.intake.send("c1", TONIGHT)
    (second,) = until(lambda: _incidents(place, LINDQVIST_KEY), 15.0, "the second incident")
    case = place.case("c1")
    assert case["code"] in second.summary
    assert case["state"] == "open"
    assert carrier.act_on_incident(second.number, "incident.escalated") == [204]
    assert carrier.act_on_incident(second.number, "incident.acknowledged", times=2) == [204, 204]
    taken = place.case("c1")
    assert (taken["state"], taken["owner"]) == ("acknowledged", "lindqvist")

    def all_of_osei_resolved() -> bool:
        of_osei = _incidents(place, OSEI_KEY)
        return bool(of_osei) and all(incident.status == "resolved" for incident in of_osei)

    assert until(all_of_osei_resolved, 15.0, "the incident that is settled is resolved")


def _incidents(place: Place, key: str) -> list[Incident]:
    return [incident for incident in place.stack.carrier.incidents if incident.routing_key == key]


def test_a_pager_behind_a_mail_gateway_is_told_and_the_case_is_taken_elsewhere(
    house: dict[str, Place],
) -> None:
    place = house["mail"]
    place.intake.send("c1", TONIGHT)
    case = place.case("c1")
    mails = until(lambda: [m for m in place.stack.carrier.mails if case["code"] in m.text], 10.0, "the mail")
    assert mails[0].recipient == PAGER
    assert place.case("c1")["state"] == "open"
    place.intake.act(case["case_id"], "acknowledge", clinician="osei")
    assert place.case("c1")["owner"] == "osei"
