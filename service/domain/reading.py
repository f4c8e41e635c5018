"""Free text in, signals and gaps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.domain.answers import TextAnswer
from service.domain.automaton import Match
from service.domain.context import Around, Surroundings
from service.domain.cues import Cue
from service.domain.entry import FALSE_FRIEND, THEME, About, Entry, Negation
from service.domain.language import Foreign, LanguageIdentifier, NobodyToAsk
from service.domain.lexicon import Lexicon
from service.domain.signals import Gap, GapKind, Polarity, Signal, Span, Strength, When, Who, family
from service.domain.text import CLAUSE, NO_WORDS, Words, fold, foreign_letters
from service.domain.together import Together

_STRENGTHS = tuple(Strength)
_NEVER_SUPPOSED = frozenset({"intent", "plan", "in_progress", "preparatory", "means"})
_DONE = frozenset({When.NOW, When.RECENT, When.PAST})
_FOREIGN = "is at least partly in a language or script that cannot be read here"
_SHORT_REPLY = 8  # words; whoever writes more says it in words that are read like any other
_WHOLE_QUESTION = 4  # words; a shorter one is a label, and its words are read with what follows them
_OFTEN_ENOUGH = 20  # a page of copied lines must not become a book of signals


@dataclass(frozen=True, slots=True)
class SetAside:
    """An entry that was found and raised nothing, because of the false friend or theme `because` at `by`."""

    entry: str
    span: Span
    because: str
    by: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says, in text order, what in it could not be read, and what only looked alike."""

    signals: tuple[Signal, ...]
    gaps: tuple[Gap, ...]
    set_aside: tuple[SetAside, ...] = ()


class Reader:
    """Reads answers by the lexicon of one language, and what is in another by that one's, if there is any.

    `others`: lexicons by ISO 639-1 code. The same answer always gives the same reading.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        identifier: LanguageIdentifier | None = None,
        others: Mapping[str, Lexicon] | None = None,
    ) -> None:
        self._lexicon = lexicon
        self._identifier = identifier or NobodyToAsk()
        self._others = dict(others or {})

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it listens for."""
        return self._lexicon.entries

    def read(self, answer: TextAnswer) -> Reading:
        """Find every signal of the answer. No I/O; never raises for any str."""
        tokenizer = self._lexicon.tokenizer
        words = tokenizer.words(answer.text)
        asked = tokenizer.words(answer.question) if answer.question else NO_WORDS
        echo = _echo(words, asked)
        foreign = list(self._lexicon.strangers.foreign(words, answer.text, self._identifier))
        passage = _passage(self._lexicon, answer, words, echo)
        signals = [*passage.signals(), *self._heard_in_others(answer, foreign)]
        unread = self._unread(answer, words, asked, echo, bool(foreign))
        gaps = (Gap(GapKind.UNREADABLE, f"answer {answer.answer_id} {unread}"),) if unread else ()
        return Reading(tuple(_unique(signals)), gaps, tuple(passage.set_aside))

    def _heard_in_others(self, answer: TextAnswer, foreign: Iterable[Foreign]) -> Iterator[Signal]:
        """What the lexicons of other languages hear; the answer stays a gap, for they are young."""
        for code in sorted({each.language for each in foreign if each.language in self._others}):
            words = self._others[code].tokenizer.words(answer.text)
            yield from _passage(self._others[code], answer, words, (0, 0)).signals()

    def _unread(
        self, answer: TextAnswer, words: Words, asked: Words, echo: tuple[int, int], foreign: bool
    ) -> str:
        """Why a human must read it before the next contact; empty when nothing hinders."""
        if not answer.text.strip():
            return "is blank"
        if not any(map(str.isalpha, answer.text)):
            return "holds no words"
        if echo[1] and echo[1] - echo[0] == len(words.words):
            return "repeats its question and says nothing else"
        if foreign or _is_in_another_script(answer.text, self._lexicon.script_share):
            return _FOREIGN
        if self._lexicon.strangers.too_short(words):
            return "is too short to tell what it says"
        if asked.words and self._leaves_open(answer, words, asked):
            return "replies to a question about dying: the question and the reply must be read together"
        return ""

    def _leaves_open(self, answer: TextAnswer, words: Words, asked: Words) -> bool:
        """Whether a question about dying is answered shortly by anything but a plain no: "not today".

        To "can you keep yourself safe?" it is the no that leaves it open.
        """
        context = self._lexicon.context
        about = context.surroundings(asked, answer.speaker)
        long = len(asked.words)
        reply = long if words.words[:long] == asked.words else 0
        if len(words.words) - reply > _SHORT_REPLY:
            return False
        said = context.surroundings(words, answer.speaker)
        no = said.opens_with(Cue.NO_ANSWER, reply)
        if about.holds(Cue.ASKED_SAFE):
            return no or said.opens_with(Cue.NEGATOR, reply)
        hedged = not context.roles.hedging.isdisjoint(words.words[reply:])  # "no, not lately"
        return about.holds(Cue.ASKED) and (hedged or not no)


