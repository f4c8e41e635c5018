"""A server that runs from a wheel, in a directory of its own."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

from simulator.machine.lock import DirectoryLock
from simulator.machine.ports import StackFault, free_ports, obstacle
from simulator.machine.processes import Process
from simulator.machine.watch import Watch


class EmbeddedServer:
    """Starts and stops one server. `port` 0 is a free one; it stays the same over restarts.

    Whoever derives from it says in `_prepare` which process is the server.
    """

    name = "server"

    def __init__(self, data_dir: Path, *, port: int = 0, log_file: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port or free_ports(1)[0]
        self.log_file = log_file or self.data_dir / "server.log"
        self._lock = DirectoryLock(self.data_dir)
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """The process id; `StackFault` when it does not run."""
        if self._process is None:
            raise StackFault(f"{self.name} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Start and wait until it answers; `StackFault` says why it cannot."""
        if self.running:
            raise StackFault(f"{self.name} is already running")
        if reason := obstacle(self.port):
            raise StackFault(f"{self.name}: port {self.port} {reason}")
        watch = self._lock.open()
        try:
            self._process = self._prepare(watch)
            self._serve(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it in good order; does nothing when it does not run."""
        if self._process is not None:
            self._process.stop()
        self._lock.close()

    def restart(self) -> None:
        """Stop and start on the same port, with the same data."""
        self.stop()
        self.start()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the server process a signal, by default the one that it cannot prepare for."""
        if self._process is None:
            raise StackFault(f"{self.name} is not running")
        self._process.kill(number)

    def log(self) -> str:
        """All that the server has written."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def _serve(self, process: Process) -> None:
        process.start()

    def _prepare(self, watch: Watch) -> Process:
        raise NotImplementedError


def wheel(package: str) -> Path:
    """Where the wheel `package` lies; it is not imported. `StackFault` when it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StackFault(
            f"the package {package} is not installed: run `make setup`, or name servers of your own "
            "with DATABASE_URL and REDIS_URL"
        )
    return Path(spec.submodule_search_locations[0])


def bare_environment() -> dict[str, str]:
    """What a server's program needs, and no variable that would change how it works."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
