"""An intake system with our client: the service is killed and comes back, and everything arrives, in order, once."""

from __future__ import annotations

import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from goldenhour_client import Client
from service.settings import sqlalchemy_url
from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY
from tests.stories.conftest import until

pytestmark = pytest.mark.slow

THREADS, CONTACTS, TURNS = 4, 50, 5  # 1,000 sends, five of each contact
PACE = 0.02  # seconds between two sends of a thread, so that the service dies among them and not after
DEATHS = 3
LONGEST = 0.050  # seconds


@dataclass(frozen=True, slots=True)
class Senders:
    """Threads that each send one answer of each of their contacts a turn. `held` is how many seconds each send
    took, `yardstick` how many it took to write as much into a file."""

    client: Client
    beside: Path
    held: list[float] = field(default_factory=list)
    yardstick: list[float] = field(default_factory=list)

    def send(self, turn: int, thread: int) -> None:
        for number in range(CONTACTS):
            contact = f"c{thread}-{number}"
            answer = {"answer_id": f"a{turn}", "type": "text", "text": f"I would like some tea, {CANARY}."}
            began = time.perf_counter()
            if turn == 0:
                self.client.send_first_contact({"contact_id": contact, "age": 41, "answers": [answer]})
            else:
                self.client.send_answers(contact, [answer])
            sent = time.perf_counter()
            _write(self.beside / f"yardstick-{thread}", b"x" * 120)
            self.yardstick.append(time.perf_counter() - sent)
            self.held.append(sent - began)
            time.sleep(PACE)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "spool"
    shutil.rmtree(tmp_path / "spool")


def test_the_service_is_killed_during_a_thousand_sends_and_nothing_is_lost_or_twice_and_nobody_waits(
    boot: Callable[..., tuple[Stack, Intake]], spool: Path
) -> None:
    stack, intake = boot()
    with (
        Client(stack.api_url, key=intake.token, spool=spool) as client,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        senders = Senders(client, spool.parent)
        waited: dict[Path, bytes] = {}
        for turn in range(TURNS):
            sending = [threads.submit(senders.send, turn, thread) for thread in range(THREADS)]
            if turn < DEATHS:
                until(lambda: len(senders.held) % (THREADS * CONTACTS) > 20, 30, "somebody sends")
                stack.kill("api")
                assert not all(each.done() for each in sending)
                until(lambda: client.waiting().count > 20, 30, "something waits")
                waited |= {file: file.read_bytes() for file in spool.glob("*.json")}
                stack.start("api")
            for each in sending:
                each.result()
            assert client.flush(60), client.waiting()
        for file, content in waited.items():  # as if every one of their answers had been lost
            _write(file, content)
        assert client.flush(60), client.waiting()
        assert client.waiting().aside == 0
    assert len(senders.held) == THREADS * CONTACTS * TURNS
    assert list(spool.glob("*.json")) == []
    assert _stored(stack) == {
        f"c{thread}-{number}": [f"a{turn}" for turn in range(TURNS)]
        for thread in range(THREADS)
        for number in range(CONTACTS)
    }
    figures = {"sends": _figures(senders.held), "plain files": _figures(senders.yardstick)}
    print(figures)  # noqa: T201 - with `-s`
    # A machine with more to do than it can leaves a thread waiting for a core now and then, whatever it does.
    assert sum(seconds > LONGEST for seconds in senders.held) <= len(senders.held) / 100, figures


def _write(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(content)
    os.rename(part, file)  # noqa: PTH104 - as the client does


def _stored(stack: Stack) -> dict[str, list[str]]:
    """The ids of the answers of each contact, in the order in which they were stored."""
    engine = create_engine(sqlalchemy_url(stack.database_url))
    rows = text(
        "SELECT c.contact_id, a.answer_id FROM answers a JOIN first_contacts c ON c.row = a.contact ORDER BY a.row"
    )
    with engine.connect() as connection:
        found: dict[str, list[str]] = defaultdict(list)
        for contact, answer in connection.execute(rows):
            found[contact].append(answer)
    engine.dispose()
    return dict(found)


def _figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(seconds)
    at = {"median": 0.5, "99%": 0.99, "99.9%": 0.999}
    shown = {name: ordered[int(len(ordered) * share)] for name, share in at.items()}
    return {name: round(value * 1000, 2) for name, value in (*shown.items(), ("longest", ordered[-1]))}
