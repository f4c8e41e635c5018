"""The test database: emptied between tests, and moved through time without waiting."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from service.adapters.postgres.tables import metadata

_TIMES = {
    "answers": ("received_at",),
    "contact_events": ("at", "appointment", "received_at"),
    "follow_ups": ("since", "due_at", "page_at", "settled_at"),
    "channel_troubles": ("at",),
    "cases": ("next_action_at", "respond_by", "opened_at"),
    "pages": (
        "next_channel_at",
        "accepted_at",
        "delivered_at",
        "not_before",
        "lease_until",
        "attempted_at",
        "created_at",
    ),
    "prompts": ("sent_at",),
    "chores": ("due_at",),
    "heartbeats": ("beat_at",),
    "switches": ("off_since", "off_until"),
    "roster_overrides": ("begins_at", "ends_at", "made_at", "ended_at"),
    "addresses": ("changed_at", "verified_at"),
    "address_changes": ("at",),
    "checks": ("expires_at",),
    "calendars": ("first_tried_at", "tried_at", "read_at"),
}


def emptied(engine: Engine) -> None:
    """Remove every row of every table. The test before may have taken the database away: then the connections
    of the tests ended with it, and one that was in use a moment ago is trusted for another."""
    try:
        _empty(engine)
    except OperationalError:
        engine.dispose()
        _empty(engine)


def _empty(engine: Engine) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # past the trail's triggers
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@dataclass(frozen=True, slots=True)
class TimeMachine:
    """Lets time pass for everything in the database, by moving what is stored into the past."""

    engine: Engine

    def forward(self, seconds: float) -> None:
        """Everything stored is so many seconds older."""
        with self.engine.begin() as connection:
            for table, columns in _TIMES.items():
                moved = ", ".join(f"{name} = {name} - make_interval(secs => :secs)" for name in columns)
                connection.execute(text(f"UPDATE {table} SET {moved}"), {"secs": seconds})
