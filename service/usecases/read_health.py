"""Whether the service is ready and well, said of each part by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from service.usecases.ports import LedgerAway, Pulse
from service.usecases.read_rosters import ReadRosters, RosterPulse
from service.usecases.switch_paging import SwitchPaging
from service.usecases.watch_service import WatchService

_SWEEP_IS_STALE_AFTER = 15.0  # seconds; sweepers finish a round about every second
_OK = "ok"


@dataclass(frozen=True, slots=True)
class Health:
    """How each part is, by name; `ok` is well."""

    checks: Mapping[str, str]

    @property
    def usable(self) -> bool:
        """Whether the work can be done. Only the database is needed: all else has a way around it."""
        return self.checks["database"] == _OK

    @property
    def status(self) -> str:
        """`ok`, `degraded` or `unavailable`."""
        if not self.usable:
            return "unavailable"
        return "ok" if all(state == _OK for state in self.checks.values()) else "degraded"


@dataclass(frozen=True, slots=True)
class ReadHealth:
    """Asks the database and Redis, and looks at what the ledger says of the rest."""

    watch: WatchService
    rosters: ReadRosters
    switch: SwitchPaging
    schema_is_current: Callable[[], bool]
    doorbell_is_there: Callable[[], bool]

    def __call__(self) -> Health:
        """Never raises: what cannot be asked is part of the answer."""
        doorbell = _OK if self.doorbell_is_there() else "unavailable"
        try:
            pulse = self.watch.pulse()
            schema = self.schema_is_current()
            rosters = self.rosters.pulses()
            off = self.switch.standings()
        except Exception as error:  # noqa: BLE001 - a missing table or a lost connection: not ready either way
            away = isinstance(error, LedgerAway)
            return Health({"database": "unavailable" if away else "not migrated", "redis": doorbell})
        return Health(
            {
                "database": _OK if schema else "not migrated",
                "redis": doorbell,
                "sweeper": _sweeper(pulse),
                "escalations": "alarm" if pulse.alarms else _OK,
                "paging": "off" if off else _OK,
                **_calendars(rosters),
            }
        )


def _calendars(rosters: Iterable[RosterPulse]) -> dict[str, str]:
    """Only where a roster follows one: whether every calendar was read lately."""
    followed = [roster for roster in rosters if roster.follows_a_calendar]
    if not followed:
        return {}
    return {"calendars": "away" if any(roster.calendar_away for roster in followed) else _OK}


def _sweeper(pulse: Pulse) -> str:
    if pulse.sweep_age is None:
        return "never seen"
    return _OK if pulse.sweep_age < _SWEEP_IS_STALE_AFTER else "stale"