def _passage(lexicon: Lexicon, answer: TextAnswer, words: Words, echo: tuple[int, int]) -> _Passage:
    matches = [match for match in lexicon.automaton.matches(words) if not _lies_in(match, *echo)]
    return _Passage(lexicon, answer, words, matches)


class _Passage:
    """The matches of one answer, weighed against each other and against what stands around them."""

    def __init__(self, lexicon: Lexicon, answer: TextAnswer, words: Words, matches: Sequence[Match]) -> None:
        self._lexicon = lexicon
        self._entries = lexicon.entries
        self._answer = answer
        self._words = words
        self.set_aside: list[SetAside] = []
        friends = self._friends(matches)
        self._heard = [match for match in matches if not self._is_silenced(match, friends)]

    def signals(self) -> list[Signal]:
        """What stands, in text order."""
        alone = self._longest(
            (m for m in self._heard if not self._is_theme(m)),
            lambda match: self._entries[match.owner].construct,
        )
        signals = [self._alone(match) for match in alone]
        signals += [self._joint(hit) for hit in self._together() if not self._is_explained(hit)]
        return sorted(signals, key=lambda signal: (signal.start, signal.end))

    def _together(self) -> list[Together]:
        combinations = self._lexicon.combinations
        themes = self._longest((m for m in self._heard if self._is_theme(m)), lambda match: match.owner)
        themes = [t for t in themes if t.owner not in combinations.explaining or not self._is_denied(t)]
        return list(combinations.found(themes, self._words))

    def _is_denied(self, match: Match) -> bool:
        return self._around(match).polarity is Polarity.DENIED

    def _friends(self, matches: Iterable[Match]) -> dict[int, list[Match]]:
        """The false friends that cover each word."""
        covering: dict[int, list[Match]] = {}
        for match in matches:
            if self._entries[match.owner].construct == FALSE_FRIEND:
                for at in range(match.first, match.past):
                    covering.setdefault(at, []).append(match)
        return covering

    def _is_silenced(self, match: Match, friends: Mapping[int, Sequence[Match]]) -> bool:
        entry = self._entries[match.owner]
        if entry.construct == FALSE_FRIEND:
            return True
        for at in range(match.first, match.past) if friends else ():
            for friend in friends.get(at, ()):
                if self._entries[friend.owner].silenced(entry.construct):
                    self._set_aside(match.owner, match, friend)
                    return True
        return False

    def _is_explained(self, hit: Together) -> bool:
        if hit.unless is not None:
            self._set_aside(hit.owner, hit.parts[0], hit.unless)
        return hit.unless is not None

    def _set_aside(self, owner: int, match: Match, because: Match) -> None:
        if len(self.set_aside) < _OFTEN_ENOUGH:
            self.set_aside.append(
                SetAside(
                    entry=self._entries[owner].entry_id,
                    span=self._span(match),
                    because=self._entries[because.owner].entry_id,
                    by=self._span(because),
                )
            )

    def _is_theme(self, match: Match) -> bool:
        return self._entries[match.owner].construct == THEME

    def _longest(self, matches: Iterable[Match], kind: Callable[[Match], Hashable]) -> list[Match]:
        """Of overlapping matches of one kind only the longest, in text order."""
        taken: dict[Hashable, set[int]] = {}
        standing = []
        for match in sorted(matches, key=self._precedence):
            covered = taken.setdefault(kind(match), set())
            span = range(match.first, match.past)
            if covered.isdisjoint(span):
                covered.update(span)
                standing.append(match)
        return sorted(standing, key=lambda match: (match.first, match.past, match.owner))

    def _precedence(self, match: Match) -> tuple[int, int, int, int]:
        strength = _STRENGTHS.index(self._entries[match.owner].strength)
        return match.first - match.past, match.first, -strength, match.owner

    def _alone(self, match: Match) -> Signal:
        entry = self._entries[match.owner]
        around = self._around(match)
        return self._signal(entry, (match,), around.who, _when(entry, around), around.polarity)

    def _joint(self, hit: Together) -> Signal:
        """About the person only when every part is; denied when any part is."""
        each = [self._around(part) for part in hit.parts]
        whos = {around.who for around in each}
        dated = [around.when for around in each if around.dated and around.when is not When.HYPOTHETICAL]
        if len(dated) < len(each):  # what only one part places in the past goes on in the others
            dated = [when for when in dated if when is not When.PAST]
        denied = any(around.polarity is Polarity.DENIED for around in each)
        return self._signal(
            self._entries[hit.owner],
            hit.parts,
            next(who for who in (Who.QUOTED, Who.OTHER, Who.UNCLEAR, Who.SELF) if who in whos),
            self._entries[hit.owner].when or (dated[0] if dated else When.CURRENT),
            Polarity.DENIED if denied else Polarity.AFFIRMED,
        )

    def _around(self, match: Match) -> Around:
        entry = self._entries[match.owner]
        return self._surroundings.around(
            match, unit=entry.negation is Negation.UNIT, person=entry.about is About.PERSON
        )

    @cached_property
    def _surroundings(self) -> Surroundings:
        """Looked for only when something was heard: most answers hold nothing."""
        year = self._answer.at.year if self._answer.at else None
        return self._lexicon.context.surroundings(self._words, self._answer.speaker, year)

    def _signal(
        self, entry: Entry, parts: Sequence[Match], who: Who, when: When, polarity: Polarity
    ) -> Signal:
        main, *also = (self._span(part) for part in parts)
        return Signal(
            construct=entry.by_when.get(when, entry.construct),
            answer_id=self._answer.answer_id,
            entry=entry.entry_id,
            strength=entry.strength,
            quote=main.quote,
            start=main.start,
            end=main.end,
            also=tuple(also),
            who=who,
            when=when,
            polarity=polarity,
        )

    def _span(self, match: Match) -> Span:
        start, end = self._words.start(match.first), self._words.end(match.past - 1)
        return Span(self._answer.text[start:end], start, end)


