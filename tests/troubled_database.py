"""A real PostgreSQL that answers and cannot store: its disk is full, or it is a copy that can only be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from simulator.servers import EmbeddedPostgres

_SECONDS = 10.0


@contextmanager
def full_disk(postgres: EmbeddedPostgres, table: str) -> Iterator[None]:
    """While it lasts, the file of this table, which must be empty, is /dev/full: whatever the server appends
    to it, the kernel answers that no space is left. That needs no privilege, as a small file system of its own
    would, and is the very error of a full disk, as that of a limit to a file's size is not."""
    file = _file_of(postgres, table)
    aside = file.with_name(f"{file.name}.aside")
    postgres.stop()
    file.rename(aside)
    file.symlink_to("/dev/full")
    postgres.start()
    try:
        yield
    finally:
        postgres.stop()
        aside.replace(file)
        postgres.start()


@contextmanager
def only_read(postgres: EmbeddedPostgres) -> Iterator[None]:
    """While it lasts, whoever writes is told what a copy tells that took no part in a failover."""
    _set(postgres, "ALTER SYSTEM SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _set(postgres, "ALTER SYSTEM RESET default_transaction_read_only")


def admin(postgres: EmbeddedPostgres) -> psycopg.Connection[tuple[object, ...]]:
    """A connection that may always write."""
    url = postgres.url.replace("postgresql+psycopg", "postgresql", 1)
    return psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off")


def _set(postgres: EmbeddedPostgres, setting: LiteralString) -> None:
    with closing(admin(postgres)) as connection:
        connection.execute(setting)
        connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + _SECONDS
    while _can_write(postgres) is not setting.startswith("ALTER SYSTEM RESET"):
        assert time.monotonic() < deadline, "the server does not read its settings again"
        time.sleep(0.02)


def _can_write(postgres: EmbeddedPostgres) -> bool:
    url = postgres.url.replace("postgresql+psycopg", "postgresql", 1)
    with closing(psycopg.connect(url)) as connection:
        return connection.execute("SHOW default_transaction_read_only").fetchone() == ("off",)


def _file_of(postgres: EmbeddedPostgres, table: str) -> Path:
    with closing(admin(postgres)) as connection:
        connection.execute("CHECKPOINT")  # or a recovery would write to it what was done before
        row = connection.execute(
            "SELECT current_setting('data_directory'), pg_relation_filepath(%s), pg_relation_size(%s::regclass)",
            (table, table),
        ).fetchone()
    assert row is not None
    directory, file, size = row
    assert size == 0, f"{table} is not empty"
    return Path(str(directory), str(file))
