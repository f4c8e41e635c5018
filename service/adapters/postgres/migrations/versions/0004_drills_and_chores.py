"""Drills are measured leg by leg, and chores are done by one process at a time.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pages", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "chores",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("chores_pkey")),
    )


def downgrade() -> None:
    op.drop_table("chores")
    op.drop_column("pages", "delivered_at")
    op.drop_column("pages", "accepted_at")
