"""A command of the image as a container runs it: as its user, with its files and variables, as process 1."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from simulator.machine.processes import Process
from simulator.machine.watch import Watch
from tests.image.building import Image

_TERM = 1 << (signal.SIGTERM - 1)


class Container(Process):
    """What is told to end is the command itself, and not what stands around it here."""

    def kill(self, number: signal.Signals) -> None:
        """Send a signal; SIGTERM to the command."""
        if number is signal.SIGTERM:
            os.kill(self.command_pid or self.pid, number)
        else:
            super().kill(number)

    @property
    def command_pid(self) -> int:
        """The id of the command as this machine counts; 0 as long as it was not begun."""
        if not is_contained():
            return self.pid
        return int((Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split() or ["0"])[0])

    @property
    def listens_to_sigterm(self) -> bool:
        """Whether it has a handler of its own, without which process 1 is not told."""
        return bool(int(self.told("SigCgt") or "0", 16) & _TERM)

    def told(self, name: str) -> str:
        """What the kernel says of the command under this name; nothing before it was begun."""
        status = Path(f"/proc/{self.command_pid}/status")
        found = re.search(rf"^{name}:\s*(.*)", status.read_text() if status.exists() else "", re.MULTILINE)
        return found[1] if found else ""


def contained(
    image: Image, name: str, arguments: Sequence[str], environment: Mapping[str, str], watch: Watch, log: Path
) -> Container:
    """A command of the image, which is not started."""
    return Container(
        name,
        command_line(image, arguments),
        log_file=log,
        watch=watch,
        environment=image.environment(environment),
        directory=image.at(image.stage.directory),
    )


def command_line(image: Image, arguments: Sequence[str]) -> tuple[str, ...]:
    """The entry point with these arguments, and before it what makes a container of it."""
    return (*_around(image.stage.user), *image.stage.entrypoint, *arguments)


@cache
def is_contained() -> bool:
    """Whether this account may give a process a number space of its own."""
    if os.geteuid() != 0:
        return False
    return subprocess.run((*_ALONE, "true"), capture_output=True, check=False).returncode == 0


_ALONE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def _around(user: str) -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    uid, _, gid = user.partition(":")
    powerless = ("--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")
    return (*(_ALONE if is_contained() else ()), "setpriv", f"--reuid={uid}", f"--regid={gid}", *powerless)
