"""What every part of the ledger's transaction stands on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.adapters.aes_gcm import Cipher


@dataclass(frozen=True, slots=True)
class Store:
    """One open transaction: its connection, the database's time at its start, and the cipher."""

    connection: Connection
    now: datetime
    cipher: Cipher

    def savepoint(self) -> AbstractContextManager[object]:
        """A part of the transaction that may fail without the rest."""
        return self.connection.begin_nested()
