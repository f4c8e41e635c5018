"""The audit trail: written with what it tells of, sealed into its site's chain a moment later, never changed.

An entry is marked when it is written, under a key that is derived from a data key, so that whoever can only
write to the database can add nothing. Sealing gives it its place in the chain: that is done by one process at
a time, so that no transaction waits for another, and in whatever order they were committed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from service.adapters.aes_gcm import Sealed, sign
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import audit_entries, audit_keys, case_events, cases
from service.domain.escalation import Event
from service.domain.trail import NOTHING_YET, Head, Link, Soundness, TrailEntry
from service.usecases.ports import KeyGone

_SIGNED = (
    *("entry_id", "site", "at", "actor", "act", "contact_id", "case_id", "clinician"),
    *("detail", "channel", "provider_id", "rules", "key_id"),
)
_WAITS = audit_entries.c.number.is_(None)
_SEALS = 2  # the class of our advisory locks that seal


class Trail(Store):
    """The part of the transaction that remembers who did and read what."""

    __slots__ = ()

    def record(self, case_id: UUID, event: Event) -> None:
        """One line of a case's timeline, and the same in the trail."""
        self.connection.execute(
            insert(case_events).values(
                case_id=case_id, kind=event.kind.value, clinician=event.clinician, detail=event.detail
            )
        )
        self._note(
            act=event.kind.value,
            contact_id=None,
            case_id=case_id,
            clinician=event.clinician,
            detail=event.detail,
            rules="",
            channel=event.channel,
            provider_id=event.provider_id,
        )

    def put_notes(self) -> None:
        """Put off with the rest what was noted in this transaction; the ledger does so before it commits."""
        if not self.notes:
            return
        self._find_sites({note["case_id"] for note in self.notes if "site" not in note})
        key = self.cipher.trail_key(self.cipher.active)
        rows = []
        for note in self.notes:
            site = note["site"] if "site" in note else self.sites[note["case_id"]]
            row = {**note, "site": site, "entry_id": uuid4(), "key_id": self.cipher.active}
            rows.append({name: row[name] for name in _SIGNED} | {"mark": sign(key, _canonical(row))})
        self.put(audit_entries, rows)
        self.notes.clear()

    def _find_sites(self, case_ids: Set[UUID]) -> None:
        wanted = case_ids - self.sites.keys()
        if wanted:
            query = select(cases.c.case_id, cases.c.site).where(cases.c.case_id.in_(wanted))
            self.sites.update((row.case_id, row.site) for row in self.connection.execute(query))

    def sites_to_seal(self) -> tuple[str, ...]:
        return tuple(self.connection.scalars(select(audit_entries.c.site).where(_WAITS).distinct()))

    def seal_entries(self, site: str, limit: int) -> int:
        """Give so many waiting entries their place in the site's chain; how many got one. None when another
        process is at it, and none that bears no mark of ours."""
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(site, _SEALS))
        if not self.connection.scalar(select(lock)):
            return 0
        number, digest = self._newest(site)
        places = []
        for row in self._waiting(site, limit):
            key = self._present_key(row.key_id)
            if key is None or not _is_marked(key, row):
                continue
            number, previous = number + 1, digest
            digest = _digest(key, number, previous, row.mark)
            places.append({"of": row.entry_id, "number": number, "previous": previous, "digest": digest})
        if places:
            sealed = update(audit_entries).where(audit_entries.c.entry_id == bindparam("of"))
            self.connection.execute(sealed, places)
        return len(places)

    def _newest(self, site: str) -> tuple[int, bytes]:
        query = select(audit_entries.c.number, audit_entries.c.digest).where(
            audit_entries.c.site == site, audit_entries.c.number.is_not(None)
        )
        row = self.connection.execute(query.order_by(audit_entries.c.number.desc()).limit(1)).one_or_none()
        return (0, NOTHING_YET) if row is None else (row.number, row.digest)

    def _waiting(self, site: str, limit: int) -> Sequence[Row[Any]]:
        query = select(audit_entries).where(audit_entries.c.site == site, _WAITS)
        return self.connection.execute(query.order_by(audit_entries.c.row).limit(limit)).all()

    def unsealed_entries(self, before: datetime) -> dict[str, int]:
        """By site, how many have waited since before then. What bears no mark of ours waits for ever."""
        query = select(audit_entries.c.site, func.count()).where(_WAITS, audit_entries.c.at < before)
        rows = self.connection.execute(query.group_by(audit_entries.c.site))
        return {site: count for site, count in rows}  # noqa: C416 - rows are no pairs for `dict`

    def trail_heads(self) -> tuple[Head, ...]:
        """By site; each is one step into the index, however long the chains are."""
        heads = []
        sealed = audit_entries.c.number.is_not(None)
        first = select(func.min(audit_entries.c.site)).where(sealed)
        site: str | None = self.connection.scalar(first)
        while site is not None:
            number, digest = self._newest(site)
            heads.append(Head(site, number, digest.hex()))
            site = self.connection.scalar(first.where(audit_entries.c.site > site))
        return tuple(heads)

    def trail_links(self, site: str, after: int, limit: int) -> tuple[Link, ...]:
        """The links of a site's chain behind one, in order, each held against what was written."""
        query = select(audit_entries).where(audit_entries.c.site == site, audit_entries.c.number > after)
        rows = self.connection.execute(query.order_by(audit_entries.c.number).limit(limit)).all()
        keys = {key_id: self._any_key(key_id) for key_id in {row.key_id for row in rows}}
        return tuple(
            Link(row.number, row.previous, row.digest, _soundness(keys[row.key_id], row)) for row in rows
        )

    def case_trail(self, site: str, case_id: UUID, contact_id: str | None) -> tuple[TrailEntry, ...]:
        """All that was done and read about a case and its first contact, oldest first."""
        about = audit_entries.c.case_id == case_id
        if contact_id is not None:
            about = or_(about, _is_of(contact_id))
        query = select(audit_entries).where(audit_entries.c.site == site, about)
        rows = self.connection.execute(query.order_by(audit_entries.c.row))
        return tuple(_entry(row) for row in rows)

    def contact_trail(self, site: str, contact_id: str) -> tuple[TrailEntry, ...]:
        """The same of a first contact and all its cases."""
        of_cases = select(cases.c.case_id).where(cases.c.site == site, cases.c.contact_id == contact_id)
        about = or_(audit_entries.c.case_id.in_(of_cases), _is_of(contact_id))
        query = select(audit_entries).where(audit_entries.c.site == site, about)
        rows = self.connection.execute(query.order_by(audit_entries.c.row))
        return tuple(_entry(row) for row in rows)

    def retire_trail_keys(self) -> None:
        """Keep what proves the entries of every key but the active one, sealed with that."""
        for key_id in self.cipher.keys.keys() - {self.cipher.active}:
            known = select(audit_keys.c.retired).where(audit_keys.c.retired == key_id)
            if self.connection.scalar(known) is None:
                sealed = self.cipher.seal(self.cipher.trail_key(key_id).hex(), trail_key_place(key_id))
                self.connection.execute(
                    insert(audit_keys).values(retired=key_id, key_id=sealed.key_id, sealed=sealed.body)
                )

    def _present_key(self, key_id: str) -> bytes | None:
        try:
            return self.cipher.trail_key(key_id)
        except KeyGone:
            return None

    def _any_key(self, key_id: str) -> bytes | None:
        """Also one that was retired: it proves what it once signed, and seals nothing any more."""
        row = self.connection.execute(select(audit_keys).where(audit_keys.c.retired == key_id)).one_or_none()
        present = self._present_key(key_id)
        if present is not None or row is None:
            return present
        try:
            return bytes.fromhex(self.cipher.open(Sealed(row.key_id, row.sealed), trail_key_place(key_id)))
        except KeyGone:
            return None


