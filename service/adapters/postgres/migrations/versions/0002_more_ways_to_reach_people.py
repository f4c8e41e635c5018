"""More ways to reach people: several channels, drills, and troubles of the service itself as cases.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LIVE_TROUBLE = sa.text("state <> 'closed' AND kind = 'trouble'")


def upgrade() -> None:
    op.alter_column("cases", "contact", nullable=True)
    op.alter_column("cases", "contact_id", nullable=True)
    op.add_column("cases", sa.Column("kind", sa.Text(), server_default="contact", nullable=False))
    op.add_column("cases", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "cases", sa.Column("confirmed_by", sa.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("cases", sa.Column("offered_to", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("cases_about_a_contact_check"), "cases", "(kind = 'contact') = (contact IS NOT NULL)"
    )
    op.create_index(
        "cases_one_live_per_trouble",
        "cases",
        ["site", "subject"],
        unique=True,
        postgresql_where=_LIVE_TROUBLE,
    )
    op.add_column("pages", sa.Column("next_channel_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "pages_silent",
        "pages",
        ["next_channel_at"],
        unique=False,
        postgresql_where=sa.text("next_channel_at IS NOT NULL"),
    )
    op.create_index("pages_of_case", "pages", ["case_id"], unique=False)
    _addresses()
    _channel_troubles()


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.Text(), server_default="good", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("site", "clinician", "channel", "digest", name=op.f("addresses_pkey")),
    )


def _channel_troubles() -> None:
    op.create_table(
        "channel_troubles",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("trips", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("channel_troubles_pkey")),
    )
    op.create_index("channel_troubles_at", "channel_troubles", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("channel_troubles")
    op.drop_table("addresses")
    op.drop_index("pages_of_case", table_name="pages")
    op.drop_index("pages_silent", table_name="pages")
    op.drop_column("pages", "next_channel_at")
    op.execute("DELETE FROM pages WHERE case_id IN (SELECT case_id FROM cases WHERE kind <> 'contact')")
    op.execute("DELETE FROM case_events WHERE case_id IN (SELECT case_id FROM cases WHERE kind <> 'contact')")
    op.execute("DELETE FROM cases WHERE kind <> 'contact'")
    op.drop_index("cases_one_live_per_trouble", table_name="cases")
    op.drop_constraint(op.f("cases_about_a_contact_check"), "cases")
    for column in ("offered_to", "confirmed_by", "subject", "kind"):
        op.drop_column("cases", column)
    op.alter_column("cases", "contact_id", nullable=False)
    op.alter_column("cases", "contact", nullable=False)
