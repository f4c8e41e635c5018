"""The audit trail, which is only ever added to, and first contacts whose words were erased.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Sealing writes an entry's place once. All else is refused, whoever asks: an owner of the table has to drop
# the trigger first, and what they do then, `goldenhour audit verify` shows.
_GUARD = """
CREATE FUNCTION audit_entries_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.number IS NULL AND NEW.number IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['number', 'previous', 'digest']
         = to_jsonb(OLD) - ARRAY['number', 'previous', 'digest'] THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
CREATE TRIGGER audit_entries_stand BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_stand();
CREATE TRIGGER audit_entries_stand_whole BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stand();
"""


def upgrade() -> None:
    op.add_column("first_contacts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "first_contacts_kept",
        "first_contacts",
        ["site", "created_at"],
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    _audit_entries()
    op.create_table(
        "audit_keys",
        sa.Column("retired", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("retired", name=op.f("audit_keys_pkey")),
    )
    op.execute(_GUARD)


def downgrade() -> None:
    op.drop_table("audit_keys")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION audit_entries_stand()")
    op.drop_index("first_contacts_kept", "first_contacts")
    op.drop_column("first_contacts", "erased_at")


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("clinician", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(number, previous, digest) IN (0, 3)", name=op.f("audit_entries_sealed_whole_check")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("audit_entries_pkey")),
    )
    sealed, waiting = sa.text("number IS NOT NULL"), sa.text("number IS NULL")
    op.create_index(
        "audit_entries_chain", "audit_entries", ["site", "number"], unique=True, postgresql_where=sealed
    )
    op.create_index("audit_entries_waiting", "audit_entries", ["site", "row"], postgresql_where=waiting)
    op.create_index(
        "audit_entries_of_case",
        "audit_entries",
        ["case_id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "audit_entries_of_contact",
        "audit_entries",
        ["site", "contact_id"],
        postgresql_where=sa.text("contact_id IS NOT NULL AND case_id IS NULL"),
    )
