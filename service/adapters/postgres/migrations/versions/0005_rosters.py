"""Overrides of rosters, and the last good copy of each calendar"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    _roster_overrides()
    _calendars()


def downgrade() -> None:
    """Drop them."""
    op.drop_table("calendars")
    op.drop_table("roster_overrides")


def _roster_overrides() -> None:
    op.create_table(
        "roster_overrides",
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("roster", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=True),
        sa.Column("instead_of", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("override_id", name=op.f("roster_overrides_pkey")),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("roster_overrides_lasts_check")),
        sa.CheckConstraint(
            "clinician IS NOT NULL OR instead_of IS NOT NULL",
            name=op.f("roster_overrides_changes_something_check"),
        ),
    )
    op.create_index("roster_overrides_holding", "roster_overrides", ["site", "roster", "ends_at"])


def _calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("roster", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column(
            "first_tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("watches", JSONB(), server_default="[]", nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("site", "roster", name=op.f("calendars_pkey")),
    )
