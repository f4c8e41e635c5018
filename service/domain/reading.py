"""Free text in, signals and gaps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.answers import TextAnswer
from service.domain.automaton import Match
from service.domain.context import Around, Surroundings
from service.domain.cues import Cue
from service.domain.lexicon import FALSE_FRIEND, About, Entry, Languages, Lexicon, Negation
from service.domain.signals import Gap, GapKind, Polarity, Signal, Strength, When, Who
from service.domain.text import NO_WORDS, SENTENCE, Words, fold, foreign_letters

_STRENGTHS = tuple(Strength)
_OFTEN_ENOUGH = 20  # a page of copied lines must not become a book of signals


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says, in text order, and what in it could not be read."""

    signals: tuple[Signal, ...]
    gaps: tuple[Gap, ...]


class Reader:
    """Reads answers by one lexicon. The same answer always gives the same reading."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def read(self, answer: TextAnswer) -> Reading:
        """Find every signal of the answer. No I/O; never raises for any str."""
        tokenizer = self._lexicon.tokenizer
        words = tokenizer.words(answer.text)
        asked = tokenizer.words(answer.question) if answer.question else NO_WORDS
        echo = _echo(words, asked)
        matches = [match for match in self._lexicon.automaton.matches(words) if not _overlaps(match, *echo)]
        standing = self._standing(matches)
        signals: list[Signal] = []
        if standing:
            surroundings = self._lexicon.context.surroundings(words, answer.speaker)
            signals = [self._signal(answer, words, match, surroundings) for match in standing]
        unread = self._unread(answer, words, asked, echo)
        gaps = (Gap(GapKind.UNREADABLE, f"answer {answer.answer_id} {unread}"),) if unread else ()
        return Reading(tuple(_unique(signals)), gaps)

    def _standing(self, matches: list[Match]) -> list[Match]:
        """Without what a false friend covers; of overlapping matches of one construct only the longest."""
        entries = self._lexicon.entries
        silent: dict[int, list[Entry]] = {}
        for match in matches:
            if entries[match.owner].construct == FALSE_FRIEND:
                for at in range(match.first, match.past):
                    silent.setdefault(at, []).append(entries[match.owner])
        taken: dict[str, set[int]] = {}
        standing = []
        for match in sorted(matches, key=self._precedence):
            construct = entries[match.owner].construct
            span = range(match.first, match.past)
            covered = taken.setdefault(construct, set())
            friends = (friend for at in span for friend in silent.get(at, ()))
            if construct == FALSE_FRIEND or any(friend.silenced(construct) for friend in friends):
                continue
            if covered.isdisjoint(span):
                covered.update(span)
                standing.append(match)
        return sorted(standing, key=lambda match: (match.first, match.past, match.owner))

    def _precedence(self, match: Match) -> tuple[int, int, int, int]:
        strength = _STRENGTHS.index(self._lexicon.entries[match.owner].strength)
        return match.first - match.past, match.first, -strength, match.owner

    def _signal(self, answer: TextAnswer, words: Words, match: Match, surroundings: Surroundings) -> Signal:
        entry = self._lexicon.entries[match.owner]
        around = surroundings.around(
            match, unit=entry.negation is Negation.UNIT, person=entry.about is About.PERSON
        )
        when = _when(entry, around)
        start, end = words.starts[match.first], words.ends[match.past - 1]
        return Signal(
            construct=entry.by_when.get(when, entry.construct),
            answer_id=answer.answer_id,
            entry=entry.entry_id,
            strength=entry.strength,
            quote=answer.text[start:end],
            start=start,
            end=end,
            who=around.who,
            when=when,
            polarity=around.polarity,
        )

    def _unread(self, answer: TextAnswer, words: Words, asked: Words, echo: tuple[int, int]) -> str:
        """Why a human must read it before the next contact; empty when nothing hinders."""
        if not answer.text.strip():
            return "is blank"
        if not any(word.isalpha() for word in words.words):
            return "holds no words"
        if echo[1] and echo[1] - echo[0] == len(words.words):
            return "repeats its question and says nothing else"
        if _is_foreign(self._lexicon.languages, answer.text, words):
            return "is at least partly in a language or script that cannot be read here"
        if asked.words and self._replies_yes(answer, words, asked, echo):
            return "replies to a question about dying: the question and the reply must be read together"
        return ""

    def _replies_yes(self, answer: TextAnswer, words: Words, asked: Words, echo: tuple[int, int]) -> bool:
        context = self._lexicon.context
        if not context.surroundings(asked, answer.speaker).holds(Cue.ASKED):
            return False
        reply = echo[1] if echo[0] == 0 else 0
        return context.surroundings(words, answer.speaker).opens_with(Cue.YES_ANSWER, reply)


def _echo(words: Words, asked: Words) -> tuple[int, int]:
    """The words of the answer that repeat its question, as (first, past the last)."""
    text, question = f" {' '.join(words.words)} ", f" {' '.join(asked.words)} "
    at = text.find(question) if asked.words else -1
    if at < 0:
        return 0, 0
    first = text.count(" ", 0, at)
    return first, first + len(asked.words)


def _overlaps(match: Match, first: int, past: int) -> bool:
    return match.first < past and first < match.past


def _when(entry: Entry, around: Around) -> When:
    if not entry.by_when:
        return around.when
    if not around.dated:
        return When.UNCLEAR
    # Only acts already done are told apart by time: a weekday named for one lies behind, not ahead.
    return When.RECENT if around.when is When.FUTURE else around.when


def _unique(signals: Iterable[Signal]) -> Iterator[Signal]:
    """Each place once, and the same thing said in the same way so often at most: what decides is whether
    it was said, by whom, when and how strongly, and all of that stands in the first ones."""
    seen: set[tuple[str, int | None, int | None]] = set()
    said: Counter[tuple[str, Who, When, Polarity]] = Counter()
    for signal in signals:
        place = (signal.construct, signal.start, signal.end)
        way = (signal.entry, signal.who, signal.when, signal.polarity)
        if place not in seen and said[way] < _OFTEN_ENOUGH:
            seen.add(place)
            said[way] += 1
            yield signal


def _is_foreign(languages: Languages, text: str, words: Words) -> bool:
    if not text.isascii():
        foreign, letters = foreign_letters(fold(text)[0])
        if foreign > letters * languages.script_share:
            return True
    count = len(words.words)
    known = sum(word in languages.function_words for word in words.words)
    if count >= languages.words_needed and known < count * languages.function_share:
        return True
    return _foreign_sentence(languages, words)


def _foreign_sentence(languages: Languages, words: Words) -> bool:
    inside = 0
    for word, parted in zip(words.words, words.breaks, strict=False):
        inside = (0 if parted >= SENTENCE else inside) + (word in languages.foreign_words)
        if inside >= languages.foreign_needed:
            return True
    return False
