"""Pages: leased while a process carries them, fenced by a token, never moved backwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.switches import is_off
from service.adapters.postgres.tables import cases, pages
from service.domain.channel import Channel
from service.domain.delivery import (
    ARRIVED_FOR_ALL_WE_KNOW,
    ASKS,
    CAME_TO_NOTHING,
    MAY_HAVE_ARRIVED,
    PageKind,
    PageState,
    later,
)
from service.domain.escalation import CaseKind, CaseState, Position
from service.usecases.ports import Legs, NewPage, Page, PageLine

_QUEUED = pages.c.state == PageState.QUEUED.value
_SENDING = pages.c.state == PageState.SENDING.value
_UNKNOWN = pages.c.state == PageState.UNKNOWN.value
_CAME_TO_NOBODY = CAME_TO_NOTHING | {PageState.PRESUMED_LOST, PageState.CANCELLED}
_ACCEPTED = frozenset({PageState.ACCEPTED, PageState.SENT, PageState.DELIVERED})
_HELD = frozenset({PageState.SENDING, PageState.UNKNOWN})


class Pages(Store):
    """The part of the transaction that knows every attempt to reach a clinician."""

    __slots__ = ()

    def queue_page(self, page: NewPage) -> UUID | None:
        """Store a page to be sent; None when that very attempt is stored already."""
        query = upsert(pages).values(
            page_id=uuid4(),
            case_id=page.case_id,
            kind=page.kind.value,
            episode=page.position.episode,
            round=page.position.round,
            step=page.position.step,
            clinician=page.clinician,
            channel=page.channel.value,
            attempt=page.attempt,
            about=page.about,
            state=PageState.QUEUED.value,
            valid_for=round(page.valid_for.total_seconds()),
            not_before=page.not_before or self.now,
            next_channel_at=page.next_channel_at,
        )
        stored: UUID | None = self.connection.scalar(
            query.on_conflict_do_nothing().returning(pages.c.page_id)
        )
        return stored

    def claim_page(self, page_id: UUID, owner: str, lease: timedelta, *, early: bool = False) -> Page | None:
        """Take the page for one lease, if it needs somebody now; None when it does not. `early`: take a
        queued one before its time, too."""
        claimable = and_(_QUEUED, _may_go(self.now)) if early else _claimable(self.now, self.now)
        query = _with_case().where(pages.c.page_id == page_id, claimable)
        row = self.connection.execute(query.with_for_update(skip_locked=True, of=pages)).one_or_none()
        if row is None:
            return None
        fresh = row.state == PageState.QUEUED.value
        attempted_at = self.now if fresh else row.attempted_at
        self.connection.execute(
            update(pages)
            .where(pages.c.page_id == page_id)
            .values(
                state=PageState.SENDING.value,
                lease_owner=owner,
                lease_token=row.lease_token + 1,
                lease_until=self.now + lease,
                attempted_at=attempted_at,
            )
        )
        return _from_row(row, lease_token=row.lease_token + 1, attempted_at=attempted_at)

    def due_pages(self, rung_before: datetime, limit: int) -> tuple[UUID, ...]:
        """The most pressing, then the oldest, so many of each: neither waits behind a flood of the other."""
        due = select(pages.c.page_id).join(cases, cases.c.case_id == pages.c.case_id)
        due = due.where(_claimable(self.now, rung_before)).limit(limit)
        pressing = self.connection.scalars(due.order_by(cases.c.urgency_rank.desc(), pages.c.not_before))
        oldest = self.connection.scalars(due.order_by(pages.c.not_before))
        return tuple(dict.fromkeys((*pressing, *oldest)))

    def write_page(
        self,
        page: Page,
        state: PageState,
        *,
        provider_id: str | None = None,
        detail: str = "",
        not_before: datetime | None = None,
    ) -> bool:
        """Write an outcome; False when the lease was lost or a report has gone further already."""
        row = self._lock(page.page_id)
        if row.lease_token != page.lease_token:
            return False
        current = PageState(row.state)
        target = state if current in _HELD else later(current, state)
        if target is current and current not in _HELD:
            return False
        self._update(page.page_id, target, provider_id, detail, not_before)
        return True

    def report_page(self, page: Page, state: PageState, provider_id: str, detail: str) -> bool:
        """Write what a carrier reports; False when it is nothing new."""
        current = PageState(self._lock(page.page_id).state)
        if later(current, state) is current:
            return False
        self._update(page.page_id, state, provider_id, detail, None)
        return True

    def page(self, page_id: UUID) -> Page | None:
        row = self.connection.execute(_with_case().where(pages.c.page_id == page_id)).one_or_none()
        return None if row is None else _from_row(row)

    def step_pages(self, case_id: UUID, position: Position) -> tuple[PageState, ...]:
        query = select(pages.c.state).where(
            pages.c.case_id == case_id, pages.c.kind == PageKind.PAGE.value, _at(position)
        )
        return tuple(PageState(state) for state in self.connection.scalars(query))

    def superseded(self, page: Page) -> bool:
        """Whether a newer page to the same clinician for the same case stands beside this one."""
        newer = exists().where(
            pages.c.case_id == page.case_id,
            pages.c.kind == page.kind.value,
            pages.c.clinician == page.clinician,
            pages.c.channel == page.channel.value,
            _after(page.position),
        )
        return bool(self.connection.scalar(select(newer)))

    def told(self, case_id: UUID) -> tuple[str, ...]:
        """Everyone whom a message of this case has asked for something, as far as is known. Whoever is only
        being asked now is told what became of it when that is known."""
        query = select(pages.c.clinician).where(
            pages.c.case_id == case_id,
            pages.c.kind.in_([kind.value for kind in ASKS]),
            pages.c.state.in_([state.value for state in ARRIVED_FOR_ALL_WE_KNOW]),
        )
        return tuple(self.connection.scalars(query.distinct().order_by(pages.c.clinician)))

    def may_have_reached(self, case_id: UUID, clinician: str) -> bool:
        """Whether a message of this case may have asked this clinician, also one whose fate is not known
        yet."""
        asked = exists().where(
            pages.c.case_id == case_id,
            pages.c.clinician == clinician,
            pages.c.kind.in_([kind.value for kind in ASKS]),
            pages.c.state.in_([state.value for state in MAY_HAVE_ARRIVED]),
        )
        return bool(self.connection.scalar(select(asked)))

    def waited_for(self, case_id: UUID, episode: int) -> frozenset[str]:
        """Who was paged by the step that was taken last in this episode."""
        of_episode = and_(
            pages.c.case_id == case_id, pages.c.kind == PageKind.PAGE.value, pages.c.episode == episode
        )
        newest = select(pages.c.round, pages.c.step).where(of_episode)
        last = self.connection.execute(
            newest.order_by(pages.c.round.desc(), pages.c.step.desc()).limit(1)
        ).one_or_none()
        if last is None:
            return frozenset()
        query = select(pages.c.clinician).where(of_episode, _at(Position(episode, last.round, last.step)))
        return frozenset(self.connection.scalars(query))

    def provider_ids(self, page: Page) -> tuple[str, ...]:
        """The ids by which the carrier already knows other pages of the case, or to the same person over the
        same channel. Pages of one bundle share theirs."""
        same_way = and_(pages.c.clinician == page.clinician, pages.c.channel == page.channel.value)
        query = select(pages.c.provider_id).where(
            pages.c.provider_id.is_not(None), or_(pages.c.case_id == page.case_id, same_way)
        )
        if page.bundle is not None:
            query = query.where(or_(pages.c.bundle.is_(None), pages.c.bundle != page.bundle))
        return tuple(self.connection.scalars(query.distinct()))

    def channels_tried(self, case_id: UUID, position: Position, clinician: str) -> frozenset[Channel]:
        """Over which channels a step has paged somebody, or is about to."""
        query = select(pages.c.channel).where(
            pages.c.case_id == case_id,
            pages.c.kind == PageKind.PAGE.value,
            pages.c.clinician == clinician,
            _at(position),
        )
        return frozenset(Channel(channel) for channel in self.connection.scalars(query))

    def silent_page(self, besides: Collection[UUID]) -> UUID | None:
        """A page that nobody has answered in its time."""
        query = select(pages.c.page_id).where(
            pages.c.next_channel_at <= self.now, pages.c.page_id.not_in(besides)
        )
        found: UUID | None = self.connection.scalar(query.order_by(pages.c.next_channel_at).limit(1))
        return found

    def hear_no_more(self, page_id: UUID) -> None:
        self.connection.execute(update(pages).where(pages.c.page_id == page_id).values(next_channel_at=None))

    def hear_sooner(self, site: str, clinician: str, channel: Channel) -> None:
        """What a person has not answered over a channel goes to their next one now."""
        ours = select(cases.c.case_id).where(cases.c.site == site, cases.c.state == CaseState.OPEN.value)
        waiting = and_(
            pages.c.clinician == clinician,
            pages.c.channel == channel.value,
            pages.c.next_channel_at > self.now,
            pages.c.case_id.in_(ours),
        )
        self.connection.execute(update(pages).where(waiting).values(next_channel_at=self.now))

    def pages_to_ask_about(self, channel: Channel, since: datetime, limit: int) -> tuple[Page, ...]:
        """Pages of open cases over this channel that were taken since then, one for each message."""
        query = _with_case().where(
            cases.c.state == CaseState.OPEN.value,
            pages.c.channel == channel.value,
            pages.c.kind == PageKind.PAGE.value,
            pages.c.provider_id.is_not(None),
            pages.c.attempted_at >= since,
            or_(pages.c.bundle.is_(None), pages.c.bundle == pages.c.page_id),
        )
        rows = self.connection.execute(query.order_by(pages.c.attempted_at.desc()).limit(limit))
        return tuple(_from_row(row) for row in rows)

    def lock_way_to(self, page: Page) -> None:
        """Until the end of the transaction nobody else decides what goes to this person over this channel."""
        way = f"{page.site} {page.clinician} {page.channel}"
        self.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(way, 1))))

    def sent_lately(self, page: Page, since: datetime) -> tuple[datetime, ...]:
        """When messages went to the page's person over its channel, oldest first; a bundle is one."""
        query = (
            select(pages.c.attempted_at)
            .join(cases, cases.c.case_id == pages.c.case_id)
            .where(
                *_way_of(page),
                pages.c.attempted_at >= since,
                pages.c.page_id != page.page_id,
                or_(pages.c.bundle.is_(None), pages.c.bundle == pages.c.page_id),
            )
        )
        return tuple(self.connection.scalars(query.order_by(pages.c.attempted_at)))

    def case_paged_at(self, page: Page) -> datetime | None:
        """When the page's case paged its person over its channel last, in the same episode: a rise is new."""
        query = (
            select(func.max(pages.c.attempted_at))
            .join(cases, cases.c.case_id == pages.c.case_id)
            .where(
                *_way_of(page),
                pages.c.case_id == page.case_id,
                pages.c.episode == page.position.episode,
                pages.c.page_id != page.page_id,
            )
        )
        found: datetime | None = self.connection.scalar(query)
        return found

    def hold_page(self, page: Page, until: datetime) -> None:
        """Give a claimed page back, not to be sent before then."""
        self.connection.execute(
            update(pages)
            .where(pages.c.page_id == page.page_id)
            .values(state=PageState.QUEUED.value, not_before=until, lease_until=None, attempted_at=None)
        )

    def held_beside(self, page: Page) -> tuple[UUID, ...]:
        """The queued pages to the same person over the same channel, the most pressing first."""
        query = (
            select(pages.c.page_id)
            .join(cases, cases.c.case_id == pages.c.case_id)
            .where(*_way_of(page), _QUEUED, pages.c.page_id != page.page_id)
        )
        return tuple(self.connection.scalars(query.order_by(cases.c.urgency_rank.desc(), cases.c.opened_at)))

    def bundle_pages(self, leader: Page, page_ids: Collection[UUID]) -> None:
        """Note that one message carries all of these."""
        self.connection.execute(
            update(pages).where(pages.c.page_id.in_(page_ids)).values(bundle=leader.page_id)
        )

    def bundled(self, leader: UUID) -> tuple[Page, ...]:
        """The pages that a message carries beside or with its leader, the most pressing first."""
        query = _with_case().where(pages.c.bundle == leader)
        rows = self.connection.execute(query.order_by(cases.c.urgency_rank.desc(), cases.c.opened_at))
        return tuple(_from_row(row) for row in rows)

    def pages_over(self, case_id: UUID, clinician: str, channel: Channel) -> tuple[UUID, ...]:
        """The pages of a case that asked somebody over one channel."""
        query = select(pages.c.page_id).where(
            pages.c.case_id == case_id,
            pages.c.clinician == clinician,
            pages.c.channel == channel.value,
            pages.c.kind.in_([kind.value for kind in ASKS]),
        )
        return tuple(self.connection.scalars(query.order_by(pages.c.created_at)))

    def page_lines(self, case_id: UUID) -> tuple[PageLine, ...]:
        """Every message of a case, oldest first."""
        query = select(pages).where(pages.c.case_id == case_id).order_by(pages.c.created_at, pages.c.page_id)
        return tuple(
            PageLine(
                kind=PageKind(row.kind),
                clinician=row.clinician,
                channel=Channel(row.channel),
                state=PageState(row.state),
                provider_id=row.provider_id,
                created_at=row.created_at,
                attempted_at=row.attempted_at,
                accepted_at=row.accepted_at,
                delivered_at=row.delivered_at,
            )
            for row in self.connection.execute(query)
        )

    def legs(self, case_id: UUID) -> Legs:
        """When the first page of a case was tried, accepted and delivered."""
        query = select(
            func.min(pages.c.attempted_at), func.min(pages.c.accepted_at), func.min(pages.c.delivered_at)
        ).where(pages.c.case_id == case_id, pages.c.kind == PageKind.PAGE.value)
        attempted, accepted, delivered = self.connection.execute(query).one()
        return Legs(attempted, accepted, delivered)

    def forgotten_pages(self, lease_over: datetime, accepted_before: datetime) -> tuple[int, int]:
        """How many pages are still held long after their lease, and how many that were accepted before then
        for open cases have no word of what became of them."""
        held = select(func.count()).where(_SENDING, pages.c.lease_until < lease_over)
        silent = (
            select(func.count())
            .select_from(pages.join(cases, cases.c.case_id == pages.c.case_id))
            .where(
                cases.c.state == CaseState.OPEN.value,
                pages.c.state.in_([PageState.ACCEPTED.value, PageState.SENT.value]),
                pages.c.accepted_at < accepted_before,
            )
        )
        return self.connection.scalar(held) or 0, self.connection.scalar(silent) or 0

    def cancel_queued(self, case_id: UUID) -> None:
        self.connection.execute(
            update(pages)
            .where(pages.c.case_id == case_id, pages.c.kind == PageKind.PAGE.value, _QUEUED)
            .values(state=PageState.CANCELLED.value)
        )

    def _lock(self, page_id: UUID) -> Row[str, int]:
        query = select(pages.c.state, pages.c.lease_token).where(pages.c.page_id == page_id)
        return self.connection.execute(query.with_for_update()).one()

    def _update(
        self,
        page_id: UUID,
        state: PageState,
        provider_id: str | None,
        detail: str,
        not_before: datetime | None,
    ) -> None:
        values: dict[str, Any] = {"state": state.value, "detail": detail, "lease_until": None}
        if provider_id is not None:
            values["provider_id"] = provider_id
        if state in _ACCEPTED:
            values["accepted_at"] = func.coalesce(pages.c.accepted_at, func.clock_timestamp())
        if state is PageState.DELIVERED:
            values["delivered_at"] = func.clock_timestamp()
        if not_before is not None:
            values["not_before"] = not_before
        self.connection.execute(update(pages).where(pages.c.page_id == page_id).values(**values))


