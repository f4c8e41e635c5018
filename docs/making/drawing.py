"""Boxes and arrows as SVG, readable by day and by night, with words for those who do not see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

LINE = 16
"""From one line of text to the next, in pixels, as everything here."""

_STYLE = """
svg { font: 12px sans-serif; background: #fff }
text { fill: #222 } .title { font-weight: bold } .small { fill: #555 }
rect { fill: #f3f6f5; stroke: #55706a; rx: 6px } .around { fill: none } .outside { fill: none; stroke-dasharray: 2 3 }
.alarm { stroke: #c1440e; stroke-width: 2px }
path { fill: none; stroke: #2f5d8c; stroke-width: 1.5px } .human { stroke: #0b6e4f; stroke-width: 2.5px } .itself { stroke-dasharray: 6 4 }
marker path { fill: #444; stroke: none }
@media (prefers-color-scheme: dark) {
  svg { background: #1e2227 } text { fill: #eee } .small { fill: #b8c0c0 } marker path { fill: #ddd }
  rect { fill: #2a3136; stroke: #8fb3a9 } .around, .outside { fill: none } .alarm { stroke: #ff8a5c }
  path { stroke: #8db8e8 } .human { stroke: #5fd0a5 }
}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A box at its upper left corner: a title, and lines below it. `look`: empty, `around`, `outside` or `alarm`."""

    x: float
    y: float
    width: float
    height: float
    title: str
    lines: Sequence[str] = ()
    look: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line through these points with a head at its end. `look`: empty, `human` or `itself`."""

    points: Sequence[tuple[float, float]]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text from a point on."""

    x: float
    y: float
    lines: Sequence[str]


def picture(title: str, told: str, width: int, height: int, parts: Sequence[Box | Arrow | Words]) -> str:
    """A whole picture. `told` says in words what it shows."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title told" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="told">{escape(told)}</desc>',
        f"<style>{_STYLE}</style>",
        '<marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto" markerUnits="userSpaceOnUse">',
        '<path d="M0 0 L9 4 L0 8 z"/></marker>',
        *(line for part in parts for line in _drawn(part)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _drawn(part: Box | Arrow | Words) -> Iterator[str]:
    if isinstance(part, Words):
        yield from _text(part.x, part.y, part.lines)
    elif isinstance(part, Arrow):
        way = " L".join(f"{x:g} {y:g}" for x, y in part.points)
        yield f'<path class="{part.look}" d="M{way}" marker-end="url(#head)"/>'
    else:
        yield f'<rect class="{part.look}" x="{part.x:g}" y="{part.y:g}" width="{part.width:g}" height="{part.height:g}"/>'
        yield from _text(part.x + 10, part.y + 20, [part.title], "title")
        yield from _text(part.x + 10, part.y + 20 + LINE, part.lines, "small")


def _text(x: float, y: float, lines: Sequence[str], look: str = "") -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f'<text class="{look}" x="{x:g}" y="{y + LINE * number:g}">{escape(line)}</text>'
