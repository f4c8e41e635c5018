"""The tables as the code sees them. Migrations create them; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _row() -> Column[int]:
    return Column("row", BigInteger, Identity(always=True), primary_key=True)


def _at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _sealed() -> tuple[Column[str], Column[bytes]]:
    return Column("key_id", Text, nullable=False), Column("sealed", LargeBinary, nullable=False)


api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    _at("created_at"),
    Column("revoked_at", DateTime(timezone=True)),
)

first_contacts = Table(
    "first_contacts",
    metadata,
    _row(),
    Column("site", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("age", Integer),
    _at("created_at"),
    Column("erased_at", DateTime(timezone=True)),  # until something new is sent
    UniqueConstraint("site", "contact_id"),
    Index("first_contacts_of_site", "site", "created_at"),
    Index("first_contacts_kept", "site", "created_at", postgresql_where=text("erased_at IS NULL")),
)

answers = Table(
    "answers",
    metadata,
    _row(),
    Column("contact", BigInteger, ForeignKey("first_contacts.row"), nullable=False),
    Column("answer_id", Text, nullable=False),
    *_sealed(),
    _at("received_at"),
    UniqueConstraint("contact", "answer_id"),
)

assessments = Table(
    "assessments",
    metadata,
    _row(),
    Column("contact", BigInteger, ForeignKey("first_contacts.row"), nullable=False),
    Column("urgency", Text, nullable=False),
    *_sealed(),
    _at("made_at"),
    Index("assessments_latest", "contact", "row"),
)

contact_events = Table(
    "contact_events",
    metadata,
    _row(),
    Column("contact", BigInteger, ForeignKey("first_contacts.row"), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("appointment", DateTime(timezone=True)),
    Column("spoken_by", Text, nullable=False),
    _at("received_at"),
    UniqueConstraint("contact", "event_id"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("contact", BigInteger, ForeignKey("first_contacts.row"), primary_key=True, autoincrement=False),
    Column("site", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("since", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),  # as long as it is due
    Column("page_at", DateTime(timezone=True)),  # as long as nobody is paged for it
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text, nullable=False, server_default=""),
    Column("settled_how", Text, nullable=False, server_default=""),
    CheckConstraint("page_at IS NULL OR due_at IS NOT NULL", name="waits"),
    Index("follow_ups_to_page", "page_at", postgresql_where=text("page_at IS NOT NULL")),
    Index("follow_ups_open", "site", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

hours = Table(
    "hours",
    metadata,
    Column("contact", BigInteger, ForeignKey("first_contacts.row"), primary_key=True, autoincrement=False),
    Column("site", Text, nullable=False),
    Column("began", DateTime(timezone=True), nullable=False),
    *_sealed(),
    Index("hours_of_site", "site", "began"),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("contact", BigInteger, ForeignKey("first_contacts.row")),
    Column("kind", Text, nullable=False, server_default="contact"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("site", Text, nullable=False),
    Column("contact_id", Text),
    Column("code", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("urgency_rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("passed", ARRAY(Text), nullable=False),
    Column("confirmed_by", ARRAY(Text), nullable=False, server_default="{}"),
    Column("offered_to", Text),
    Column("alarm", Boolean, nullable=False),
    Column("owner", Text),
    Column("disposition", Text),
    Column("respond_by", DateTime(timezone=True)),
    Column("next_action_at", DateTime(timezone=True)),
    _at("opened_at"),
    # Whatever is not closed has a time at which it moves by itself; whatever is closed has a human's word.
    CheckConstraint("state = 'closed' OR next_action_at IS NOT NULL", name="never_stalls"),
    CheckConstraint("state <> 'closed' OR disposition IS NOT NULL", name="closed_by_a_human"),
    CheckConstraint("state <> 'acknowledged' OR owner IS NOT NULL", name="taken_by_a_human"),
    CheckConstraint("state IN ('open', 'acknowledged', 'closed')", name="state"),
    CheckConstraint("(kind = 'contact') = (contact IS NOT NULL)", name="about_a_contact"),
    Index("cases_one_live_per_contact", "contact", unique=True, postgresql_where=text("state <> 'closed'")),
    Index(
        "cases_one_live_per_trouble",
        "site",
        "subject",
        unique=True,
        postgresql_where=text("state <> 'closed' AND kind = 'trouble'"),
    ),
    Index("cases_live_code", "code", unique=True, postgresql_where=text("state <> 'closed'")),
    Index("cases_code", "code", "opened_at"),
    Index("cases_due", "next_action_at", postgresql_where=text("state <> 'closed'")),
    Index("cases_worklist", "site", "urgency_rank", "respond_by", postgresql_where=text("state <> 'closed'")),
)

case_events = Table(
    "case_events",
    metadata,
    _row(),
    Column("case_id", Uuid, ForeignKey("cases.case_id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("kind", Text, nullable=False),
    Column("clinician", Text),
    Column("detail", Text, nullable=False),
    Index("case_events_timeline", "case_id", "row"),
)

pages = Table(
    "pages",
    metadata,
    Column("page_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.case_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("clinician", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("about", Text),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("provider_id", Text),
    Column("valid_for", Integer, nullable=False),  # seconds
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("next_channel_at", DateTime(timezone=True)),
    Column("bundle", Uuid),  # the page whose message carries this one
    Column("lease_owner", Text),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", DateTime(timezone=True)),
    Column("attempted_at", DateTime(timezone=True)),
    Column("accepted_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    _at("created_at"),
    UniqueConstraint(
        "case_id", "kind", "episode", "round", "step", "clinician", "channel", "attempt", name="pages_once"
    ),
    Index(
        "pages_due",
        "not_before",
        postgresql_where=text("state IN ('queued', 'sending', 'unknown')"),
    ),
    Index("pages_silent", "next_channel_at", postgresql_where=text("next_channel_at IS NOT NULL")),
    Index("pages_of_case", "case_id"),
    Index("pages_created", "created_at"),
    Index("pages_to_person", "clinician", "channel", "attempted_at"),
    Index(
        "pages_arrived",
        "clinician",
        "channel",
        "delivered_at",
        postgresql_where=text("delivered_at IS NOT NULL"),
    ),
    Index("pages_of_bundle", "bundle", postgresql_where=text("bundle IS NOT NULL")),
)

addresses = Table(
    "addresses",
    metadata,
    Column("site", Text, primary_key=True),
    Column("clinician", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),  # of the address: another number is another row
    Column("standing", Text, nullable=False, server_default="good"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("verified_at", DateTime(timezone=True)),
    _at("changed_at"),
)

address_changes = Table(
    "address_changes",
    metadata,
    _row(),
    Column("site", Text, nullable=False),
    Column("clinician", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    _at("at"),
    Index("address_changes_of_person", "site", "clinician", "row"),
)

checks = Table(
    "checks",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("site", Text, nullable=False),
    Column("clinician", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of the address that it was sent to
    *_sealed(),  # the number
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("checks_of_address", "site", "clinician", "channel"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("entry_id", Uuid, primary_key=True),  # under the mark, so that no entry can be copied
    Column("row", BigInteger, Identity(always=True), nullable=False),
    Column("site", Text, nullable=False),  # "": the service itself
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("contact_id", Text),
    Column("case_id", Uuid),
    Column("clinician", Text),
    Column("detail", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),  # signs all of the above but the row
    # The place in the site's chain. A trigger lets these be written once, and nothing else ever be changed.
    Column("number", BigInteger),
    Column("previous", LargeBinary),
    Column("digest", LargeBinary),
    CheckConstraint(
        "num_nulls(number, previous, digest) IN (0, 3)",
        name="sealed_whole",
    ),
    Index("audit_entries_chain", "site", "number", unique=True, postgresql_where=text("number IS NOT NULL")),
    Index("audit_entries_waiting", "site", "row", postgresql_where=text("number IS NULL")),
    Index("audit_entries_of_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    Index(
        "audit_entries_of_contact",
        "site",
        "contact_id",
        postgresql_where=text("contact_id IS NOT NULL AND case_id IS NULL"),
    ),
)

audit_keys = Table(
    "audit_keys",
    metadata,
    Column("retired", Text, primary_key=True),  # the data key that it was derived from
    *_sealed(),
)

channel_troubles = Table(
    "channel_troubles",
    metadata,
    _row(),
    Column("channel", Text, nullable=False),
    Column("trips", Boolean, nullable=False),
    _at("at"),
    Index("channel_troubles_at", "at"),
)

replies = Table(
    "replies",
    metadata,
    Column("provider_id", Text, primary_key=True),
    _at("received_at"),
)

prompts = Table(
    "prompts",
    metadata,
    _row(),
    Column("clinician", Text, nullable=False),
    _at("sent_at"),
    Index("prompts_recent", "clinician", "sent_at"),
)

chores = Table(
    "chores",
    metadata,
    Column("name", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("site", Text, primary_key=True),
    Column("off_since", DateTime(timezone=True), nullable=False),
    Column("off_until", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("why", Text, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True),
    _at("beat_at"),
)

roster_overrides = Table(
    "roster_overrides",
    metadata,
    Column("override_id", Uuid, primary_key=True),
    Column("site", Text, nullable=False),
    Column("roster", Text, nullable=False),
    Column("begins_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("clinician", Text),
    Column("instead_of", Text),
    Column("made_by", Text, nullable=False),
    _at("made_at"),
    Column("ended_at", DateTime(timezone=True)),  # by a human, before its time; the row stays
    CheckConstraint("ends_at > begins_at", name="lasts"),
    CheckConstraint("clinician IS NOT NULL OR instead_of IS NOT NULL", name="changes_something"),
    Index("roster_overrides_holding", "site", "roster", "ends_at"),
)

calendars = Table(
    "calendars",
    metadata,
    Column("site", Text, primary_key=True),
    Column("roster", Text, primary_key=True),
    Column("source", LargeBinary, nullable=False),  # digest of its address and people
    _at("first_tried_at"),
    _at("tried_at"),
    Column("read_at", DateTime(timezone=True)),
    Column("fault", Text, nullable=False, server_default=""),
    Column("watches", JSONB, nullable=False, server_default="[]"),
    # The last good copy and what of it says nothing to us: people wrote it, so it is sealed.
    Column("key_id", Text),
    Column("sealed", LargeBinary),
)
