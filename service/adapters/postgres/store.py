"""What every part of the ledger's transaction stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from service.adapters.aes_gcm import Cipher
from service.domain.trail import Deed
from service.usecases.acting import Actor, acting

_ROWS = 1000
_MOST_VALUES = 60_000  # a statement takes 65535


@lru_cache(maxsize=256)
def _insert(shape: tuple[tuple[str, tuple[str, ...], int], ...]) -> str:
    """One statement for several tables: so many rows with these columns each. The names are ours. Said to the
    driver, it takes half as long as put together anew."""
    each = [
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 # nosec B608
        + ", ".join([f"({', '.join(['%s'] * len(columns))})"] * rows)
        for table, columns, rows in shape
    ]
    beside = ", ".join(f"put_{number} AS ({insert})" for number, insert in enumerate(each[:-1]))
    return f"WITH {beside} {each[-1]}" if beside else each[-1]


def _size(puts: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]) -> int:
    return sum(len(rows) * len(rows[0]) for _, rows in puts)


@dataclass(frozen=True, slots=True)
class Store:
    """One open transaction: its connection, the cipher, and the process.

    `later`: rows that nothing in the transaction reads; they are written at its end, in one go.
    `notes`: what the audit trail is told, which goes the same way; `sites` are those of the cases that were
    met so far.
    """

    connection: Connection
    cipher: Cipher
    process: str
    clock: list[datetime] = field(default_factory=list, repr=False)
    later: list[tuple[str, Sequence[Mapping[str, Any]]]] = field(default_factory=list, repr=False)
    notes: list[dict[str, Any]] = field(default_factory=list, repr=False)
    sites: dict[UUID, str] = field(default_factory=dict, repr=False)

    @property
    def now(self) -> datetime:
        """The database's time at the start of the transaction, whenever it is asked for."""
        if not self.clock:
            self.clock.append(self.connection.execute(select(func.now())).scalar_one())
        return self.clock[0]

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that may fail without the rest."""
        noted, put = len(self.notes), len(self.later)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            del self.notes[noted:]  # what was undone was not done
            del self.later[put:]
            raise

    def put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows that this transaction writes and never reads, with the same columns in the same order."""
        for begin in range(0, len(rows), _ROWS):
            self.later.append((table.name, rows[begin : begin + _ROWS]))

    def write(self) -> None:
        """Write what was put off in one statement: a request takes longest for what it waits for."""
        while self.later:
            some = [self.later.pop(0)]
            while self.later and _size(some) + _size(self.later[:1]) <= _MOST_VALUES:
                some.append(self.later.pop(0))
            shape = tuple((table, tuple(rows[0]), len(rows)) for table, rows in some)
            values = tuple(value for _, rows in some for row in rows for value in row.values())
            self.connection.exec_driver_sql(_insert(shape), values)

    def note(
        self,
        act: Deed,
        site: str,
        *,
        contact_id: str | None = None,
        case_id: UUID | None = None,
        clinician: str | None = None,
        detail: str = "",
        rules: str = "",
    ) -> None:
        """Tell the audit trail of what is done or read in this transaction. Never a person's words."""
        self._note(
            site=site,
            act=act.value,
            contact_id=contact_id,
            case_id=case_id,
            clinician=clinician,
            detail=detail,
            rules=rules,
        )

    def _note(self, *, channel: str = "", provider_id: str = "", **entry: Any) -> None:
        actor = acting() or Actor(self.process)
        self.notes.append(
            {
                **entry,
                "at": self.now,
                "actor": actor.name,
                "channel": channel or actor.channel,
                "provider_id": provider_id or actor.provider_id,
            }
        )
