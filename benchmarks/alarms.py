"""What a person should read after a run: every alarm where none was asked for, and every miss.

It holds texts of the data, so it never lies in the repository; nothing of the held-out pairs is in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.data import Corpus, Post, Severity
from benchmarks.ours import NAMED, SOON
from benchmarks.pairs import Alarm, Pair
from service.domain.assessment import Assessment


class Alarms:
    """Gathers readings, section by section."""

    def __init__(self) -> None:
        self._sections: list[tuple[str, list[str]]] = []

    def on_posts(self, posts: Sequence[Post], assessed: Sequence[Assessment]) -> None:
        """Grave posts that raised no alarm, and supportive ones that did."""
        both = list(zip(posts, assessed, strict=True))
        missed = [(p, a) for p, a in both if p.grave and not NAMED.alarm(a)]
        false = [(p, a) for p, a in both if p.severity is Severity.SUPPORTIVE and NAMED.alarm(a)]
        self._add("posts: missed", [f"label {p.severity.value}; {_reading(a, p.text)}" for p, a in missed])
        self._add("posts: supportive, alarm", [_reading(a, p.text) for p, a in false])

    def on_texts(self, corpus: Corpus, assessed: Sequence[Assessment]) -> None:
        """Texts at `soon` or above."""
        both = zip(corpus.texts, assessed, strict=True)
        self._add(f"{corpus.name}: alarm", [_reading(a, text) for text, a in both if SOON.alarm(a)])

    def on_pairs(self, pairs: Sequence[Pair], alarm: Alarm) -> None:
        """Pairs of the building half that did not pass."""
        missed = [f"{p.name} ({p.family})\n{p.said}" for p in pairs if not alarm(p.said, p.speaker)]
        false = [f"{p.name} ({p.family})\n{p.benign}" for p in pairs if alarm(p.benign, p.speaker)]
        self._add("sideways: missed", missed)
        self._add("sideways: benign, alarm", false)

    def text(self) -> str:
        """Everything, to be read from the top."""
        return "\n\n".join(
            f"## {title}: {len(entries)}\n\n" + "\n\n".join(entries) for title, entries in self._sections
        )

    def _add(self, title: str, entries: list[str]) -> None:
        self._sections.append((title, entries))


def _reading(assessment: Assessment, text: str) -> str:
    """The urgency, every signal with what was read around it, and the text."""
    signals = "; ".join(
        f"{s.entry} {s.quote!r} {s.who.value} {s.when.value} {s.polarity.value}"
        for s in assessment.signals
        if s.counts
    )
    return f"### {assessment.urgency.value}: {signals or 'no counting signal'}\n{text}"
