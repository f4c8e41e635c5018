"""One process: started, made ready, and ended with all that it started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.machine.lock import DirectoryLock
from simulator.machine.ports import StackFault
from simulator.machine.processes import Process, undisturbed
from simulator.machine.watch import Watch
from tests.simulator.machine.house import living, parent, python, until

pytestmark = pytest.mark.slow

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    lock = DirectoryLock(tmp_path)
    yield lock.open()
    lock.close()


def test_a_process_that_ends_before_it_is_ready_is_reported_with_the_end_of_its_log(
    tmp_path: Path, watch: Watch
) -> None:
    code = "import sys; print('no licence'); sys.exit(3)"
    process = python("notary", code, tmp_path, watch, ready=lambda: False)
    with pytest.raises(StackFault, match="notary ended with status 3; its log ends\n  no licence"):
        process.start()
    assert not process.running


def test_a_process_that_is_never_ready_is_reported(tmp_path: Path, watch: Watch) -> None:
    process = python("sloth", "import time; time.sleep(600)", tmp_path, watch, ready=lambda: False)
    process.launch()
    with pytest.raises(StackFault, match=r"sloth was not ready in 0\.1 s"):
        process.await_ready(0.1)
    process.stop()


def test_a_program_that_does_not_exist_is_reported(tmp_path: Path, watch: Watch) -> None:
    process = Process("ghost", ("/no/such/program",), log_file=tmp_path / "log", watch=watch, environment={})
    with pytest.raises(StackFault, match=r"ghost cannot be started: .*No such file"):
        process.start()


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path, watch: Watch) -> None:
    process = python("deaf", DEAF, tmp_path, watch, ready=lambda: "deaf" in process.log())
    process.start()
    process.stop(patience=0.1)
    assert process.status == -signal.SIGKILL


def test_a_paused_process_can_be_stopped(tmp_path: Path, watch: Watch) -> None:
    process = parent(tmp_path, watch)
    process.start()
    process.kill(signal.SIGSTOP)
    process.stop()
    assert process.status == -signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_process_started_ends_with_it(tmp_path: Path, watch: Watch, number: signal.Signals) -> None:
    process = parent(tmp_path, watch)
    process.start()
    until(lambda: len(living(tmp_path)) == 2)
    process.kill(number)
    assert process.ends(10)
    until(lambda: not living(tmp_path))


def test_a_running_process_is_not_started_twice(tmp_path: Path, watch: Watch) -> None:
    process = parent(tmp_path, watch)
    process.start()
    with pytest.raises(StackFault, match="parent is already running"):
        process.start()
    process.stop()
    with pytest.raises(StackFault, match="parent is not running"):
        _ = process.pid


def test_the_log_of_a_process_is_its_owners_alone(tmp_path: Path, watch: Watch) -> None:
    process = parent(tmp_path, watch)
    process.start()
    process.stop()
    assert process.log_file.stat().st_mode & 0o777 == 0o600


def test_closing_the_watch_ends_what_is_left(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    process = parent(tmp_path, lock.open())
    process.start()
    lock.close()
    assert process.ends(10)
    assert living(tmp_path) == []


def test_an_interruption_waits_until_the_block_has_ended() -> None:
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        _interrupt_a_block(done)
    assert done == [1, 2, 3]


def _interrupt_a_block(done: list[int]) -> None:
    with undisturbed():
        for step in (1, 2, 3):
            signal.raise_signal(signal.SIGINT)
            done.append(step)
