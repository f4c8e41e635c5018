"""What happens around a first contact, and the follow-ups that are due because of it.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contact_events",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("appointment", _TIME, nullable=True),
        sa.Column("spoken_by", sa.Text(), nullable=False),
        sa.Column("received_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact"], ["first_contacts.row"], name=op.f("contact_events_contact_fkey")
        ),
        sa.PrimaryKeyConstraint("row", name=op.f("contact_events_pkey")),
        sa.UniqueConstraint("contact", "event_id", name=op.f("contact_events_contact_key")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", _TIME, nullable=True),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("page_at", _TIME, nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("settled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_how", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("page_at IS NULL OR due_at IS NOT NULL", name=op.f("follow_ups_waits_check")),
        sa.ForeignKeyConstraint(["contact"], ["first_contacts.row"], name=op.f("follow_ups_contact_fkey")),
        sa.PrimaryKeyConstraint("contact", name=op.f("follow_ups_pkey")),
    )
    waits, due = sa.text("page_at IS NOT NULL"), sa.text("due_at IS NOT NULL")
    op.create_index("follow_ups_to_page", "follow_ups", ["page_at"], postgresql_where=waits)
    op.create_index("follow_ups_open", "follow_ups", ["site", "due_at"], postgresql_where=due)


def downgrade() -> None:
    op.drop_table("follow_ups")
    op.drop_table("contact_events")
