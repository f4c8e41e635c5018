"""The lexicon of one language, from the files that clinicians own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from service.adapters.yaml_documents import Documents
from service.domain.automaton import Automaton
from service.domain.context import Context
from service.domain.cues import Cue
from service.domain.entry import THEME, About, Entry, Negation, Status
from service.domain.errors import ConfigurationFaults
from service.domain.language import Strangers
from service.domain.lexicon import Lexicon
from service.domain.patterns import Grammar, Pattern, PatternFault
from service.domain.signals import Strength, When
from service.domain.text import Tokenizer
from service.domain.together import Combinations
from service.domain.vicinity import Roles
from service.domain.writing import Writing


def load_lexicon(language_root: Path) -> Lexicon:
    """Read `config/lexicon/<language>`, or raise `ConfigurationFaults` naming every fault of every file.

    The schemas are expected in `schema/`, two folders above.
    """
    schemas = language_root.parent.parent / "schema"
    words = _one(schemas / "lexicon-classes.schema.json", language_root / "classes.yaml")
    cues = _one(schemas / "lexicon-context.schema.json", language_root / "context.yaml")
    documents = Documents(schemas / "lexicon-entry.schema.json")
    entries = list(_entries(language_root, documents))
    faults = [*words.faults, *cues.faults, *documents.faults]
    if not entries:
        faults.append(f"{language_root.name}: there is no entry that can be read")
    if words.found is None or cues.found is None or not entries:
        raise ConfigurationFaults(faults)
    compiler = _Compiler(words.found, cues.found)
    automaton, context = compiler.automaton(entries), compiler.context()
    faults += [*compiler.faults, *_unknown_themes(entries)]
    if faults:
        raise ConfigurationFaults(faults)
    known = automaton.vocabulary | context.automaton.vocabulary
    return Lexicon(
        entries=tuple(entries),
        tokenizer=Tokenizer(compiler.spellings, known, _writing(words.found, language_root)),
        automaton=automaton,
        combinations=Combinations(entries, cues.found["neighbours"], context.roles.finite),
        context=context,
        strangers=_strangers(language_root.name, known, cues.found["languages"]),
        script_share=cues.found["languages"]["script_share"],
    )


class _One:
    def __init__(self, found: Any, faults: list[str]) -> None:
        self.found = found
        self.faults = faults


def _one(schema: Path, path: Path) -> _One:
    documents = Documents(schema)
    return _One(documents.read(path), documents.faults)


def _entries(root: Path, documents: Documents) -> Iterator[Entry]:
    for path in sorted(root.glob("*/*.yaml")):
        raw = documents.read(path)
        if raw is None:
            continue
        expected = f"{path.parent.name}.{path.stem}"
        if raw["construct"] != path.parent.name or raw["id"] != expected:
            documents.faults.append(
                f"{path.parent.name}/{path.name}: its folder and name ask for id {expected}"
            )
            continue
        yield _entry(raw)


def _entry(raw: Mapping[str, Any]) -> Entry:
    return Entry(
        entry_id=raw["id"],
        construct=raw["construct"],
        status=Status(raw["status"]),
        meaning=raw["meaning"],
        source=raw["source"],
        patterns=tuple(raw.get("patterns", ())),
        must_match=tuple(raw["must_match"]),
        must_not_match=tuple(raw["must_not_match"]),
        strength=Strength(raw.get("strength", Strength.CLEAR)),
        negation=Negation(raw.get("negation", Negation.AROUND)),
        about=About(raw.get("about", About.SPOKEN)),
        by_when={When(when): construct for when, construct in raw.get("by_when", {}).items()},
        silences=frozenset(raw.get("silences", ())),
        together=tuple(tuple(map(_part, parts)) for parts in raw.get("together", ())),
        unless=frozenset(raw.get("unless", ())),
        sentences=raw.get("sentences", 2),
        when=When(raw["when"]) if "when" in raw else None,
    )


def _part(raw: str | list[str]) -> frozenset[str]:
    return frozenset([raw] if isinstance(raw, str) else raw)


def _unknown_themes(entries: Iterable[Entry]) -> Iterator[str]:
    entries = list(entries)
    themes = {entry.name for entry in entries if entry.construct == THEME}
    for entry in entries:
        asked = {*entry.unless, *(name for parts in entry.together for part in parts for name in part)}
        yield from (f"{entry.entry_id}: there is no theme {name}" for name in sorted(asked - themes))


def _writing(raw: Mapping[str, Any], root: Path) -> Writing:
    ordinary = root / "ordinary_words.txt"
    lines = ordinary.read_text(encoding="utf-8").splitlines() if ordinary.exists() else []
    return Writing(
        mend=raw.get("mend", ()),
        ordinary=frozenset(line for line in lines if not line.startswith("#")),
        laughter=frozenset(raw.get("laughter", ())),
        abbreviations=frozenset(raw.get("abbreviations", ())),
        leads_on=frozenset(raw.get("leads_on", ())),
        durations=raw.get("durations", {}),
        dating=frozenset(raw.get("dating", ())),
    )


def _strangers(language: str, known: Collection[str], raw: Mapping[str, Any]) -> Strangers:
    return Strangers(
        language,
        known={*known, *raw["function_words"]},
        shared=raw["shared_words"],
        foreign=raw["foreign_words"],
        endings=raw["endings"],
    )


class _Compiler:
    """Turns what the files say into automata, and gathers the faults of patterns on the way."""

    def __init__(self, words: Mapping[str, Any], cues: Mapping[str, Any]) -> None:
        self.faults: list[str] = []
        self._cues = cues
        self.spellings = {
            written.replace("\u2019", "'").replace("\ufe0f", ""): tuple(meant.split())
            for meant, spellings in words["spellings"].items()
            for written in spellings
        }
        self._grammar = Grammar(words["classes"], Tokenizer(self.spellings, ()).spell)
        for name in words["classes"]:
            self._checked("classes.yaml", lambda name=name: self._grammar.named(name))

    def automaton(self, entries: list[Entry]) -> Automaton:
        return Automaton(
            (owner, pattern)
            for owner, entry in enumerate(entries)
            for pattern in self._patterns(entry.entry_id, entry.patterns)
        )

    def context(self) -> Context:
        cues = {
            Cue(name): list(self._patterns(f"context.yaml: {name}", sources))
            for name, sources in self._cues["cues"].items()
        }
        lists = {name: frozenset(words) for name, words in self._cues.get("roles", {}).items()}
        roles = Roles(subjects=frozenset(self._cues["subjects"]), **lists)
        return Context.of(cues, self._cues["reach"], self._cues["window"], roles)

    def _patterns(self, place: str, sources: Iterable[str]) -> Iterator[Pattern]:
        for source in sources:
            pattern = self._checked(place, lambda source=source: self._grammar.pattern(source))
            if pattern is not None:
                yield pattern

    def _checked(self, place: str, read: Any) -> Any:
        try:
            return read()
        except PatternFault as fault:
            self.faults.append(f"{place}: {fault}")
            return None
