"""Every entry of the lexicon raises what its samples say, and nothing that they exclude."""

from __future__ import annotations

import json

import pytest

from service.domain.answers import Speaker
from service.domain.entry import FALSE_FRIEND, THEME, Entry
from service.domain.signals import Signal
from tests.domain.english import ROOT, lexicon, read

ENTRIES = [entry for entry in lexicon().entries if entry.construct not in {FALSE_FRIEND, THEME}]
THEMES = [entry for entry in lexicon().entries if entry.construct == THEME]
FRIENDS = [entry for entry in lexicon().entries if entry.construct == FALSE_FRIEND]
SCHEMA = ROOT.parent.parent / "schema" / "lexicon-entry.schema.json"


def pairs(entries: list[Entry], kind: str) -> list[tuple[Entry, str]]:
    return [(entry, sample) for entry in entries for sample in getattr(entry, kind)]


def named(value: Entry | str) -> str:
    return value.entry_id if isinstance(value, Entry) else value[:40]


def raised(entry: Entry, sample: str, speaker: Speaker) -> list[Signal]:
    return [
        signal
        for signal in read(sample, speaker=speaker).signals
        if signal.entry == entry.entry_id
        and signal.polarity == "affirmed"
        and (signal.counts or signal.protective or signal.only_shown)
    ]


def matched(entry: Entry, sample: str) -> bool:
    words = lexicon().tokenizer.words(sample)
    return any(lexicon().entries[match.owner] is entry for match in lexicon().automaton.matches(words))


@pytest.mark.parametrize(("entry", "sample"), pairs(ENTRIES, "must_match"), ids=named)
def test_a_sample_raises_its_entry(entry: Entry, sample: str) -> None:
    # A sample in the third person is a relative's.
    heard = raised(entry, sample, Speaker.CLIENT) or raised(entry, sample, Speaker.COLLATERAL)
    assert heard
    families = {signal.construct.partition(".")[0] for signal in heard}
    assert families <= {entry.construct.partition(".")[0], *entry.by_when.values()}


@pytest.mark.parametrize(("entry", "sample"), pairs(ENTRIES, "must_not_match"), ids=named)
def test_a_sample_that_excludes_its_entry_does_not_raise_it(entry: Entry, sample: str) -> None:
    assert not raised(entry, sample, Speaker.CLIENT)


@pytest.mark.parametrize(("entry", "sample"), pairs(FRIENDS, "must_match"), ids=named)
def test_a_false_friend_silences_what_it_covers(entry: Entry, sample: str) -> None:
    assert matched(entry, sample)
    assert not [s for s in read(sample).signals if s.counts and entry.silenced(s.construct)]


@pytest.mark.parametrize(("entry", "sample"), pairs(FRIENDS, "must_not_match"), ids=named)
def test_a_false_friend_leaves_the_real_thing_standing(entry: Entry, sample: str) -> None:
    assert [s for s in read(sample).signals if s.counts and entry.silenced(s.construct)]


@pytest.mark.parametrize(("entry", "sample"), pairs(THEMES, "must_match"), ids=named)
def test_a_sample_holds_its_theme(entry: Entry, sample: str) -> None:
    assert matched(entry, sample)


@pytest.mark.parametrize(("entry", "sample"), pairs(THEMES, "must_not_match"), ids=named)
def test_a_sample_without_a_theme_does_not_hold_it(entry: Entry, sample: str) -> None:
    assert not matched(entry, sample)


def test_every_theme_is_used() -> None:
    asked = {
        name for entry in lexicon().entries for parts in entry.together for part in parts for name in part
    }
    asked |= {name for entry in lexicon().entries for name in entry.unless}
    assert {entry.name for entry in THEMES} <= asked


def test_every_construct_has_an_entry() -> None:
    constructs = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]["construct"]["enum"]
    assert {entry.construct for entry in lexicon().entries} == set(constructs)


def test_what_a_false_friend_silences_exists() -> None:
    constructs = {THEME, *(entry.construct for entry in ENTRIES)}
    families = {f"{construct.partition('.')[0]}.*" for construct in constructs}
    assert {name for entry in FRIENDS for name in entry.silences} <= constructs | families
