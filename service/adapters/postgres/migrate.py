"""Bring the database to the schema that this version needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from service.adapters.postgres.patience import unhurried

_LOCK = 4_712_001  # any constant: two migrations at once wait for one another


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, in one transaction, one process at a time. One that a newer
    version has already taken further stays as it is."""
    if _is_ahead(current_revision(engine)):
        return
    with _migrating(engine) as config:
        command.upgrade(config, "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an older schema; `base` is none at all. What only newer ones hold is lost."""
    with _migrating(engine) as config:
        command.downgrade(config, revision)


@contextmanager
def _migrating(engine: Engine) -> Iterator[Config]:
    with engine.begin() as connection:
        unhurried(connection)
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        yield config


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at; None before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """The revision that this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def serves(engine: Engine) -> bool:
    """Whether this version can work on the database: it is at the revision that is needed, or further. While
    a new version is rolled out, and after it was taken back, the old one works on the new schema."""
    revision = current_revision(engine)
    return revision == newest_revision() or _is_ahead(revision)


def _is_ahead(revision: str | None) -> bool:
    """What this version does not know, a newer one has made."""
    return revision is not None and revision not in _known()


@cache
def _known() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
