"""What was sent and is not delivered yet: a file for each message, in a directory that processes share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_ENDING = ".json"
_UNFINISHED = ".part"
_ABANDONED_AFTER = 60.0  # seconds; nobody writes for so long
_FORM = re.compile(r"[0-9]{20}-[0-9a-f]{8}-[0-9a-f]{12}")
_LANE_DIGITS = 12


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The name of a message: nanoseconds since 1970, something drawn, and the contact's lane. In their order
    messages were sent. Nothing of the contact can be read from it."""

    text: str

    @property
    def sent_at(self) -> float:
        """Seconds since 1970, by the clock of the machine."""
        return int(self.text.partition("-")[0]) / 1e9

    @property
    def lane(self) -> str:
        """The same for all messages of a contact, whose order is kept."""
        return self.text.rpartition("-")[2]


class Spool:
    """Messages in a directory that only its owner can read. Threads and processes may share it.

    A message is there whole or not at all. What cannot be a message is moved to `broken/`, what the service
    refused to `refused/`. Raises `OSError` when the directory cannot be had or written.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.broken, self.refused = directory / "broken", directory / "refused"
        for each in (directory, self.broken, self.refused):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
            each.chmod(0o700)
        self._naming = Lock()
        names = self._listed()
        self._last = int(names[-1].text.partition("-")[0]) if names else 0
        self._claim: int | None = None

    def put(self, contact_id: str, body: bytes) -> Name:
        """Keep a message. It outlives this process at once, and the machine's power once it is `sync`ed."""
        name = self._new_name(contact_id)
        _write(self._file(name), body)
        return name

    def sync(self, name: Name) -> None:
        """See that a message outlives the machine's power, too. One that is gone needs nothing."""
        with suppress(FileNotFoundError):
            _sync(self._file(name))
            _sync(self.directory)

    def waiting(self) -> list[Name]:
        """What is not delivered, in the order in which it was sent.

        While a directory is read, a later file can be seen and an earlier one missed. So it is read twice:
        all that went before what the first look saw is there for the second.
        """
        first = self._listed()
        return [name for name in self._listed() if name <= first[-1]] if first else []

    def read(self, name: Name) -> bytes | None:
        """A message; none when it is gone."""
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: Name) -> None:
        """A message is delivered."""
        self._file(name).unlink(missing_ok=True)

    def set_broken(self, name: Name) -> None:
        """What has this name is no message."""
        self._move(self._file(name), self.broken)

    def set_refused(self, name: Name, problem: bytes) -> Path:
        """The service does not want a message. It is kept, with the reason beside it; where it is now."""
        file = self.refused / self._file(name).name
        _write(file.with_suffix(".problem"), problem)
        _sync(file.with_suffix(".problem"))
        self._move(self._file(name), self.refused)
        return file

    def count_aside(self) -> int:
        """How many messages were refused or broken, and lie there."""
        return sum(1 for folder in (self.broken, self.refused) for _ in folder.glob(f"*{_ENDING}*"))

    def claim(self) -> bool:
        """Become the only one who delivers from here, until `release` or the end of the process; False when
        somebody else is."""
        if self._claim is not None:
            return True
        claim = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(claim)
            return False
        self._claim = claim
        self._clear()
        return True

    def release(self) -> None:
        """Let others deliver. After a fork, the child gives up what its parent keeps."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def _clear(self) -> None:
        """Set aside what somebody began to write and can no longer be writing. It was never told as sent."""
        before = time.time() - _ABANDONED_AFTER
        for file in self.directory.glob(f"*{_UNFINISHED}"):
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < before:
                    self._move(file, self.broken)

    def _new_name(self, contact_id: str) -> Name:
        with self._naming:
            self._last = max(self._last + 1, time.time_ns())  # the clock may be set back
            now = self._last
        lane = hashlib.sha256(contact_id.encode("utf-8", "surrogatepass")).hexdigest()[:_LANE_DIGITS]
        return Name(f"{now:020d}-{secrets.token_hex(4)}-{lane}")

    def _listed(self) -> list[Name]:
        return sorted(self._seen())

    def _seen(self) -> Iterator[Name]:
        for name in os.listdir(self.directory):
            stem = name.removesuffix(_ENDING)
            if stem != name and _FORM.fullmatch(stem):
                yield Name(stem)

    def _file(self, name: Name) -> Path:
        return self.directory / f"{name.text}{_ENDING}"

    @staticmethod
    def _move(file: Path, folder: Path) -> None:
        with suppress(FileNotFoundError):
            file.rename(folder / file.name)


def _write(file: Path, content: bytes) -> None:
    part = f"{file}{_UNFINISHED}"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
            writing.write(content)
        os.rename(part, file)
    except OSError:
        with suppress(OSError):
            os.unlink(part)
        raise


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
