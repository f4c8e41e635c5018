"""The rooms as a picture: their order is the one that the import contracts hold, their words are their own."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterator
from typing import Any

from docs.making.drawing import LINE, Arrow, Box, Words, picture
from service.settings import REPOSITORY

_WIDTH, _HEIGHT, _GAP, _LEFT = 560, 62, 30, 20
_LETTERS = 5.8  # the width of one, about


def layers() -> list[list[str]]:
    """The rooms from above to below; several on one level never import each other."""
    read = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = read["tool"]["importlinter"]["contracts"]
    (order,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [layer.split(" | ") for layer in order]


def about(room: str) -> str:
    """What a room or a module says of itself, in its first paragraph."""
    path = REPOSITORY / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(told.partition("\n\n")[0].split()).replace("`", "")


def draw() -> str:
    """The picture."""
    levels = layers()
    height = 20 + len(levels) * (_HEIGHT + _GAP) + 10
    parts: list[Box | Arrow | Words] = []
    for number, rooms in enumerate(levels):
        y = 20 + number * (_HEIGHT + _GAP)
        parts += [_room(room, x, y, width) for room, x, width in _beside(rooms)]
        if number:
            parts += _imports(levels[number - 1], rooms, y)
    parts += _outside(20 + 3 * (_HEIGHT + _GAP))
    told = ", ".join(" beside ".join(rooms) for rooms in levels)
    return picture(
        "The rooms",
        f"From above to below: {told}. Each may import what is below it, and never what is beside or above it. "
        "The simulator meets the service only over the wire; config is data that the adapters read.",
        860,
        height,
        parts,
    )


def _beside(rooms: list[str]) -> Iterator[tuple[str, float, float]]:
    """Each room of a level, with its left edge and its width."""
    width = (_WIDTH - _GAP * (len(rooms) - 1)) / len(rooms)
    for number, room in enumerate(rooms):
        yield room, _LEFT + number * (width + _GAP), width


def _imports(above: list[str], below: list[str], y: float) -> Iterator[Arrow | Words]:
    """From each room of a level to the level below it, which begins at `y`."""
    for _, x, width in _beside(max(above, below, key=len)):
        yield Arrow(((x + width / 2, y - _GAP), (x + width / 2, y)))
        yield Words(x + width / 2 + 10, y - _GAP + LINE + 3, ["imports"])


def _room(room: str, x: float, y: float, width: float) -> Box:
    lines = textwrap.wrap(about(room), int((width - 20) / _LETTERS), max_lines=3, placeholder=" ...")
    return Box(x, y, width, _HEIGHT, room, lines)


def _outside(y: float) -> Iterator[Box | Arrow | Words]:
    """What meets the rooms, and is none of them; `y` is the level that it meets."""
    x, edge = 640, _LEFT + _WIDTH
    yield Box(x, y - 90, 200, 50, "simulator", ["a carrier for one machine"], "outside")
    yield Arrow(((x, y - 65), (edge + 30, y - 65), (edge + 30, y + 20), (edge, y + 20)), "itself")
    yield Words(x, y - 20, ["only over the wire"])
    yield Box(x, y + 16, 200, 50, "config", ["data only, read by clinicians"], "outside")
    yield Arrow(((x, y + 46), (edge, y + 46)))
