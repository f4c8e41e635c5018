"""The messages of the last day are found without looking at all that there ever were.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("pages_created", "pages", ["created_at"])


def downgrade() -> None:
    op.drop_index("pages_created", "pages")
