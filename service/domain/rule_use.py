"""What became of the cases that each rule of the policy raised: a rule that only tires people is to be
seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.policy import Rule
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: the rules that held when it was opened or last rose, at which urgency, and what came of it.

    `waited`: seconds from its first page until somebody took it; None when nobody was paged or nobody took
    it.
    """

    held: tuple[str, ...]
    urgency: Urgency
    disposition: str | None
    is_closed: bool
    was_taken: bool
    waited: float | None


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule. `held` in so many cases, and `decided` their urgency in so many; of those, how many were
    closed, and how many `overridden`: a human read them and found that they were about nothing. Times are in
    seconds.

    `too_few`: no share is shown, for it would be chance.
    """

    rule_id: str
    urgency: Urgency
    reason: str
    held: int
    decided: int
    closed: int
    overridden: int
    override_share: float | None
    closed_untaken: int
    median_wait: float | None
    p90_wait: float | None
    too_few: bool


def rule_uses(
    rules: Iterable[Rule], outcomes: Sequence[Outcome], overrides: frozenset[str], fewest: int
) -> tuple[RuleUse, ...]:
    """Every rule of the policy, also one that never held; what is overridden most comes first."""
    uses = [_use(rule, outcomes, overrides, fewest) for rule in rules]
    return tuple(sorted(uses, key=lambda use: (-(use.override_share or 0), -use.decided, use.rule_id)))


def _use(rule: Rule, outcomes: Sequence[Outcome], overrides: frozenset[str], fewest: int) -> RuleUse:
    held = [outcome for outcome in outcomes if rule.rule_id in outcome.held]
    decided = [outcome for outcome in held if outcome.urgency is rule.urgency]
    closed = [outcome for outcome in decided if outcome.is_closed]
    overridden = sum(outcome.disposition in overrides for outcome in closed)
    waits = sorted(outcome.waited for outcome in decided if outcome.waited is not None)
    too_few = len(closed) < fewest
    return RuleUse(
        rule_id=rule.rule_id,
        urgency=rule.urgency,
        reason=rule.reason,
        held=len(held),
        decided=len(decided),
        closed=len(closed),
        overridden=overridden,
        override_share=None if too_few else round(overridden / len(closed), 3),
        closed_untaken=sum(not outcome.was_taken for outcome in closed),
        median_wait=_rank(waits, 0.5),
        p90_wait=_rank(waits, 0.9),
        too_few=too_few,
    )


def _rank(ordered: Sequence[float], share: float) -> float | None:
    """The nearest rank: a wait that somebody really had."""
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else None
