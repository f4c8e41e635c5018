"""The plans of a site as they stand, and whom each step would page now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.plan import Plan, Step
from service.domain.roster import OnCall
from service.domain.site import Site
from service.domain.urgency import Urgency
from service.usecases.paging import who_is_meant
from service.usecases.ports import Ledger, Transaction

TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step, and the clinicians whom it would page if it were due now; nobody, where nobody is meant."""

    step: Step
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan by its name: an urgency, or `trouble`. Cases that have begun keep the copy they began with."""

    name: str
    plan: Plan
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class ReadPlans:
    """Reads; changes nothing."""

    ledger: Ledger
    sites: Mapping[str, Site]

    def all(self, site: str) -> tuple[PlanView, ...]:
        """Every plan of a site, the most urgent first."""
        there = self.sites[site]
        by_rank = sorted(there.plans.items(), key=lambda item: item[0].rank, reverse=True)
        with self.ledger.transaction() as tx:
            plans = [self._view(tx, there, urgency.value, plan) for urgency, plan in by_rank]
            return (*plans, self._view(tx, there, TROUBLE, there.trouble_plan))

    def one(self, site: str, name: str) -> PlanView | None:
        """One plan; None when the site has none of this name."""
        there = self.sites[site]
        known = {urgency.value for urgency in Urgency}
        plan = there.trouble_plan if name == TROUBLE else None
        if plan is None and name in known:
            plan = there.plans.get(Urgency(name))
        if plan is None:
            return None
        with self.ledger.transaction() as tx:
            return self._view(tx, there, name, plan)

    def _view(self, tx: Transaction, site: Site, name: str, plan: Plan) -> PlanView:
        return PlanView(name, plan, tuple(StepView(step, _people(tx, site, step)) for step in plan.steps))


def _people(tx: Transaction, site: Site, step: Step) -> tuple[str, ...]:
    meant = (who_is_meant(tx, site, target) for target in step.targets)
    people = [person for who in meant if isinstance(who, OnCall) for person in who.clinicians]
    return tuple(dict.fromkeys(people))
