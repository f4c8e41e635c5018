"""What the samples of a lexicon promise, held against what its reader hears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.answers import Speaker, TextAnswer
from service.domain.entry import FALSE_FRIEND, THEME, Entry
from service.domain.lexicon import Lexicon
from service.domain.reading import Reader
from service.domain.signals import Polarity, Signal


def broken_samples(lexicon: Lexicon) -> list[str]:
    """A sentence for every sample that is not kept; empty when all are."""
    return [fault for entry in lexicon.entries for fault in _Samples(lexicon, entry).broken()]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a lexicon holds for one construct; for `theme`, the parts of what is said sideways."""

    construct: str
    entries: int
    reviewed: int
    patterns: int
    must_match: int
    must_not_match: int
    false_friends: int

    @property
    def complete(self) -> bool:
        """Whether there are samples of both kinds."""
        return self.must_match > 0 and self.must_not_match > 0


def coverage(lexicon: Lexicon) -> list[Coverage]:
    """One line for each construct, in alphabetical order."""
    friends = [entry for entry in lexicon.entries if entry.construct == FALSE_FRIEND]
    return [
        _coverage(construct, [e for e in lexicon.entries if e.construct == construct], friends)
        for construct in sorted({entry.construct for entry in lexicon.entries})
    ]


def _coverage(construct: str, entries: list[Entry], friends: list[Entry]) -> Coverage:
    return Coverage(
        construct=construct,
        entries=len(entries),
        reviewed=sum(entry.status == "reviewed" for entry in entries),
        patterns=sum(len(entry.patterns) + len(entry.together) for entry in entries),
        must_match=sum(len(entry.must_match) for entry in entries),
        must_not_match=sum(len(entry.must_not_match) for entry in entries),
        false_friends=sum(friend.silenced(construct) for friend in friends),
    )


class _Samples:
    def __init__(self, lexicon: Lexicon, entry: Entry) -> None:
        self._lexicon = lexicon
        self._reader = Reader(lexicon)
        self._entry = entry

    def broken(self) -> Iterator[str]:
        for sample in self._entry.must_match:
            if not self._kept(sample):
                yield f"{self._entry.entry_id}: must match, and does not: {sample}"
        for sample in self._entry.must_not_match:
            if not self._excluded(sample):
                yield f"{self._entry.entry_id}: must not match, and does: {sample}"

    def _kept(self, sample: str) -> bool:
        if self._entry.construct == FALSE_FRIEND:
            return self._matches(sample) and not self._silenced(sample)
        if self._entry.construct == THEME:
            return self._matches(sample)
        # A sample in the third person is a relative's.
        return self._raised(sample, Speaker.CLIENT) or self._raised(sample, Speaker.COLLATERAL)

    def _excluded(self, sample: str) -> bool:
        if self._entry.construct == FALSE_FRIEND:
            return bool(self._silenced(sample))
        if self._entry.construct == THEME:
            return not self._matches(sample)
        return not self._raised(sample, Speaker.CLIENT)

    def _signals(self, sample: str, speaker: Speaker) -> tuple[Signal, ...]:
        return self._reader.read(TextAnswer("sample", sample, "", speaker)).signals

    def _raised(self, sample: str, speaker: Speaker) -> bool:
        return any(
            signal.entry == self._entry.entry_id
            and signal.polarity is Polarity.AFFIRMED
            and (signal.counts or signal.protective or signal.only_shown)
            for signal in self._signals(sample, speaker)
        )

    def _silenced(self, sample: str) -> list[Signal]:
        """What counts in the sample although it is of a kind that this false friend silences."""
        heard = self._signals(sample, Speaker.CLIENT)
        return [signal for signal in heard if signal.counts and self._entry.silenced(signal.construct)]

    def _matches(self, sample: str) -> bool:
        words = self._lexicon.tokenizer.words(sample)
        owners = {match.owner for match in self._lexicon.automaton.matches(words)}
        return any(self._lexicon.entries[owner] is self._entry for owner in owners)
