"""What every part of the ledger's transaction stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.adapters.aes_gcm import Cipher
from service.domain.trail import Deed
from service.usecases.acting import Actor, acting


@dataclass(frozen=True, slots=True)
class Store:
    """One open transaction: its connection, the cipher, and the process.

    `notes`: what the audit trail is told at the end, all at once, so that it costs one statement; `sites` are
    those of the cases that were met so far.
    """

    connection: Connection
    cipher: Cipher
    process: str
    clock: list[datetime] = field(default_factory=list, repr=False)
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
        noted = len(self.notes)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            del self.notes[noted:]  # what was undone was not done
            raise

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
