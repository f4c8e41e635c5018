"""The first ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NOT_CLOSED = sa.text("state <> 'closed'")


def upgrade() -> None:
    """Create every table, those that others point to first."""
    _api_keys()
    _heartbeats()
    _first_contacts()
    _answers()
    _assessments()
    _cases()
    _case_events()
    _pages()
    _replies()
    _prompts()


def downgrade() -> None:
    """Drop them in the opposite order."""
    for table in (
        "prompts",
        "replies",
        "pages",
        "case_events",
        "cases",
        "assessments",
        "answers",
        "first_contacts",
        "heartbeats",
        "api_keys",
    ):
        op.drop_table(table)


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("api_keys_pkey")),
    )


def _heartbeats() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("heartbeats_pkey")),
    )


def _first_contacts() -> None:
    op.create_table(
        "first_contacts",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("first_contacts_pkey")),
        sa.UniqueConstraint("site", "contact_id", name=op.f("first_contacts_site_key")),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["first_contacts.row"], name=op.f("answers_contact_fkey")),
        sa.PrimaryKeyConstraint("row", name=op.f("answers_pkey")),
        sa.UniqueConstraint("contact", "answer_id", name=op.f("answers_contact_key")),
    )


def _assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["first_contacts.row"], name=op.f("assessments_contact_fkey")),
        sa.PrimaryKeyConstraint("row", name=op.f("assessments_pkey")),
    )
    op.create_index("assessments_latest", "assessments", ["contact", "row"], unique=False)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("urgency_rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan", JSONB(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("passed", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_action_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state <> 'acknowledged' OR owner IS NOT NULL", name=op.f("cases_taken_by_a_human_check")
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR disposition IS NOT NULL", name=op.f("cases_closed_by_a_human_check")
        ),
        sa.CheckConstraint(
            "state = 'closed' OR next_action_at IS NOT NULL", name=op.f("cases_never_stalls_check")
        ),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'closed')", name=op.f("cases_state_check")),
        sa.ForeignKeyConstraint(["contact"], ["first_contacts.row"], name=op.f("cases_contact_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("cases_pkey")),
    )
    op.create_index("cases_code", "cases", ["code", "opened_at"], unique=False)
    op.create_index("cases_due", "cases", ["next_action_at"], unique=False, postgresql_where=_NOT_CLOSED)
    op.create_index("cases_live_code", "cases", ["code"], unique=True, postgresql_where=_NOT_CLOSED)
    op.create_index(
        "cases_one_live_per_contact",
        "cases",
        ["contact"],
        unique=True,
        postgresql_where=_NOT_CLOSED,
    )
    op.create_index(
        "cases_worklist",
        "cases",
        ["site", "urgency_rank", "respond_by"],
        unique=False,
        postgresql_where=_NOT_CLOSED,
    )


def _case_events() -> None:
    op.create_table(
        "case_events",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("case_events_case_id_fkey")),
        sa.PrimaryKeyConstraint("row", name=op.f("case_events_pkey")),
    )
    op.create_index("case_events_timeline", "case_events", ["case_id", "row"], unique=False)


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("valid_for", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("pages_case_id_fkey")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pages_pkey")),
        sa.UniqueConstraint(
            "case_id",
            "kind",
            "episode",
            "round",
            "step",
            "clinician",
            "channel",
            "attempt",
            name="pages_once",
        ),
    )
    op.create_index(
        "pages_due",
        "pages",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending', 'unknown')"),
    )


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("replies_pkey")),
    )


def _prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("row", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("clinician", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("prompts_pkey")),
    )
    op.create_index("prompts_recent", "prompts", ["clinician", "sent_at"], unique=False)
