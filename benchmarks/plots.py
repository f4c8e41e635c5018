"""The plots of the reports, as SVG that is the same whenever the figures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.data import Severity
from benchmarks.measures import Judged, roc, sensitivity, specificity
from benchmarks.speed import Growth
from benchmarks.statistics import Estimate

mpl.rcParams.update(
    {"svg.hashsalt": "goldenhour", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
)
_COLOURS = ("#0b6e4f", "#c1440e", "#2f5d8c", "#8a6fae", "#7a7a7a")


@dataclass(frozen=True, slots=True)
class Curve:
    """One system on the labelled posts."""

    name: str
    judged: Sequence[Judged]
    figures: Mapping[str, Estimate]


def posts(curves: Sequence[Curve], path: Path) -> None:
    """Left the ROC of each system with its alarm as a point, right its alarms by severity with intervals."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _roc(left, curves)
    _recall(right, curves)
    _save(figure, path)


def times(growths: Mapping[str, Growth], path: Path) -> None:
    """The time of each system over the length of the text, both in logarithms, beside a straight line."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    for (name, growth), colour in zip(growths.items(), _COLOURS, strict=False):
        label = f"{name} (slope {growth.slope:.2f})"
        axes.loglog(growth.words, growth.milliseconds, "o-", color=colour, label=label, markersize=4)
    first = next(iter(growths.values()))
    straight = [first.milliseconds[-1] * words / first.words[-1] for words in first.words]
    axes.loglog(first.words, straight, ":", color="black", linewidth=1, label="linear")
    axes.set_xlabel("words in the text")
    axes.set_ylabel("milliseconds")
    axes.legend(fontsize=8)
    axes.grid(which="major", linewidth=0.3)
    _save(figure, path)


def distributions(milliseconds: Mapping[str, Sequence[float]], path: Path) -> None:
    """The share of all answers that had come after so long: times in order, equally far apart in it."""
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for (name, times_), colour in zip(milliseconds.items(), _COLOURS, strict=False):
        shares = [place / (len(times_) - 1) for place in range(len(times_))]
        middle, late = (times_[round(share * (len(times_) - 1))] for share in (0.5, 0.99))
        label = f"{name} (p50 {middle:.1f} ms, p99 {late:.1f} ms)"
        axes.plot(times_, shares, color=colour, linewidth=1.4, label=label)
        axes.plot([middle, late], [0.5, 0.99], "o", color=colour, markersize=4)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("share of answers")
    axes.legend(fontsize=8, loc="lower right")
    axes.grid(which="major", linewidth=0.3)
    _save(figure, path)


def growths(stored: Sequence[int], milliseconds: Mapping[str, Sequence[float]], path: Path) -> None:
    """The time of each over the cases that are stored, both in logarithms."""
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for (name, times_), colour in zip(milliseconds.items(), _COLOURS, strict=False):
        axes.loglog(stored, times_, "o-", color=colour, markersize=4, label=name)
    axes.set_xlabel("cases in the ledger")
    axes.set_ylabel("milliseconds")
    axes.legend(fontsize=8)
    axes.grid(which="major", linewidth=0.3)
    _save(figure, path)


def _roc(axes: Any, curves: Sequence[Curve]) -> None:
    for curve, colour in zip(curves, _COLOURS, strict=False):
        points = roc(curve.judged)
        label = f"{curve.name} ({curve.figures['AUC'].value:.2f})"
        axes.plot([x for x, _ in points], [y for _, y in points], color=colour, linewidth=1.2, label=label)
        axes.plot(1 - specificity(curve.judged), sensitivity(curve.judged), "o", color=colour, markersize=6)
    axes.plot([0, 1], [0, 1], ":", color="black", linewidth=0.8)
    axes.set_xlabel("share of false alarms")
    axes.set_ylabel("sensitivity")
    axes.set_title("Ideation or worse against the rest: AUC; points are the alarms", fontsize=9)
    axes.legend(fontsize=7, loc="lower right")


def _recall(axes: Any, curves: Sequence[Curve]) -> None:
    names = [severity.name.lower() for severity in Severity]
    width = 0.8 / len(curves)
    for number, (curve, colour) in enumerate(zip(curves, _COLOURS, strict=False)):
        estimates = [curve.figures[f"alarms: {name}"] for name in names]
        places = [at + (number - (len(curves) - 1) / 2) * width for at in range(len(names))]
        reach = [[e.value - e.low for e in estimates], [e.high - e.value for e in estimates]]
        values = [e.value for e in estimates]
        axes.errorbar(
            places, values, reach, fmt="o", color=colour, markersize=3, linewidth=1, label=curve.name
        )
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(0, 1)
    axes.set_title("Share of posts that raise an alarm, by label, 95 % interval", fontsize=9)
    axes.grid(axis="y", linewidth=0.3)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None})