def _claimable(now: datetime, rung_before: datetime) -> ColumnElement[bool]:
    return or_(
        and_(_QUEUED, pages.c.not_before <= rung_before, _may_go(now)),
        and_(_SENDING, pages.c.lease_until <= now),
        and_(_UNKNOWN, pages.c.not_before <= now),
    )


def _may_go(now: datetime) -> ColumnElement[bool]:
    """Where paging is off, nobody is asked anything; what a clinician's own act is answered with goes out."""
    return not_(and_(pages.c.kind.in_([kind.value for kind in ASKS]), is_off(now)))


def _way_of(page: Page) -> tuple[ColumnElement[bool], ...]:
    """Pages for first contacts to the same person over the same channel."""
    return (
        cases.c.site == page.site,
        cases.c.kind == CaseKind.CONTACT.value,
        pages.c.kind == PageKind.PAGE.value,
        pages.c.clinician == page.clinician,
        pages.c.channel == page.channel.value,
        pages.c.state.not_in([state.value for state in _CAME_TO_NOBODY]),
    )


def _at(position: Position) -> ColumnElement[bool]:
    return and_(
        pages.c.episode == position.episode, pages.c.round == position.round, pages.c.step == position.step
    )


def _after(position: Position) -> ColumnElement[bool]:
    place = func.row(pages.c.episode, pages.c.round, pages.c.step)
    return place > func.row(position.episode, position.round, position.step)


def _with_case() -> Select[Any]:
    return select(pages, cases.c.site, cases.c.code, cases.c.kind.label("case_kind")).join(
        cases, cases.c.case_id == pages.c.case_id
    )


def _from_row(row: Row[Any], *, lease_token: int | None = None, attempted_at: datetime | None = None) -> Page:
    return Page(
        page_id=row.page_id,
        case_id=row.case_id,
        site=row.site,
        code=row.code,
        kind=PageKind(row.kind),
        position=Position(row.episode, row.round, row.step),
        clinician=row.clinician,
        channel=Channel(row.channel),
        attempt=row.attempt,
        state=PageState(row.state),
        lease_token=row.lease_token if lease_token is None else lease_token,
        attempted_at=attempted_at or row.attempted_at or row.created_at,
        provider_id=row.provider_id,
        valid_for=timedelta(seconds=row.valid_for),
        about=row.about,
        case_kind=CaseKind(row.case_kind),
        bundle=row.bundle,
    )