def _echo(words: Words, asked: Words) -> tuple[int, int]:
    """The words of the answer that repeat its question, as (first, past the last): the whole of it, between
    the ends of sentences or clauses. A label is repeated only where nothing else is said."""
    long, question = len(asked.words), asked.words
    if not long or (long < _WHOLE_QUESTION and long != len(words.words)):
        return 0, 0
    text, sought = words.words, question[0]
    for first in range(len(text) - long + 1):
        past = first + long
        if (
            text[first] == sought
            and words.breaks[first] >= CLAUSE <= words.breaks[past]
            and text[first:past] == question
        ):
            return first, past
    return 0, 0


def _lies_in(match: Match, first: int, past: int) -> bool:
    return first <= match.first and match.past <= past and match.first < past


def _when(entry: Entry, around: Around) -> When:
    if not entry.by_when:
        # An intent on a condition is an intent: "if she leaves I will".
        conditional = around.when is When.HYPOTHETICAL and family(entry.construct) in _NEVER_SUPPOSED
        return When.FUTURE if conditional else around.when
    # Only acts already done are told apart by time: a weekday named for one lies behind. What lies ahead, or
    # is so at present, says nothing of when it was done.
    if around.weekday:
        return When.RECENT
    return around.when if around.dated and around.when in _DONE else When.UNCLEAR


def _unique(signals: Iterable[Signal]) -> Iterator[Signal]:
    """Each place once, and the same thing said in the same way so often at most: what decides is whether
    it was said, by whom, when and how strongly, and all of that stands in the first ones."""
    seen: set[tuple[str, int | None, int | None, tuple[Span, ...]]] = set()
    said: Counter[tuple[str, Who, When, Polarity]] = Counter()
    for signal in signals:
        place = (signal.construct, signal.start, signal.end, signal.also)
        way = (signal.entry, signal.who, signal.when, signal.polarity)
        if place not in seen and said[way] < _OFTEN_ENOUGH:
            seen.add(place)
            said[way] += 1
            yield signal


def _is_in_another_script(text: str, share: float) -> bool:
    if text.isascii():
        return False
    foreign, letters = foreign_letters(fold(text)[0])
    return foreign > letters * share
