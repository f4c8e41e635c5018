"""How long a server may say nothing before a connection to it is given up.

The server itself ends a statement that takes too long. One that stands still, because its disk does or its
machine, ends nothing, and its kernel goes on saying that all is well: whoever asks it would wait for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

RV = TypeVar("RV")

PATIENCE = 15.0  # seconds: longer than any statement may take
_LOOK_EVERY = 0.1  # seconds, as psycopg itself


class _Impatient(psycopg.Connection[Any]):
    """Ends what takes longer than `patience` seconds, and itself with it: nobody knows what became of it."""

    patience: float | None = PATIENCE

    def wait(self, gen: PQGen[RV], interval: float = _LOOK_EVERY, timeout: float | None = None) -> RV:
        limit = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval=interval, timeout=limit)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # the server has not answered
                self.pgconn.finish()
            raise


def impatient(patience: float) -> Callable[..., _Impatient]:
    """What SQLAlchemy asks for a connection."""

    def connected(_dialect: Any, _record: Any, arguments: Any, options: dict[str, Any]) -> _Impatient:
        connection = _Impatient.connect(*arguments, **options)
        connection.patience = patience
        return connection

    return connected


def unhurried(connection: Connection) -> None:
    """Let what is done over this connection take its time, from now on."""
    driver = connection.connection.driver_connection
    if isinstance(driver, _Impatient):
        driver.patience = None
