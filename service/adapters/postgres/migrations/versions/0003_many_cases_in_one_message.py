"""Many cases in one message: which page carries which others.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("bundle", sa.Uuid(), nullable=True))
    op.create_index("pages_to_person", "pages", ["clinician", "channel", "attempted_at"], unique=False)
    op.create_index(
        "pages_of_bundle",
        "pages",
        ["bundle"],
        unique=False,
        postgresql_where=sa.text("bundle IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("pages_of_bundle", table_name="pages")
    op.drop_index("pages_to_person", table_name="pages")
    op.drop_column("pages", "bundle")
