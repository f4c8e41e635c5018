"""Who knew what, when, on real processes: sealed by the sweepers, proved and shown by the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY
from tests.stories.conftest import OSEI, TONIGHT, until

pytestmark = pytest.mark.slow


def test_a_case_that_is_taken_by_text_is_told_whole_and_the_sweepers_seal_it(
    boot: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot()
    intake.send("c1", TONIGHT)
    sms = stack.carrier.phone(OSEI).expect_sms("waits for you")
    code = sms.body.split("Goldenhour ")[1][:4]
    assert f"{code}  emergency  c1  respond by " in stack.cli("case", "list").stdout
    stack.carrier.phone(OSEI).reply(code)
    stack.carrier.phone(OSEI).expect_sms("is yours")
    listed = stack.cli("case", "list").stdout
    assert "taken by osei" in listed
    assert listed.endswith("1 not closed\n")

    def told() -> str | None:
        shown = stack.cli("case", "history", code).stdout
        lines = [line for line in shown.splitlines() if "history_read" not in line]
        waiting = [line for line in lines if line.startswith("     -")]
        return shown if "acknowledged" in shown and not waiting else None

    history = until(told, 20, "every entry has its place in the chain")
    assert "(by clinician osei over sms)" in history
    assert "(by the carrier)" in history
    assert "(by key story (" in history
    assert CANARY not in history
    head = stack.cli("audit", "head").stdout.splitlines()[-1]
    proved = stack.cli("audit", "verify", "--head", head)
    assert (proved.returncode, "entries are whole" in proved.stdout) == (0, True), proved.stdout
    refused = stack.cli("erase", "riverside", "c1")
    assert (refused.returncode, "is not closed" in refused.stderr) == (1, True)