def trail_key_place(key_id: str) -> str:
    """What a retired key of the trail is bound to."""
    return f"audit key/{key_id}"


def _is_of(contact_id: str) -> Any:
    return (audit_entries.c.contact_id == contact_id) & audit_entries.c.case_id.is_(None)


def _canonical(entry: Mapping[str, Any]) -> bytes:
    """The one form in which an entry is signed: every field in its place, so that none runs into another."""
    at = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    values = {name: entry[name] if entry[name] is None else str(entry[name]) for name in _SIGNED}
    return json.dumps([at if name == "at" else values[name] for name in _SIGNED]).encode()


def _digest(key: bytes, number: int, previous: bytes, mark: bytes) -> bytes:
    return sign(key, number.to_bytes(8, "big") + previous + mark)


def _is_marked(key: bytes, row: Row[Any]) -> bool:
    return hmac.compare_digest(sign(key, _canonical(row._asdict())), row.mark)


def _soundness(key: bytes | None, row: Row[Any]) -> Soundness:
    if key is None:
        return Soundness.KEY_GONE
    if not _is_marked(key, row):
        return Soundness.CHANGED
    place = _digest(key, row.number, row.previous, row.mark)
    return Soundness.HOLDS if hmac.compare_digest(place, row.digest) else Soundness.MOVED


def _entry(row: Row[Any]) -> TrailEntry:
    return TrailEntry(
        number=row.number,
        at=row.at,
        actor=row.actor,
        act=row.act,
        contact_id=row.contact_id,
        case_id=row.case_id,
        clinician=row.clinician,
        detail=row.detail,
        channel=row.channel,
        provider_id=row.provider_id,
        rules=row.rules,
    )
