"""Reads a Dockerfile and a .dockerignore, as far as ours go; whatever else stands in them is refused."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from string import Template


class Unknown(Exception):
    """Something in a Dockerfile or a .dockerignore that nobody here understands."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Files from the context, or from another stage, to a place; `into` it, when that is a directory."""

    sources: tuple[str, ...]
    target: PurePosixPath
    into: bool
    stage: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """Commands, one after the other, each in words; from where, and with which variables."""

    commands: tuple[tuple[str, ...], ...]
    directory: PurePosixPath
    environment: Mapping[str, str]


@dataclass(slots=True)
class Stage:
    """What is done to a base, in order, and how what comes of it is started."""

    base: str
    name: str | None
    steps: list[Copy | Run] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    directory: PurePosixPath = field(default=PurePosixPath("/"))
    user: str = ""
    stop_signal: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


def read_dockerfile(text: str, base_path: str) -> list[Stage]:
    """Every stage, with the defaults of its arguments; `base_path` is the PATH of its base. Raises `Unknown`."""
    reader = _Reader(base_path)
    for line in _logical_lines(text):
        word, _, rest = line.partition(" ")
        take = getattr(reader, f"take_{word.lower()}", None)
        if take is None:
            raise Unknown(line)
        take(rest.strip())
    return reader.stages


def _logical_lines(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines() if not line.strip().startswith("#")]
    yield from filter(None, re.sub(r"\\\n", " ", "\n".join(lines)).splitlines())


class _Reader:
    """Takes each instruction that is known, by a method of its name."""

    def __init__(self, base_path: str) -> None:
        self.stages: list[Stage] = []
        self._base_path = base_path
        self._arguments: dict[str, str] = {}

    @property
    def _stage(self) -> Stage:
        return self.stages[-1]

    def take_from(self, rest: str) -> None:
        base, *named = self._filled(rest).split()
        if named and (len(named) != 2 or named[0] != "AS"):
            raise Unknown(f"FROM {rest}")
        name = named[1] if named else None
        self.stages.append(Stage(base, name, environment={"PATH": self._base_path}))

    def take_arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._arguments[name] = value

    def take_copy(self, rest: str) -> None:
        words = rest.split()
        stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
        if any(word.startswith(("--", "[")) for word in words):
            raise Unknown(f"COPY {rest}")
        *sources, target = words
        into = len(sources) > 1 or target.endswith("/")
        self._stage.steps.append(Copy(tuple(sources), self._stage.directory / target, into, stage))

    def take_run(self, rest: str) -> None:
        if set("|;<>`$()*?") & set(rest):
            raise Unknown(f"RUN {rest}")
        commands = tuple(tuple(shlex.split(command)) for command in rest.split("&&"))
        self._stage.steps.append(Run(commands, self._stage.directory, dict(self._stage.environment)))

    def take_env(self, rest: str) -> None:
        self._stage.environment |= self._pairs(rest, self._stage.environment)

    def take_label(self, rest: str) -> None:
        self._stage.labels |= self._pairs(rest, self._arguments)

    def take_workdir(self, rest: str) -> None:
        self._stage.directory /= rest

    def take_user(self, rest: str) -> None:
        self._stage.user = rest

    def take_expose(self, rest: str) -> None:
        self._stage.ports += map(int, rest.split())

    def take_stopsignal(self, rest: str) -> None:
        self._stage.stop_signal = rest

    def take_entrypoint(self, rest: str) -> None:
        self._stage.entrypoint = tuple(json.loads(rest))

    def take_cmd(self, rest: str) -> None:
        self._stage.command = tuple(json.loads(rest))

    def _filled(self, text: str) -> str:
        return Template(text).substitute(self._arguments)

    @staticmethod
    def _pairs(rest: str, values: Mapping[str, str]) -> dict[str, str]:
        pairs = (word.partition("=") for word in shlex.split(rest))
        return {name: Template(value).substitute(values) for name, _, value in pairs}


def sent(context: Path, ignored: str) -> list[PurePosixPath]:
    """Every file that a builder is sent from this directory; `ignored` is what stands in its .dockerignore."""
    lines = [line.strip() for line in ignored.splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    return sorted(_kept(context, PurePosixPath(), patterns))


def _kept(context: Path, folder: PurePosixPath, patterns: Iterable[str]) -> Iterator[PurePosixPath]:
    for entry in (context / folder).iterdir():
        path = folder / entry.name
        if _ignored(path, patterns):
            continue
        if entry.is_dir():
            yield from _kept(context, path, patterns)
        else:
            yield path


def _ignored(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    """The last pattern that says anything of the path, or of a folder above it, counts."""
    ignored = False
    for pattern in patterns:
        kept = pattern.startswith("!")
        if any(_matches(each, pattern.removeprefix("!")) for each in (path, *path.parents)):
            ignored = not kept
    return ignored


def _matches(path: PurePosixPath, pattern: str) -> bool:
    """Patterns for one name at the top, or for one name anywhere."""
    name = pattern.removeprefix("**/")
    if "/" in name or "**" in name:
        raise Unknown(f".dockerignore: {pattern}")
    anywhere = name != pattern
    return fnmatchcase(path.name, name) and (anywhere or len(path.parts) == 1)
