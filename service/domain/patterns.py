"""The pattern language of the lexicon: from what clinicians write to what the automaton follows.

The language is described in docs/reference/pattern-language.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDEST_GAP = 8
"""A gap of more words would join things that nobody said together."""

Spell = Callable[[str], tuple[str, ...]]


class PatternFault(ValueError):
    """A pattern cannot be read. The message says why, without the file it stands in."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, exactly."""

    word: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins so."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Between so many words, whichever they are."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Sequenced:
    """One part after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ClauseEnd:
    """No word: a clause, or more, ends here."""


Part = Word | Prefix | Gap | Sequenced | Choice | ClauseEnd
NOTHING = Sequenced(())


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read. `opens`: only where a clause begins."""

    body: Part
    opens: bool


class Grammar:
    """Reads patterns; knows the classes and how words are spelled. Classes may use classes."""

    def __init__(self, classes: Mapping[str, Sequence[str]], spell: Spell) -> None:
        self._classes = classes
        self._spell = spell
        self._read: dict[str, Part] = {}
        self._reading: list[str] = []

    def pattern(self, source: str) -> Pattern:
        """Read one pattern, or raise `PatternFault`."""
        text = source.strip()
        opens = text.startswith("^")
        body = _Parser(text.removeprefix("^"), self._spell, self.named).whole()
        if _may_be_empty(body):
            raise PatternFault(f"`{source}` matches nothing at all")
        if isinstance(body, Sequenced) and any(isinstance(body.parts[end], Gap) for end in (0, -1)):
            raise PatternFault(f"`{source}` begins or ends with a gap")
        if not _ends_last(body):
            raise PatternFault(f"`{source}` goes on after `$`")
        return Pattern(body, opens)

    def named(self, name: str) -> Part:
        """What `{name}` stands for, or raise `PatternFault`."""
        if name in self._read:
            return self._read[name]
        if name not in self._classes:
            raise PatternFault(f"there is no class {{{name}}}")
        if name in self._reading:
            raise PatternFault(f"the class {{{name}}} is defined by itself")
        self._reading.append(name)
        try:
            parts = [_Parser(text, self._spell, self.named).whole() for text in self._classes[name]]
        finally:
            self._reading.pop()
        self._read[name] = Choice(tuple(parts))
        return self._read[name]


_PIECE = re.compile(
    r"\{(?P<name>[a-z_]+)\}|<(?P<least>\d+)-(?P<most>\d+)>|(?P<mark>[()\[\]|$])"
    r"|(?P<word>[a-z0-9][a-z0-9']*)(?P<star>\*)?|(?P<blank>[\s-]+)"
)


class _Parser:
    def __init__(self, source: str, spell: Spell, named: Callable[[str], Part]) -> None:
        self._source = source
        self._spell = spell
        self._named = named
        self._pieces = list(self._cut())
        self._at = 0

    def _cut(self) -> Iterator[re.Match[str]]:
        at = 0
        while at < len(self._source):
            piece = _PIECE.match(self._source, at)
            if piece is None:
                raise PatternFault(f"`{self._source}` holds `{self._source[at]}`, which means nothing there")
            at = piece.end()
            if not piece["blank"]:
                yield piece

    def whole(self) -> Part:
        part = self._choice()
        if self._at < len(self._pieces):
            raise PatternFault(f"`{self._source}` closes what it never opened")
        return part

    def _mark(self) -> str:
        return (self._pieces[self._at]["mark"] or "") if self._at < len(self._pieces) else ")"

    def _choice(self) -> Part:
        parts = [self._sequence()]
        while self._at < len(self._pieces) and self._mark() == "|":
            self._at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._at < len(self._pieces) and self._mark() not in {"|", ")", "]"}:
            parts += self._parts()
        return parts[0] if len(parts) == 1 else Sequenced(tuple(parts))

    def _parts(self) -> Sequence[Part]:
        piece = self._pieces[self._at]
        self._at += 1
        if piece["mark"]:
            return (self._enclosed(piece["mark"]),)
        if piece["name"]:
            return (self._named(piece["name"]),)
        if piece["least"]:
            return (self._gap(int(piece["least"]), int(piece["most"])),)
        if piece["star"]:
            return (Prefix(piece["word"]),)
        return tuple(Word(word) for word in self._spell(piece["word"]))

    def _enclosed(self, mark: str) -> Part:
        if mark == "$":
            return ClauseEnd()
        closing = {"(": ")", "[": "]"}[mark]
        inside = self._choice()
        if self._at >= len(self._pieces) or self._mark() != closing:
            raise PatternFault(f"`{self._source}` opens `{mark}` and does not close it")
        self._at += 1
        return Choice((inside, NOTHING)) if mark == "[" else inside

    def _gap(self, least: int, most: int) -> Gap:
        if not least <= most <= WIDEST_GAP or not most:
            raise PatternFault(f"`{self._source}` has a gap that is not between 0 and {WIDEST_GAP} words")
        return Gap(least, most)


def _may_be_empty(part: Part) -> bool:
    if isinstance(part, Sequenced):
        return all(_may_be_empty(each) for each in part.parts)
    if isinstance(part, Choice):
        return any(_may_be_empty(each) for each in part.parts)
    return isinstance(part, ClauseEnd) or (isinstance(part, Gap) and part.least == 0)


def _ends_last(part: Part) -> bool:
    """Whether nothing stands after a `$`."""
    if isinstance(part, Sequenced):
        return not any(_holds_end(each) for each in part.parts[:-1]) and all(map(_ends_last, part.parts[-1:]))
    return not isinstance(part, Choice) or all(_ends_last(each) for each in part.parts)


def _holds_end(part: Part) -> bool:
    if isinstance(part, Sequenced | Choice):
        return any(_holds_end(each) for each in part.parts)
    return isinstance(part, ClauseEnd)
