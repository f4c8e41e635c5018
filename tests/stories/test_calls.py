"""Only calls get through: a key takes a case, and nothing else that a telephone does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.faults import reject
from tests.stories.conftest import TONIGHT, Place, a_site, house_of, until

pytestmark = pytest.mark.slow
MACHINES = ("voicemail", "screening", "hangs-up", "busy")
TELEPHONE, SECOND = "+44163296001{}", "+44163296002{}"


def _site(number: int, name: str) -> dict[str, Any]:
    """Osei and Lindqvist have telephones, too; Lindqvist is next after a while."""
    site = a_site(name, "8s")
    site["clinicians"]["osei"]["voice"] = TELEPHONE.format(number)
    site["clinicians"]["lindqvist"]["voice"] = SECOND.format(number)
    return site


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """No text message goes out, to nobody."""
    sites = [_site(number, name) for number, name in enumerate(("keys", *MACHINES))]
    with house_of(tmp_path_factory.mktemp("house"), *sites) as places:
        for place in places.values():
            for person in place.numbers:
                place.phone(person).always(reject(30007))
        yield places


def test_a_key_takes_the_case_and_the_voice_says_so_only_then(house: dict[str, Place]) -> None:
    place = house["keys"]
    phone = place.stack.carrier.phone(TELEPHONE.format(0))
    phone.answers_calls("7", "4")
    place.intake.send("c1", TONIGHT)
    call = phone.expect_call("completed", within=20.0)
    assert call.keys == ("7", "4")
    assert [word.count("Press 4 to take it") for word in call.words] == [1, 1, 0]
    assert "is yours" in call.words[-1]
    assert place.case("c1")["state"] == "acknowledged"


def test_no_machine_takes_a_case_and_the_next_step_follows(house: dict[str, Place]) -> None:
    carrier = house["keys"].stack.carrier
    for number, machine in enumerate(MACHINES, 1):
        carrier.phone(TELEPHONE.format(number)).answers_calls(who=machine.replace("-", "_"))
        # They are called about the texts that do not go out, too.
        carrier.phone(SECOND.format(number)).answers_calls(*"4444")
        house[machine].intake.send("c1", TONIGHT)
    for number, machine in enumerate(MACHINES, 1):
        assert _owner(house[machine]) == "lindqvist", machine
        assert carrier.phone(TELEPHONE.format(number)).calls, machine
    assert carrier.received == []


def _owner(place: Place) -> str:
    return str(until(lambda: place.case("c1")["owner"], 40.0, "somebody has the case"))
