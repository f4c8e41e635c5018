"""Nothing that the supervisor started outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.machine.ports import StackFault
from simulator.machine.supervisor import Supervisor
from simulator.machine.watch import Watch
from tests.simulator.machine.house import House, living, parent, python, until

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[3]


class HalfAHouse(Supervisor):
    """The second of its processes cannot run."""

    def _boot(self, watch: Watch) -> None:
        broken = python("broken", "raise SystemExit('no door')", self.home, watch, ready=lambda: False)
        self._start_together([parent(self.home, watch), broken])


@contextmanager
def supervisor_at(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-m", "tests.simulator.machine.house", str(home))
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as supervisor:
        try:
            assert supervisor.stdout is not None
            assert supervisor.stdout.readline() == "ready\n"
            yield supervisor
        finally:
            supervisor.kill()


def test_a_killed_supervisor_leaves_no_process(tmp_path: Path) -> None:
    with supervisor_at(tmp_path / "home") as supervisor:
        assert living(tmp_path / "home" / "postgres")
        assert living(tmp_path / "home" / "redis")
        assert len(living(tmp_path / "home")) > len(("supervisor", "postgres", "redis", "parent", "child"))
        supervisor.kill()
        supervisor.wait()
    until(lambda: not living(tmp_path / "home"))


def test_the_next_supervisor_starts_on_the_data_that_a_killed_one_left(tmp_path: Path) -> None:
    with supervisor_at(tmp_path / "home") as supervisor:
        supervisor.kill()
    with House(tmp_path / "home") as house:
        assert house.ended() == []
    assert living(tmp_path / "home") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_supervisor_that_is_told_to_end_stops_everything_first(
    tmp_path: Path, number: signal.Signals
) -> None:
    with supervisor_at(tmp_path / "home") as supervisor:
        supervisor.send_signal(number)
        supervisor.wait(20)
        assert living(tmp_path / "home") == []
    log = (tmp_path / "home" / "postgres" / "server.log").read_text()
    assert "database system is shut down" in log


def test_what_was_started_is_stopped_when_the_rest_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match="broken ended with status 1; its log ends\n  no door"):
        HalfAHouse(tmp_path / "home").__enter__()
    assert living(tmp_path / "home") == []


def test_a_second_supervisor_in_the_same_home_is_refused(tmp_path: Path) -> None:
    with House(tmp_path / "home") as house:
        with pytest.raises(StackFault, match="is in use by another stack"):
            House(tmp_path / "home").__enter__()
        assert house.ended() == []


def test_processes_are_known_by_name(tmp_path: Path) -> None:
    with House(tmp_path / "home") as house:
        first = house.pid("parent")
        house.kill("parent")
        assert house.ended() == ["parent"]
        house.start("parent")
        house.restart("redis")
        assert house.ended() == []
        assert house.pid("parent") != first
        assert house.log("parent") == "child works\nchild works\n"
        with pytest.raises(StackFault, match="no process nurse in this stack, only postgres, redis, parent"):
            house.pid("nurse")


def test_a_process_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    with supervisor_at(tmp_path / "home") as supervisor:
        (redis,) = living(tmp_path / "home" / "redis")
        os.kill(redis, signal.SIGKILL)
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline().startswith("redis has ended and is started again")
        until(lambda: len(living(tmp_path / "home" / "redis")) == 1)
