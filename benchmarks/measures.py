"""The figures that are taken of every system on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.data import Post, Severity
from benchmarks.statistics import Estimate, auc, bootstrap, share
from benchmarks.systems import Heard

GRAVEST = frozenset({Severity.BEHAVIOUR, Severity.ATTEMPT})


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled post and what one system heard in it."""

    post: Post
    heard: Heard


Measure = Callable[[Sequence[Judged]], float]


def area(judged: Sequence[Judged]) -> float:
    """AUC of the score, ideation or worse against the rest."""
    return auc(
        [each.heard.score for each in judged if each.post.grave],
        [each.heard.score for each in judged if not each.post.grave],
    )


def sensitivity(judged: Sequence[Judged]) -> float:
    """The share of posts labelled ideation or worse that raise an alarm."""
    return share([each.heard.alarm for each in judged if each.post.grave])


def specificity(judged: Sequence[Judged]) -> float:
    """The share of the other posts that raise none."""
    return share([not each.heard.alarm for each in judged if not each.post.grave])


def alarms(*severities: Severity) -> Measure:
    """The share of posts of these severities that raise an alarm: recall, for the grave ones."""
    return lambda judged: share([each.heard.alarm for each in judged if each.post.severity in severities])


MEASURES: Mapping[str, Measure] = {
    "AUC": area,
    "sensitivity": sensitivity,
    "specificity": specificity,
    "behaviour or attempt": alarms(*GRAVEST),
    **{f"alarms: {severity.name.lower()}": alarms(severity) for severity in Severity},
}
"""Every figure that is taken on the labelled posts, by its name in the report."""


def figures(posts: Sequence[Post], heard: Sequence[Heard]) -> dict[str, Estimate]:
    """Every measure with its interval; `heard` is parallel to `posts`."""
    writers = by_writer([Judged(post, each) for post, each in zip(posts, heard, strict=True)])
    return {name: bootstrap(writers, measure) for name, measure in MEASURES.items()}


def by_writer(judged: Sequence[Judged]) -> list[list[Judged]]:
    """The posts of each writer together, in a fixed order."""
    ordered = sorted(judged, key=lambda each: each.post.writer)
    return [list(group) for _, group in groupby(ordered, key=lambda each: each.post.writer)]


def roc(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """(share of false alarms, sensitivity) at every threshold of the score, from none to all."""
    thresholds = sorted({each.heard.score for each in judged}, reverse=True)
    grave = [each.heard.score for each in judged if each.post.grave]
    rest = [each.heard.score for each in judged if not each.post.grave]
    points = [(share([s >= at for s in rest]), share([s >= at for s in grave])) for at in thresholds]
    return [(0.0, 0.0), *points]
