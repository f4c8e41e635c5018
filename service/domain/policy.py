"""What raises to which urgency, as the policy file states it. Rules add; none subtracts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.signals import GapKind, Signal, Strength, When, family
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Constructs:
    """A set of constructs; a name that ends in `.*` stands for its whole family."""

    exact: frozenset[str]
    families: frozenset[str]

    @staticmethod
    def of(names: tuple[str, ...]) -> Constructs:
        """Read names as the policy file writes them."""
        return Constructs(
            frozenset(name for name in names if not name.endswith(".*")),
            frozenset(name[:-2] for name in names if name.endswith(".*")),
        )

    def meet(self, heard: Constructs) -> bool:
        """Whether any of these was heard; `heard` names each construct and its family."""
        return not (self.exact.isdisjoint(heard.exact) and self.families.isdisjoint(heard.families))

    def __contains__(self, construct: str) -> bool:
        return construct in self.exact or family(construct) in self.families

    def __bool__(self) -> bool:
        return bool(self.exact or self.families)


NO_CONSTRUCTS = Constructs(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Heard:
    """The signals that rules look at: those that count, and those that are affirmed of somebody else; and the
    constructs of each."""

    counting: tuple[Signal, ...]
    of_others: tuple[Signal, ...]
    counting_constructs: Constructs
    others_constructs: Constructs

    @staticmethod
    def of(signals: Iterable[Signal]) -> Heard:
        """Sort the signals of one contact, in their order."""
        signals = tuple(signals)
        counting = tuple(s for s in signals if s.counts)
        of_others = tuple(s for s in signals if s.of_another)
        return Heard(counting, of_others, _constructs(counting), _constructs(of_others))


def _constructs(signals: Iterable[Signal]) -> Constructs:
    exact = frozenset(signal.construct for signal in signals)
    return Constructs(exact, frozenset(map(family, exact)))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: when each stated part holds, this urgency is due for this reason.

    `of_others`: `any_of` is looked for in what was said of somebody else instead of the person in contact.
    """

    rule_id: str
    urgency: Urgency
    reason: str
    any_of: Constructs = NO_CONSTRUCTS
    of_others: bool = False
    when: frozenset[When] = frozenset()
    strength: frozenset[Strength] = frozenset()
    beside: Constructs = NO_CONSTRUCTS
    distinct_of: Constructs = NO_CONSTRUCTS
    at_least: int = 0
    instrument: frozenset[str] = frozenset()
    gap: frozenset[GapKind] = frozenset()
    turn: frozenset[str] = frozenset()

    def holds(
        self, heard: Heard, fired: frozenset[str], gaps: frozenset[GapKind], turns: frozenset[str]
    ) -> bool:
        """Whether every part that the rule states is met by what was heard."""
        return (
            (not self.any_of or self._is_heard(heard))
            and (not self.beside or self.beside.meet(heard.counting_constructs))
            and (not self.at_least or self._distinct(heard) >= self.at_least)
            and (not self.instrument or bool(self.instrument & fired))
            and (not self.gap or bool(self.gap & gaps))
            and (not self.turn or bool(self.turn & turns))
        )

    def _is_heard(self, heard: Heard) -> bool:
        if self.of_others:
            constructs, signals = heard.others_constructs, heard.of_others
        else:
            constructs, signals = heard.counting_constructs, heard.counting
        return self.any_of.meet(constructs) and any(map(self._matches, signals))

    def evidence(self, heard: Heard) -> tuple[Signal, ...]:
        """The signals that a rule which holds rests on, each once."""
        looked_at = heard.of_others if self.of_others else heard.counting
        beside = (s for s in heard.counting if s.construct in self.beside or s.construct in self.distinct_of)
        return tuple(dict.fromkeys((*filter(self._matches, looked_at), *beside)))

    def _distinct(self, heard: Heard) -> int:
        return sum(construct in self.distinct_of for construct in heard.counting_constructs.exact)

    def _matches(self, signal: Signal) -> bool:
        return (
            signal.construct in self.any_of
            and (not self.when or signal.when in self.when)
            and (not self.strength or signal.strength in self.strength)
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """A change that matters: what is said after a session, held against what was said from the last such time
    on.

    One of these makes it: `score` rises or falls by so much; or one of the constructs `new` is voiced with
    one of these strengths and was not voiced before. And each of these that is stated must hold: the score
    `was` at least so much and `is_now` at most so much, and one of `beside` was affirmed, too. `worse`: the
    person left worse than they came.
    """

    turn_id: str
    score: str
    worse: bool
    rises_by: int | None = None
    falls_by: int | None = None
    new: Constructs = NO_CONSTRUCTS
    strength: frozenset[Strength] = frozenset()
    was: int = 0
    is_now: int = 100
    beside: Constructs = NO_CONSTRUCTS


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each construct adds to one score, between 0 and 1."""

    exact: Mapping[str, float]
    families: Mapping[str, float]

    def of(self, construct: str) -> float:
        """The weight of a construct; its own before its family's; 0 when the score ignores it."""
        return self.exact.get(construct, self.families.get(family(construct), 0.0))


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules, the turns that matter, response times in minutes, and the weights of the three scores."""

    rules: tuple[Rule, ...]
    respond_within_minutes: Mapping[Urgency, int]
    strengths: Mapping[Strength, float]
    hopelessness: Weights
    suicidality: Weights
    hope: Weights
    turns: tuple[Turn, ...] = ()
