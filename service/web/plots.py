"""Small plots as SVG: lines over time, each told apart by its dashes as well as by its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _MARGIN, _LEGEND = 640, 240, 36, 150
_TOP = 100
_STYLES = (("#0b6e4f", ""), ("#c1440e", "6 3"), ("#2f5d8c", "2 3"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a name, and its values between 0 and 100 at each place; None leaves a gap."""

    name: str
    values: Sequence[float | None]


def lines(
    title: str, description: str, places: Sequence[str], drawn: Sequence[Line], name: str = "plot"
) -> str:
    """A plot with a title and a description for those who do not see it. `places` name the x axis; `name`
    tells several on one page apart."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-told"',
        f'  viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="11">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-told">{escape(description)}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        *_axes(places),
    ]
    for number, line in enumerate(drawn):
        parts += _line(line, len(places), number)
    return "\n".join((*parts, "</svg>"))


def _axes(places: Sequence[str]) -> list[str]:
    bottom, right = _HEIGHT - _MARGIN, _WIDTH - _LEGEND
    drawn = []
    for mark in (0, _TOP // 2, _TOP):
        y = _y(mark)
        drawn.append(f'<line x1="{_MARGIN}" y1="{y}" x2="{right}" y2="{y}" stroke="#ddd"/>')
        drawn.append(f'<text x="{_MARGIN - 6}" y="{y + 4}" text-anchor="end">{mark}</text>')
    every = max(1, len(places) // 8)
    for number in range(0, len(places), every):
        x = _x(number, len(places))
        drawn.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{escape(places[number])}</text>')
    return drawn


def _line(line: Line, count: int, number: int) -> list[str]:
    colour, dashes = _STYLES[number % len(_STYLES)]
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(line.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((_x(at, count), _y(min(value, _TOP))))
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    drawn = []
    for run in runs:
        points = " ".join(f"{x},{y}" for x, y in run)
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        drawn += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in run]
    y, x = 24 + 18 * number, _WIDTH - _LEGEND + 16
    drawn.append(f'<line x1="{x}" y1="{y}" x2="{x + 26}" y2="{y}" stroke="{colour}" stroke-width="2"{dash}/>')
    drawn.append(f'<text x="{x + 32}" y="{y + 4}">{escape(line.name)}</text>')
    return drawn


def _x(number: int, count: int) -> float:
    return round(_MARGIN + 12 + number * (_WIDTH - _LEGEND - _MARGIN - 24) / max(1, count - 1), 1)


def _y(value: float) -> float:
    return round(_HEIGHT - _MARGIN - value * (_HEIGHT - 2 * _MARGIN) / _TOP, 1)
