"""Whether the service is alive, ready, and well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.usecases.ports import Off, Overview
from service.usecases.read_rosters import RosterPulse
from service.usecases.read_trail import TrailPulse
from service.web.wiring import Wiring, wiring

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers. Says nothing of what it depends on, so that an outage restarts nobody."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Each dependency by name. 503 only without the database: all else has a way around it."""
    health = wiring().health()
    body = {"status": health.status, "checks": dict(health.checks)}
    return jsonify(body), 200 if health.usable else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics, counted in the ledger: the same from every process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts(wiring()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Counts:
    """Turns one overview into metrics, at the moment they are asked for."""

    def __init__(self, service: Wiring) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        try:
            overview = self._service.watch.overview()
            rosters = self._service.rosters.pulses()
            trail = self._service.trail.pulse()
            off = self._service.switch.standings()
        except Exception:  # noqa: BLE001 - as for readiness: whatever is missing, say so and stay up
            yield _gauge("goldenhour_ledger_up", "Whether the database answers.", 0)
            return
        yield _gauge("goldenhour_ledger_up", "Whether the database answers.", 1)
        yield _gauge("goldenhour_first_contacts", "First contacts stored.", overview.contacts)
        yield _gauge("goldenhour_alarms", "Cases that need somebody at once.", overview.alarms)
        yield _gauge("goldenhour_overdue_cases", "Cases whose next action is overdue.", overview.overdue)
        yield _gauge(
            "goldenhour_oldest_overdue_seconds", "How long the oldest is overdue.", overview.oldest_overdue
        )
        if overview.sweep_age is not None:
            yield _gauge(
                "goldenhour_sweep_age_seconds", "Since the last completed sweep.", overview.sweep_age
            )
        yield from _of_switches(self._service.sites, off)
        yield from _by_label(overview)
        yield from _of_rosters(rosters)
        yield from _of_trail(trail)


def _of_switches(sites: Iterable[str], off: Iterable[Off]) -> Iterable[Metric]:
    paging = GaugeMetricFamily("goldenhour_paging_off", "Whether nobody is paged at a site.", labels=["site"])
    switched = {each.site for each in off}
    for site in sorted(sites):
        paging.add_metric([site], site in switched)
    yield paging


def _by_label(overview: Overview) -> Iterable[Metric]:
    cases = GaugeMetricFamily("goldenhour_cases", "Cases that are not closed.", labels=["urgency", "state"])
    for (urgency, state), count in sorted(overview.cases.items()):
        cases.add_metric([urgency, state], count)
    pages = GaugeMetricFamily("goldenhour_pages", "Messages of the last day.", labels=["kind", "state"])
    for (kind, page_state), count in sorted(overview.pages.items()):
        pages.add_metric([kind, page_state], count)
    yield cases
    yield pages


def _of_rosters(rosters: Iterable[RosterPulse]) -> Iterable[Metric]:
    labels = ["site", "roster"]
    on_call = GaugeMetricFamily("goldenhour_on_call", "How many are on call now.", labels=labels)
    age = GaugeMetricFamily(
        "goldenhour_calendar_age_seconds", "Since a calendar was last read.", labels=labels
    )
    for roster in rosters:
        on_call.add_metric([roster.site, roster.roster], roster.on_call)
        if roster.calendar_age is not None:
            age.add_metric([roster.site, roster.roster], roster.calendar_age)
    yield on_call
    yield age


def _of_trail(pulse: TrailPulse) -> Iterable[Metric]:
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
