"""The report on the golden hour: what first hours were like, by week, and what we cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from zoneinfo import ZoneInfo

from service.domain.heard import Hour, ReportPolicy


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over those of whom it is known, and how many these are; None when nobody is, or too few are."""

    value: float | None
    known_of: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out in a week, and what clinicians did: counts. `to_others`: messages to anybody who is no
    clinician of the site now."""

    texts: int = 0
    calls: int = 0
    others: int = 0
    replies: int = 0
    to_others: int = 0

    def __add__(self, more: Sent) -> Sent:
        return Sent(
            self.texts + more.texts,
            self.calls + more.calls,
            self.others + more.others,
            self.replies + more.replies,
            self.to_others + more.to_others,
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What we cost, in seconds. For the person in contact it is nothing: nothing is asked of them or sent to
    them, and `messages_to_the_person` counts what went to nobody's telephone but a clinician's."""

    seconds_for_the_person: float
    messages_to_the_person: int
    seconds_for_clinicians: float
    sent: Sent


@dataclass(frozen=True, slots=True)
class Week:
    """One week, or all of them (`name` is then "all"). Shares are 0 to 1, scores 0 to 100, times in
    minutes."""

    name: str
    first_contacts: int
    sessions: int
    too_few: bool
    minutes: Mean
    items: Mean
    asked_words: Mean
    told_words: Mean
    form_share: Mean
    felt_heard: Mean
    hope_before: Mean
    hope_after: Mean
    hopelessness_before: Mean
    hopelessness_after: Mean
    left_worse: Mean
    cost: Cost


@dataclass(frozen=True, slots=True)
class Promised:
    """Follow-ups of the site at this moment: due, of these overdue, and settled in the weeks of the
    report."""

    due: int
    overdue: int
    settled: int


@dataclass(frozen=True, slots=True)
class GoldenHour:
    """The report of one site, the earliest week first."""

    site: str
    weeks: tuple[Week, ...]
    whole: Week
    follow_ups: Promised


def week_of(hour: Hour, zone: ZoneInfo) -> str:
    """The ISO week, by the site's own clock, in which an hour began: `2026-W47`."""
    year, week, _ = hour.began.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def golden_hour(
    site: str,
    hours: Mapping[str, Sequence[Hour]],
    contacts: Mapping[str, int],
    sent: Mapping[str, Sent],
    follow_ups: Promised,
    policy: ReportPolicy,
) -> GoldenHour:
    """Put the report together from what is known of each week. Nobody's name or words are in any of it."""
    names = sorted({*hours, *contacts, *sent})
    weeks = tuple(
        _week(name, hours.get(name, ()), contacts.get(name, 0), sent.get(name, Sent()), policy)
        for name in names
    )
    everything = sum(sent.values(), Sent())
    whole = _week(
        "all", [h for name in names for h in hours.get(name, ())], sum(contacts.values()), everything, policy
    )
    return GoldenHour(site, weeks, whole, follow_ups)


def _week(name: str, hours: Sequence[Hour], contacts: int, sent: Sent, policy: ReportPolicy) -> Week:
    too_few = len(hours) < policy.fewest_contacts

    def mean(of: Callable[[Hour], float | None]) -> Mean:
        return _mean((of(hour) for hour in hours), policy.fewest_contacts)

    return Week(
        name=name,
        first_contacts=contacts,
        sessions=len(hours),
        too_few=too_few,
        minutes=mean(lambda hour: hour.minutes),
        items=mean(lambda hour: hour.items),
        asked_words=mean(lambda hour: hour.asked_words),
        told_words=mean(lambda hour: hour.told_words),
        form_share=mean(lambda hour: hour.form_share),
        felt_heard=mean(lambda hour: hour.felt_heard),
        hope_before=mean(lambda hour: hour.hope_before),
        hope_after=mean(lambda hour: hour.hope_after),
        hopelessness_before=mean(lambda hour: hour.hopelessness_before),
        hopelessness_after=mean(lambda hour: hour.hopelessness_after),
        left_worse=mean(lambda hour: hour.left_worse),
        cost=_cost(sent, policy),
    )


def _mean(values: Iterable[float | None], fewest: int) -> Mean:
    known = [float(value) for value in values if value is not None]
    return Mean(round(fmean(known), 3) if len(known) >= fewest else None, len(known))


def _cost(sent: Sent, policy: ReportPolicy) -> Cost:
    seconds = (
        sent.texts * policy.seconds_per_text
        + sent.calls * policy.seconds_per_call
        + sent.others * policy.seconds_per_text
        + sent.replies * policy.seconds_per_reply
    )
    asked_of_the_person = sent.to_others * policy.seconds_per_text
    return Cost(asked_of_the_person, sent.to_others, round(seconds, 1), sent)
