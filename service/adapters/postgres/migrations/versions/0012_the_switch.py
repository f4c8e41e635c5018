"""Sites at which nobody is paged for a time.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("off_since", _TIME, nullable=False),
        sa.Column("off_until", _TIME, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("switches_pkey")),
    )


def downgrade() -> None:
    op.drop_table("switches")
