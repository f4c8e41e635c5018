"""Letters of a text made plain: capitals, marks, look-alikes, HTML and wrongly decoded signs."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

JOINED_OR_PARTED = "\u200b"
"""Stands in folded text where it is open whether a word goes on: a zero width space, a tag such as <b>."""

_SAME_LENGTH = str.maketrans(
    "\u2018\u2019\u201a\u201b\u02bc\u00b4\u0060\u2032"
    "\u201c\u201d\u201e\u00ab\u00bb\u2033"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    "\u00a0\u2007\u202f\u2028\u2029",
    "'" * 8 + '"' * 6 + "-" * 7 + "   \n\n",
)
_SMALL_CAPITALS = str.maketrans(
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280"
    "\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22\u0131",
    "abcdefghijklmnoprstuvwyzi",  # pragma: allowlist secret
)
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0432\u0433\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u043f\u0440\u0441\u0442\u0443\u0445\u0455"
    "\u0501\u04bb\u051b\u051d\u04cf\u03b1\u03b2\u03b3\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5"
    "\u03c7\u03c9",
    "abreijkmhonpctyxsdhqwlabyenikvoptuxw",
)
_FILLED_LETTERS = (0x1F150, 0x1F170)  # white letters on black discs and squares, which Unicode keeps apart
_LAST_LATIN_LETTER = "\u024f"
_FOREIGN_LETTER = re.compile("[\u0370-\u052f]")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN_LETTER = re.compile("[a-z]")

# What UTF-8 looks like when it was read as Windows-1252: its lead sign, then so many of these.
_GOES_ON = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018\u2019\u201a"
    "\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_ODD = re.compile(
    r"(?P<entity>&(?:amp;){0,3}(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,16}[0-9]{0,2});)"
    r"|(?P<tag></?(?i:(?P<line>br|p|div|li|ul|ol|td|th|tr|table|h[1-6]|hr|blockquote|pre|body)"
    r"|abbr|a|big|b|code|del|em|font|ins|i|mark|small|span|strike|strong|sub|sup|s|tt|u|wbr)"
    r"""(?:\s++[\w:-]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>]++))*+\s*+/?>)"""
    rf"|(?P<recoded>[\u00c2\u00c3]{_GOES_ON}|\u00e2{_GOES_ON}{{2}}|\u00f0{_GOES_ON}{{3}})"
    r"|(?P<unclosed>\u00e2\u20ac)|(?P<lost>(?<=[a-zA-Z])\ufffd{1,3}(?=[a-zA-Z]))|[^\x00-\x7f]"
)


class Folded(NamedTuple):
    """A text as it is read, `plain`, and where its characters came from, unless they are one to one."""

    plain: str
    origins: Sequence[int] | None
    original: str

    def spans(self, found: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
        """Where pieces of the plain text stand in the original."""
        if self.origins is None:
            return found
        # A word ends where the next character begins, so that marks dropped after its last letter stay in it.
        after = [*self.origins, len(self.original)]
        return [(after[start], max(after[end], after[end - 1] + 1)) for start, end in found]

    def cased(self, start: int, end: int) -> str:
        """A piece of the plain text with the capitals it was written with."""
        if self.origins is None:
            return self.original[start:end]
        return "".join(self.original[at] for at in self.origins[start:end])


def fold(text: str) -> Folded:
    """The text in lower case and compatibility-normalised.

    Marks and format characters vanish; curly quotes, dashes and hard spaces become plain; HTML entities and
    wrongly decoded signs become what they stand for; tags that part lines become line breaks, other tags and
    zero width spaces `JOINED_OR_PARTED`; Cyrillic and Greek look-alikes in a Latin word become Latin.
    """
    if text.isascii() and "&" not in text and "<" not in text:
        return Folded(text.replace("`", "'").lower(), None, text)
    pieces: list[str] = []
    origins: list[int] = []
    done = 0
    for odd in _ODD.finditer(text):
        at, past = odd.span()
        pieces.append(text[done:at])
        origins.extend(range(done, at))
        done = past
        piece = _plain(odd)
        pieces.append(piece)
        origins.extend([at] * len(piece))
    pieces.append(text[done:])
    origins.extend(range(done, len(text)))
    return Folded(_latin("".join(pieces).replace("`", "'").lower()), origins, text)


def foreign_letters(folded: str) -> tuple[int, int]:
    """How many letters are of a script other than Latin, and how many letters there are."""
    if folded.isascii():
        return 0, sum(map(str.isalpha, folded))
    letters = [character for character in folded if character.isalpha()]
    return sum(letter > _LAST_LATIN_LETTER for letter in letters), len(letters)


def _plain(odd: re.Match[str]) -> str:
    written = odd[0]
    match odd.lastgroup:
        case None:
            return _folded(written)
        case "tag":
            return "\n" if odd["line"] else JOINED_OR_PARTED
        case "entity":
            meant = html.unescape("&" + written.removeprefix("&").replace("amp;", ""))
        case "recoded":
            meant = _recoded(written)
        case _:
            meant = '"' if odd["unclosed"] else "'"
    return "".join(map(_folded, meant))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    # One character at a time: a cluster of a hundred thousand marks would cost quadratic reordering.
    if character == JOINED_OR_PARTED:
        return character
    plain = character.translate(_SAME_LENGTH)
    if plain.isascii():
        return plain.lower()
    if unicodedata.category(character) == "Cf":
        return ""
    for first in _FILLED_LETTERS:
        if first <= ord(character) < first + 26:
            return chr(ord("a") + ord(character) - first)
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = (
        c for c in unicodedata.normalize("NFKD", decomposed) if unicodedata.category(c) not in {"Mn", "Me"}
    )
    return "".join(kept).translate(_SAME_LENGTH).translate(_SMALL_CAPITALS).lower()


def _recoded(written: str) -> str:
    """Text whose UTF-8 was read as Windows-1252, or as it stands when it was not."""
    octets = b""
    for character in written:
        try:
            octets += character.encode("cp1252")
        except UnicodeEncodeError:  # five of its places are empty, and are read as they are
            octets += bytes([ord(character)])
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return written


def _latin(folded: str) -> str:
    if not _FOREIGN_LETTER.search(folded):
        return folded
    return _LETTERS.sub(_without_look_alikes, folded)


def _without_look_alikes(word: re.Match[str]) -> str:
    mixed = _FOREIGN_LETTER.search(word[0]) and _LATIN_LETTER.search(word[0])
    return word[0].translate(_LOOK_ALIKES) if mixed else word[0]
