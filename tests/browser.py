"""A real browser, told what to do over a pipe (the DevTools protocol); no package is needed for it."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 20.0  # seconds
_LOOK_SECONDS = 0.1
_ABOVE_ALL_IN_USE = 10
_BLOCK = 65_536

_OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # it refuses to run as root with one, and sees nothing but our own page
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no test reaches beyond this machine
    "--window-size=1200,900",
)


def browser_program() -> str | None:
    """Where a Chromium is; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@dataclass(slots=True)
class Tab:
    """One page in the browser. A fault of the page's own script is an `AssertionError`."""

    _to_browser: int
    _from_browser: int
    _session: str = ""
    _number: int = 0
    _unread: bytes = field(default=b"", repr=False)

    def run(self, script: str) -> Any:
        """What a script in the page comes to."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.command("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, script: str, within: float = _PATIENCE) -> Any:
        """What the script comes to, once that is anything. `AssertionError` with all that the page shows."""
        deadline = time.monotonic() + within
        while not (found := self.run(script)):
            shown = self.run("document.body.innerText") if time.monotonic() > deadline else None
            assert shown is None, f"not within {within} s: {script}; the page shows:\n{shown}"
            time.sleep(_LOOK_SECONDS)
        return found

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of what the CSS selector finds, as a person would."""
        x, y = self.wait_for(f"""(() => {{
            const found = document.querySelector({json.dumps(selector)});
            if (!found || !found.checkVisibility()) return null;
            found.scrollIntoView({{block: "center"}});
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            at = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
            self.command("Input.dispatchMouseEvent", at)

    def open(self, url: str) -> None:
        """Show an address in this tab from now on."""
        target = self.command("Target.createTarget", {"url": url})["targetId"]
        attached = self.command("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]

    def command(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """One command of the protocol and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        answer = next(said for said in self._said() if said.get("id") == self._number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _said(self) -> Iterator[dict[str, Any]]:
        """Everything that the browser says, as it comes."""
        while True:
            while b"\0" not in self._unread:
                ready, _, _ = select.select([self._from_browser], [], [], _PATIENCE)
                block = os.read(self._from_browser, _BLOCK) if ready else b""
                assert block, "the browser says nothing any more"
                self._unread += block
            said, _, self._unread = self._unread.partition(b"\0")
            yield json.loads(said)


@contextmanager
def browsing(program: str, profile: Path, url: str) -> Iterator[Tab]:
    """A browser of its own that shows this address; it is ended with all its processes."""
    (to_browser, from_browser), theirs = _pipes()
    command = (program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank")
    moves = [(os.POSIX_SPAWN_DUP2, here, there) for here, there in zip(theirs, (3, 4), strict=True)]
    quiet = [(os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0) for output in (1, 2)]
    pid = os.posix_spawn(program, command, os.environ, file_actions=[*moves, *quiet], setpgroup=0)
    for end in theirs:
        os.close(end)
    try:
        tab = Tab(to_browser, from_browser)
        tab.open(url)
        yield tab
    finally:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(to_browser)
        os.close(from_browser)


def _pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    """Our ends, to write and to read, and the browser's, to read and to write: these above the two numbers
    that it is going to look for, so that neither is overwritten while they are moved there."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ALL_IN_USE) for end in (their_in, their_out)]
    os.close(their_in)
    os.close(their_out)
    return (our_out, our_in), (theirs[0], theirs[1])
