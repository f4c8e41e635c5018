"""How strongly hopelessness, thoughts of suicide and hope were said: 0 to 100, for order and measurement."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.policy import Policy, Weights
from service.domain.signals import Polarity, Signal, Who


@dataclass(frozen=True, slots=True)
class Scores:
    """How strongly each was said, 0 to 100. Not a probability and not a level."""

    hopelessness: int
    suicidality: int
    hope: int


def scores(policy: Policy, signals: Iterable[Signal]) -> Scores:
    """The scores of some signals, by the policy's weights."""
    signals = tuple(signals)
    counting = [signal for signal in signals if signal.counts]
    protective = [
        s for s in signals if s.protective and s.polarity is Polarity.AFFIRMED and s.who is Who.SELF
    ]
    return Scores(
        hopelessness=_score(policy, policy.hopelessness, counting),
        suicidality=_score(policy, policy.suicidality, counting),
        hope=_score(policy, policy.hope, protective),
    )


def _score(policy: Policy, weights: Weights, signals: Iterable[Signal]) -> int:
    """Noisy-or over distinct constructs, each at the strongest it was said: more said is never less."""
    parts: dict[str, float] = {}
    for signal in signals:
        part = weights.of(signal.construct) * policy.strengths[signal.strength]
        parts[signal.construct] = max(part, parts.get(signal.construct, 0.0))
    silence = math.prod(1.0 - part for _, part in sorted(parts.items()))
    return round(100 * (1.0 - silence))
