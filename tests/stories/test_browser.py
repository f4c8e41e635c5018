"""The phones in a real browser: a call, a pager and an incident, and the case taken by a key on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.intake import Intake
from simulator.stack import Stack
from tests.browser import Tab, browser_program, browsing
from tests.stories.conftest import TONIGHT, intake_at, the_site, until, written

pytestmark = pytest.mark.slow
TELEPHONE, PAGER, SERVICE = "+441632960001", "5551212", "c" * 32


@pytest.fixture
def program() -> str:
    """The browser. Before the house: without it nothing need be started."""
    found = browser_program()
    if found is None:
        pytest.skip("there is no Chromium on the PATH to show the page with")
    return found


@pytest.fixture
def house(program: str, tmp_path: Path) -> Iterator[tuple[Stack, Intake]]:
    """Osei has a telephone, Lindqvist a pager, Moreau is paged by incidents: all three at once."""
    site = the_site("1h")
    site["clinicians"] = {
        "osei": {"name": "Dr Osei", "voice": TELEPHONE},
        "lindqvist": {"name": "Dr Lindqvist", "wctp": PAGER},
        "moreau": {"name": "Dr Moreau", "pagerduty": SERVICE},
    }
    site["teams"] = {"all": ["osei", "lindqvist", "moreau"]}
    site["plans"]["emergency"]["steps"] = [{"team": "all", "wait": "1h"}]
    sites = str(written(tmp_path / "sites", site))
    with Stack(tmp_path / "var", environment={"GOLDENHOUR_SITES_DIR": sites}) as stack:
        yield stack, intake_at(stack)


def test_a_call_is_answered_and_the_case_taken_by_a_key_on_the_page(
    house: tuple[Stack, Intake], program: str, tmp_path: Path
) -> None:
    stack, intake = house
    with browsing(program, tmp_path / "profile", stack.simulator_url) as tab:
        tab.wait_for('document.body?.innerText.includes("No phone has had a message yet.")')
        intake.send("c1", TONIGHT)
        case = intake.case_of("c1")
        assert case is not None
        _wait_for(tab, PAGER, case["code"])
        _wait_for(tab, PAGER, "pager, wctp")
        _wait_for(tab, SERVICE, case["code"])
        _wait_for(tab, SERVICE, "incident, triggered")
        _wait_for(tab, TELEPHONE, "ringing")
        tab.click(f'{_card(TELEPHONE)} button[name=key][value=""]')
        _wait_for(tab, TELEPHONE, "Press 4 to take it")
        assert intake.case_of("c1") == case  # picked up is not taken
        tab.click(f'{_card(TELEPHONE)} button[name=key][value="4"]')
        _wait_for(tab, TELEPHONE, "is yours")
        taken = until(lambda: intake.case_of("c1"), 5.0, "the case")
        assert (taken["state"], taken["owner"]) == ("acknowledged", "osei")
        _wait_for(tab, SERVICE, "incident, resolved")
        _wait_for(tab, PAGER, "Dr Osei has taken the case")
        tab.wait_for(f"document.querySelector({json.dumps(_card(TELEPHONE) + ' .call')}).hidden")


def _card(number: str) -> str:
    return f'.phone[data-number="{number}"]'


def _wait_for(tab: Tab, number: str, words: str) -> None:
    """Until the card of this number shows these words."""
    tab.wait_for(
        f"document.querySelector({json.dumps(_card(number))})?.innerText.includes({json.dumps(words)})"
    )
