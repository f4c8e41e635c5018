"""The numbers of first hours, for reports.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hours",
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["first_contacts.row"], name=op.f("hours_contact_fkey")),
        sa.PrimaryKeyConstraint("contact", name=op.f("hours_pkey")),
    )
    op.create_index("hours_of_site", "hours", ["site", "began"])
    op.create_index("first_contacts_of_site", "first_contacts", ["site", "created_at"])


def downgrade() -> None:
    op.drop_index("first_contacts_of_site", "first_contacts")
    op.drop_table("hours")
