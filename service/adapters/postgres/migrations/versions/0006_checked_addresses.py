"""Clinicians' addresses are checked: what was shown to reach them, and what became of each.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "address_changes",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("address_changes_pkey")),
    )
    op.create_index("address_changes_of_person", "address_changes", ["site", "clinician", "row"])
    op.create_table(
        "checks",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("checks_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("checks_pkey")),
    )
    op.create_index("checks_of_address", "checks", ["site", "clinician", "channel"])


def downgrade() -> None:
    op.drop_table("checks")
    op.drop_table("address_changes")
    op.drop_column("addresses", "verified_at")
