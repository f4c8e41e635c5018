"""Prometheus metrics: what is counted in the ledger, the same from every process, and what the API counts
itself.

What the ledger says is true of the whole service, so one of several APIs is enough, and the greatest of what
they say is it. What an API counts itself is its own, and is added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.usecases.ports import Bell, Off, Overview, Spread
from service.usecases.read_rosters import RosterPulse
from service.usecases.read_trail import TrailPulse
from service.web.wiring import Wiring, wiring

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """All metrics, as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(lambda: _collected(wiring())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Collected:
    """What the library takes for a collector."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self.collect = collect


def _collected(service: Wiring) -> Iterator[Metric]:
    yield from service.tallies.collect()
    yield from _of_doorbell(service.doorbell())
    try:
        ledger = [*_of_ledger(service)]
    except Exception:  # noqa: BLE001 - as for readiness: whatever is missing, say so and stay up
        yield _gauge("goldenhour_ledger_up", "Whether the database answers.", 0)
        return
    yield _gauge("goldenhour_ledger_up", "Whether the database answers.", 1)
    yield from ledger


def _of_doorbell(bell: Bell | None) -> Iterator[Metric]:
    yield _gauge("goldenhour_doorbell_up", "Whether Redis answers.", bell is not None)
    if bell is not None:
        yield _gauge("goldenhour_queue_depth", "Pages that no worker has looked at yet.", bell.waiting)
        yield _gauge("goldenhour_workers", "Workers that answer the doorbell.", bell.workers)


def _of_ledger(service: Wiring) -> Iterator[Metric]:
    overview = service.watch.overview()
    yield from _of_sweeps(overview)
    yield from _of_cases(overview)
    yield from _of_pages(overview)
    yield from _of_switches(service.sites, service.switch.standings())
    yield from _of_rosters(service.rosters.pulses())
    yield from _of_trail(service.trail.pulse())


def _of_sweeps(overview: Overview) -> Iterator[Metric]:
    if overview.sweep_age is not None:
        yield _gauge("goldenhour_sweep_age_seconds", "Since the last completed sweep.", overview.sweep_age)
    yield _gauge("goldenhour_sweepers", "Sweepers that completed a sweep lately.", overview.sweepers)
    yield _gauge("goldenhour_overdue_cases", "Cases whose next action is overdue.", overview.overdue)
    yield _gauge(
        "goldenhour_oldest_overdue_seconds", "How long the oldest is overdue.", overview.oldest_overdue
    )
    yield _gauge(
        "goldenhour_overdue_pages", "Pages that are due and in nobody's hands.", overview.overdue_pages
    )
    yield _gauge(
        "goldenhour_oldest_overdue_page_seconds",
        "How long the oldest is due.",
        overview.oldest_overdue_page,
    )


def _of_cases(overview: Overview) -> Iterator[Metric]:
    yield _gauge("goldenhour_first_contacts", "First contacts stored.", overview.contacts)
    yield _gauge("goldenhour_alarms", "Cases that need somebody at once.", overview.alarms)
    cases = GaugeMetricFamily("goldenhour_cases", "Cases that are not closed.", labels=["urgency", "state"])
    for (urgency, state), count in sorted(overview.cases.items()):
        cases.add_metric([urgency, state], count)
    yield cases
    late = GaugeMetricFamily(
        "goldenhour_late_cases", "Open cases whose time to respond is over.", labels=["urgency"]
    )
    for urgency, count in sorted(overview.late.items()):
        late.add_metric([urgency], count)
    yield late
    age = _spread("goldenhour_open_case_age_seconds", "Since when cases that nobody has taken are open.")
    _add(age, [], overview.open_for)
    yield age
    taken = _spread(
        "goldenhour_acknowledged_in_seconds", "From the commit until a clinician took it.", ["urgency"]
    )
    for urgency, spread in sorted(overview.acknowledged_in.items()):
        _add(taken, [urgency], spread)
    yield taken
    yield _gauge("goldenhour_follow_ups", "Follow-ups that are due.", overview.follow_ups)
    yield _gauge("goldenhour_late_follow_ups", "Those whose time is over.", overview.late_follow_ups)


def _of_pages(overview: Overview) -> Iterator[Metric]:
    paged = _spread("goldenhour_paged_in_seconds", "From the commit until a carrier was first asked.")
    _add(paged, [], overview.paged_in)
    yield paged
    pages = GaugeMetricFamily(
        "goldenhour_pages", "Messages of the last day.", labels=["kind", "channel", "state"]
    )
    for (kind, channel, page_state), count in sorted(overview.pages.items()):
        pages.add_metric([kind, channel, page_state], count)
    yield pages
    troubles = GaugeMetricFamily(
        "goldenhour_carrier_errors", "What carriers failed at in the last hour.", labels=["channel"]
    )
    for channel, count in sorted(overview.troubles.items()):
        troubles.add_metric([channel], count)
    yield troubles


def _of_switches(sites: Iterable[str], off: Iterable[Off]) -> Iterator[Metric]:
    paging = GaugeMetricFamily("goldenhour_paging_off", "Whether nobody is paged at a site.", labels=["site"])
    switched = {each.site for each in off}
    for site in sorted(sites):
        paging.add_metric([site], site in switched)
    yield paging


def _of_rosters(rosters: Iterable[RosterPulse]) -> Iterator[Metric]:
    labels = ["site", "roster"]
    on_call = GaugeMetricFamily("goldenhour_on_call", "How many are on call now.", labels=[*labels, "gaps"])
    age = GaugeMetricFamily(
        "goldenhour_calendar_age_seconds", "Since a calendar was last read.", labels=labels
    )
    for roster in rosters:
        gaps = "accepted" if roster.gaps_accepted else "unwanted"
        on_call.add_metric([roster.site, roster.roster, gaps], roster.on_call)
        if roster.calendar_age is not None:
            age.add_metric([roster.site, roster.roster], roster.calendar_age)
    yield on_call
    yield age


def _of_trail(pulse: TrailPulse) -> Iterator[Metric]:
    """The heads as numbers, so that a monitoring system keeps them where nobody here can change them."""
    entries = GaugeMetricFamily("goldenhour_audit_entries", "Sealed entries of the trail.", labels=["site"])
    digest = GaugeMetricFamily(
        "goldenhour_audit_digest", "The first 48 bits of the trail's head.", labels=["site"]
    )
    for head in pulse.heads:
        entries.add_metric([head.site], head.number)
        digest.add_metric([head.site], int(head.digest[:12], 16))
    yield entries
    yield digest
    yield _gauge("goldenhour_audit_unsealed", "Entries that wait longer than they should.", pulse.unsealed)


def _gauge(name: str, meaning: str, value: Any) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _spread(name: str, meaning: str, labels: Iterable[str] = ()) -> GaugeHistogramMetricFamily:
    return GaugeHistogramMetricFamily(name, meaning, labels=[*labels])


def _add(metric: GaugeHistogramMetricFamily, labels: list[str], spread: Spread) -> None:
    """Buckets are counted together, as Prometheus wants them: each holds all that are smaller."""
    buckets, so_far = [], 0
    for bound, count in zip((*map(str, spread.bounds), "+Inf"), spread.counts, strict=True):
        so_far += count
        buckets.append((bound, so_far))
    metric.add_metric(labels, buckets, spread.total)
