"""The ledger: one transaction at a time, and a database that is away said plainly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import (
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.cases import Cases
from service.adapters.postgres.checks import Checks
from service.adapters.postgres.contacts import Contacts
from service.adapters.postgres.figures import Figures
from service.adapters.postgres.hours import Hours
from service.adapters.postgres.pages import Pages
from service.adapters.postgres.patience import PATIENCE, impatient
from service.adapters.postgres.replies import Replies
from service.adapters.postgres.reseal import Reseal
from service.adapters.postgres.rosters import Rosters
from service.adapters.postgres.service_state import ServiceState
from service.adapters.postgres.switches import Switches
from service.adapters.postgres.trail import Trail
from service.usecases.ports import LedgerAway

_AWAY = (OperationalError, InterfaceError, InternalError, PendingRollbackError, PoolTimeout)
"""A connection that broke in a part that may fail shows as `PendingRollbackError` in whatever follows."""
_READ_ONLY = "25006"  # SQLSTATE read_only_sql_transaction
_USED_AT = "used_at"
_TRUSTED_FOR = 1.0  # seconds


class PostgresTransaction(
    Contacts, Hours, Cases, Pages, Checks, Replies, Rosters, ServiceState, Figures, Switches, Trail, Reseal
):
    """All parts of one transaction."""

    __slots__ = ()


class PostgresLedger:
    """Hands out transactions that commit when their block ends and roll back when it raises. `process` is
    named in the audit trail where nobody else acts."""

    def __init__(self, engine: Engine, cipher: Cipher, process: str = "the service") -> None:
        self._engine = engine
        self._cipher = cipher
        self._process = process

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """One transaction. `LedgerAway` when the database cannot be reached or gives up on it."""
        try:
            with self._engine.begin() as connection:
                transaction = PostgresTransaction(connection, self._cipher, self._process)
                yield transaction
                transaction.put_notes()
                transaction.write()
        except _AWAY as error:
            raise LedgerAway(type(error).__name__) from None


def connect(url: str, pool_size: int, patience: float = PATIENCE) -> Engine:
    """An engine that connects when first used, checks a connection that has rested before it trusts it, and
    gives up soon: also on a server that says nothing for `patience` seconds."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        hide_parameters=True,  # an error must never quote what was being stored
        connect_args={
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,  # milliseconds; a server that is cut off does not say that it is gone
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": "-c statement_timeout=10000 -c lock_timeout=5000 -c timezone=utc"
            " -c idle_in_transaction_session_timeout=30000",
        },
    )
    event.listen(engine, "do_connect", impatient(patience))
    event.listen(engine, "handle_error", _leave_what_is_read_only)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_check_rested, engine))
    return engine


def _leave_what_is_read_only(context: ExceptionContext) -> None:
    """After a failover the server that we are connected to may be a copy that can only be read. It answers
    well enough to be trusted for ever, so every connection is given up, and the next one looks anew."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _note_use(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _check_rested(
    engine: Engine, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """The database may have gone and come back while nobody used the connection. One that was in use a moment
    ago is trusted: asking each time would cost as much as half a statement."""
    used_at = record.info.get(_USED_AT)
    if used_at is None or time.monotonic() - used_at < _TRUSTED_FOR:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        raise DisconnectionError from None
