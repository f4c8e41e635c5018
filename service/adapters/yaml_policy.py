"""The urgency policy and the texts for clinicians, from the files that they own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.adapters.durations import duration
from service.adapters.yaml_documents import Documents
from service.domain.checks import CheckPolicy
from service.domain.errors import ConfigurationFaults
from service.domain.follow_up import FollowUpPolicy
from service.domain.habit import HabitPolicy, Mark
from service.domain.heard import ReportPolicy
from service.domain.messages import Messages, Text
from service.domain.policy import Constructs, Policy, Rule, Turn, Weights
from service.domain.signals import GapKind, Strength, When
from service.domain.urgency import Urgency
from service.usecases.switch_paging import SwitchPolicy


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
        turns=tuple(_turn(turn) for turn in raw["turns"]),
    )
    unknown = {turn for rule in policy.rules for turn in rule.turn} - {t.turn_id for t in policy.turns}
    if unknown:
        raise ConfigurationFaults(f"urgency.yaml: there is no turn {turn}" for turn in sorted(unknown))
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
        turn=frozenset(raw.get("turn", ())),
    )


def _turn(raw: Mapping[str, Any]) -> Turn:
    return Turn(
        turn_id=raw["id"],
        score=raw["score"],
        worse=raw["worse"],
        rises_by=raw.get("rises_by"),
        falls_by=raw.get("falls_by"),
        new=Constructs.of(tuple(raw.get("or_new", ()))),
        strength=frozenset(Strength(strength) for strength in raw.get("strength", ())),
        was=raw.get("was_at_least", 0),
        is_now=raw.get("is_now_at_most", 100),
        beside=Constructs.of(tuple(raw.get("with", ()))),
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


def load_follow_up_policy(config: Path) -> FollowUpPolicy:
    """Read `policy/follow_up.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "follow_up.schema.json")
    raw = documents.read(config / "policy" / "follow_up.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return read_follow_up(raw)


def read_follow_up(raw: Mapping[str, Any]) -> FollowUpPolicy:
    """The same, as it stands in the policy or in a site's own file."""
    return FollowUpPolicy(
        left_worse=duration(raw["left_worse"]),
        within={Urgency(name): duration(time) for name, time in raw["within"].items()},
        page_before=duration(raw["page_before"]),
        same_visit=duration(raw["same_visit"]),
    )


def load_habit_policy(config: Path) -> HabitPolicy:
    """Read `policy/habit.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "habit.schema.json")
    raw = documents.read(config / "policy" / "habit.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return HabitPolicy(
        times=raw["times"],
        straight_line=raw["straight_line"],
        longest_alike=raw["longest_alike"],
        expires_after=duration(raw["expires_after"]),
        words={Mark(name): words for name, words in raw["marks"].items()},
    )


def load_report_policy(config: Path) -> ReportPolicy:
    """Read `policy/report.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "report.schema.json")
    raw = documents.read(config / "policy" / "report.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    heard = raw["felt_heard"]
    return ReportPolicy(
        seconds_per_item=raw["seconds_per_item"],
        spoken_words_per_minute=raw["spoken_words_per_minute"],
        longest_hour=duration(raw["longest_hour"]),
        fewest_contacts=raw["fewest_contacts"],
        felt_heard_item=(heard["instrument"], heard["item"]),
        felt_heard_at_least=heard["at_least"],
        seconds_per_text=raw["seconds_per_text"],
        seconds_per_call=raw["seconds_per_call"],
        seconds_per_reply=raw["seconds_per_reply"],
        overrides=frozenset(raw["overrides"]),
    )


def load_switch_policy(config: Path) -> SwitchPolicy:
    """Read `policy/switch.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "switch.schema.json")
    raw = documents.read(config / "policy" / "switch.yaml")
    if raw is None:
        raise ConfigurationFaults(documents.faults)
    return SwitchPolicy(usually=duration(raw["usually"]), longest=duration(raw["longest"]))


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
