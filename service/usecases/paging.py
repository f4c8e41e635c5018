"""Writing pages into the ledger: whom a case tells next and how, and who is told that it is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from service.domain import escalation
from service.domain.channel import Channel
from service.domain.delivery import SETTLES, PageKind
from service.domain.escalation import Case, CaseKind, CaseState, Event, EventKind, Position
from service.domain.plan import Plan, Target, TargetKind
from service.domain.refusals import CarrierPolicy
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.site import Site
from service.domain.urgency import Urgency
from service.usecases.on_call import on_call
from service.usecases.ports import NewPage, Page, Transaction

NOTICE_IS_VALID_FOR = timedelta(hours=1)
CODE_RESTS_FOR = timedelta(days=90)
"""A code is not used again for so long, so that a late reply never meets another case."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Queues pages in a transaction of its caller, who rings for them when it is committed."""

    sites: Mapping[str, Site]
    policy: CarrierPolicy
    new_code: Callable[[], str]

    def take_due_step(self, tx: Transaction, case: Case) -> list[UUID]:
        """Take the step that is due, store what follows, and return the pages to ring for."""
        site = self.sites[case.site]
        everyone = () if case.asks_one else tuple(site.clinicians)
        step = escalation.advance(case, lambda target: who_is_meant(tx, site, target), everyone, tx.now)
        tx.save_case(step.case)
        queued: list[UUID] = []
        for event in step.events:
            tx.record(case.case_id, event)
            if event.kind is EventKind.ACKNOWLEDGEMENT_EXPIRED and event.clinician is not None:
                queued += self.tell(tx, step.case, PageKind.EXPIRED, event.clinician)
        asked = [self._page_first(tx, step.case, step.fired, person) for person in step.targets]
        if step.targets and not any(asked):
            self.step_came_to_nothing(tx, step.case, step.fired)
        elif step.case.alarm and not case.alarm and not case.asks_one:
            self.open_trouble(tx, site, f"nobody has taken {case.code}", case)
        return [*queued, *(page_id for page_id in asked if page_id is not None)]

    def step_came_to_nothing(self, tx: Transaction, case: Case, fired: Position) -> None:
        """Make the next step due now, when the one at this place can bring nobody any more."""
        after = escalation.came_to_nothing(case, fired, tx.now)
        tx.save_case(after)
        if after.alarm and not case.alarm:
            tx.record(case.case_id, Event(EventKind.ALARM, detail="nobody can be reached"))
            self.open_trouble(tx, self.sites[case.site], f"nobody can be reached for {case.code}", case)

    def _page_first(self, tx: Transaction, case: Case, fired: Position, clinician: str) -> UUID | None:
        channels = self.channels(tx, case, fired, clinician)
        if not channels:
            tx.record(case.case_id, Event(EventKind.NO_CHANNEL, clinician))
            return None
        return self._queue(tx, case, fired, clinician, channels[0], EventKind.PAGED)

    def page_next_channel(self, tx: Transaction, case: Case, page: Page) -> list[UUID]:
        """Page the same person over the channel after those tried, while the case waits for that step."""
        if page.kind is not PageKind.PAGE or not escalation.is_waited_for(case, page.position):
            return []
        tried = tx.channels_tried(case.case_id, page.position, page.clinician)
        left = [
            channel
            for channel in self.channels(tx, case, page.position, page.clinician)
            if channel not in tried
        ]
        if not left:
            return []
        queued = self._queue(tx, case, page.position, page.clinician, left[0], EventKind.NEXT_CHANNEL)
        return [] if queued is None else [queued]

    def channels(
        self, tx: Transaction, case: Case, position: Position, clinician: str
    ) -> tuple[Channel, ...]:
        """A person's channels for a step, in order: none that is dead, and those that are broken last."""
        wanted = _wanted(case.plan, position)
        if wanted and case.kind is CaseKind.CHECK:  # whether it works after all is what is to be shown
            return wanted
        alive = self.alive(tx, self.sites[case.site], clinician)
        order = [channel for channel in (wanted or alive) if channel in alive]
        broken = self.policy.broken(tx.troubles(tx.now - self.policy.within), tx.now)
        return tuple(sorted(order, key=lambda channel: channel in broken))

    def alive(self, tx: Transaction, site: Site, clinician: str) -> tuple[Channel, ...]:
        """The channels by which somebody can be reached at all, first choice first."""
        person = site.clinicians.get(clinician)
        if person is None:
            return ()
        dead = tx.dead_channels(site.site_id, person)
        return tuple(channel for channel in person.addresses if channel not in dead)

    def _queue(
        self,
        tx: Transaction,
        case: Case,
        fired: Position,
        clinician: str,
        channel: Channel,
        kind: EventKind,
    ) -> UUID | None:
        page_id = tx.queue_page(
            NewPage(
                case_id=case.case_id,
                kind=PageKind.PAGE,
                position=fired,
                clinician=clinician,
                channel=channel,
                valid_for=max(case.next_action_at - tx.now, case.plan.next_channel_after),
                next_channel_at=tx.now + case.plan.next_channel_after,
            )
        )
        if page_id is not None:
            place = f"{channel}, round {fired.round + 1}, step {fired.step + 1}"
            tx.record(case.case_id, Event(kind, clinician, place, channel.value))
        return page_id

    def tell(
        self, tx: Transaction, case: Case, kind: PageKind, clinician: str, about: str | None = None
    ) -> list[UUID]:
        """Tell one clinician how a case stands. Once for each episode: telling again is silently left out."""
        there = self.channels(tx, case, Position(round=case.plan.repeats + 1), clinician)
        channels = [channel for channel in there if channel in _TELLS][:1]
        if kind in SETTLES and tx.pages_over(case.case_id, clinician, Channel.PAGERDUTY):
            channels.append(Channel.PAGERDUTY)  # it goes on paging until it is told
        queued = [
            tx.queue_page(
                NewPage(
                    case_id=case.case_id,
                    kind=kind,
                    position=Position(episode=case.position.episode),
                    clinician=clinician,
                    channel=channel,
                    valid_for=NOTICE_IS_VALID_FOR,
                    about=about,
                )
            )
            for channel in channels
        ]
        told = [page_id for page_id in queued if page_id is not None]
        if told:
            over = " ".join(channels)
            tx.record(case.case_id, Event(EventKind.TOLD, clinician, kind.value, over))
        return told

    def open_trouble(self, tx: Transaction, site: Site, subject: str, about: Case | None = None) -> None:
        """Open a case about the service itself, unless one of this subject is open. A trouble about a
        trouble would never end."""
        if (about is not None and about.kind is CaseKind.TROUBLE) or tx.live_trouble(site.site_id, subject):
            return
        case = Case(
            case_id=uuid4(),
            code=self.unused_code(tx),
            site=site.site_id,
            contact_id=None,
            kind=CaseKind.TROUBLE,
            subject=subject,
            urgency=Urgency.EMERGENCY,
            plan=site.trouble_plan,
            state=CaseState.OPEN,
            position=Position(),
            next_action_at=tx.now + site.trouble_plan.first_page_after,
            respond_by=None,
            opened_at=tx.now,
        )
        tx.open_case(None, case)
        tx.record(case.case_id, Event(EventKind.OPENED, detail=subject))

    def unused_code(self, tx: Transaction) -> str:
        """A code that no live case has and none had lately."""
        code = self.new_code()
        while tx.code_is_taken(code, tx.now - CODE_RESTS_FOR):
            code = self.new_code()
        return code


_TELLS = frozenset({Channel.SMS, Channel.WCTP, Channel.SNPP, Channel.EMAIL})
"""Channels over which somebody may be told how a case stands: nobody is called, or paged aloud, for that."""


def who_is_meant(tx: Transaction, site: Site, target: Target) -> OnCall | NobodyOnCall:
    """Who a target is now. What the site no longer knows is nobody: the plan may be older than its file."""
    if target.kind is TargetKind.ROSTER:
        return on_call(tx, site, target.name)
    people = site.teams.get(target.name, ()) if target.kind is TargetKind.TEAM else (target.name,)
    known = tuple(person for person in people if person in site.clinicians)
    return OnCall(known) if known else NobodyOnCall(target.name)


def _wanted(plan: Plan, position: Position) -> tuple[Channel, ...]:
    """The channels that a step names; none once everyone is paged."""
    return plan.steps[position.step].channels if position.round <= plan.repeats else ()
