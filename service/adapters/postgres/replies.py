"""Which messages were acted on, and how often somebody was asked to be clearer. Never what they wrote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import prompts, replies


class Replies(Store):
    """The part of the transaction that makes a repeated message harmless."""

    __slots__ = ()

    def remember_reply(self, provider_id: str) -> bool:
        """Note a message; False when it was noted before."""
        query = upsert(replies).values(provider_id=provider_id).on_conflict_do_nothing()
        return self.connection.execute(query.returning(replies.c.provider_id)).one_or_none() is not None

    def prompts_since(self, clinician: str, since: datetime) -> int:
        query = select(func.count()).where(prompts.c.clinician == clinician, prompts.c.sent_at >= since)
        return self.connection.scalar(query) or 0

    def remember_prompt(self, clinician: str) -> None:
        self.connection.execute(insert(prompts).values(clinician=clinician))
