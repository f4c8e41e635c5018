"""The urgency policy and the texts for clinicians, from the files that they own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.adapters.durations import duration
from service.adapters.yaml_documents import Documents
from service.domain.checks import CheckPolicy
from service.domain.errors import ConfigurationFaults
from service.domain.messages import Messages, Text
from service.domain.policy import Constructs, Policy, Rule, Weights
from service.domain.signals import GapKind, Strength, When
from service.domain.urgency import Urgency


def load_policy(config: Path) -> Policy:
    """Read `policy/urgency.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "urgency.schema.json")
    raw = documents.read(config / "policy" / "urgency.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    scores = raw["scores"]
    policy = Policy(
        rules=tuple(_rule(rule) for rule in raw["rules"]),
        respond_within_minutes={Urgency(k): v for k, v in raw["respond_within_minutes"].items()},
        strengths={Strength(name): share for name, share in scores["strength"].items()},
        hopelessness=_weights(scores["hopelessness"]),
        suicidality=_weights(scores["suicidality"]),
        hope=_weights(scores["hope"]),
    )
    ids = [rule.rule_id for rule in policy.rules]
    twice = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if twice:
        raise ConfigurationFaults(f"urgency.yaml: the rule {rule_id} stands twice" for rule_id in twice)
    return policy


def _rule(raw: Mapping[str, Any]) -> Rule:
    return Rule(
        rule_id=raw["id"],
        urgency=Urgency(raw["urgency"]),
        reason=raw["reason"],
        any_of=Constructs.of(tuple(raw.get("any_of", ()))),
        of_others=raw.get("of_others", False),
        when=frozenset(When(when) for when in raw.get("when", ())),
        strength=frozenset(Strength(strength) for strength in raw.get("strength", ())),
        beside=Constructs.of(tuple(raw.get("with", ()))),
        distinct_of=Constructs.of(tuple(raw.get("distinct_of", ()))),
        at_least=raw.get("at_least", 0),
        instrument=frozenset(raw.get("instrument", ())),
        gap=frozenset(GapKind(kind) for kind in raw.get("gap", ())),
    )


def _weights(raw: Mapping[str, float]) -> Weights:
    return Weights(
        exact={name: weight for name, weight in raw.items() if not name.endswith(".*")},
        families={name[:-2]: weight for name, weight in raw.items() if name.endswith(".*")},
    )


def load_messages(config: Path) -> Messages:
    """Read `policy/messages.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "messages.schema.json")
    raw = documents.read(config / "policy" / "messages.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return Messages({Text(name): text for name, text in raw.items()})


def load_dispositions(config: Path) -> tuple[str, ...]:
    """What a case may be closed with, from `policy/dispositions.yaml`."""
    documents = Documents(config / "schema" / "dispositions.schema.json")
    raw = documents.read(config / "policy" / "dispositions.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return tuple(raw)


def load_check_policy(config: Path) -> CheckPolicy:
    """Read `policy/checks.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "checks.schema.json")
    raw = documents.read(config / "policy" / "checks.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return CheckPolicy(
        lasts=duration(raw["lasts"]),
        attempts=raw["attempts"],
        at_most_every=duration(raw["at_most_every"]),
        again_after=duration(raw["again_after"]),
    )
