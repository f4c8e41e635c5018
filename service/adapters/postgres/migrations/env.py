"""Alembic's entry: runs on the connection that `migrate` hands it."""

from __future__ import annotations

from alembic import context

from service.adapters.postgres.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
