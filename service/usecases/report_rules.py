"""Which rules raise cases that humans find to be about nothing, and how long each leaves people waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.domain.heard import ReportPolicy
from service.domain.policy import Policy
from service.domain.rule_use import RuleUse, rule_uses
from service.domain.trail import Deed
from service.usecases.ports import Ledger


@dataclass(frozen=True, slots=True)
class ReportRules:
    """Reads; the audit trail tells of it. Nobody's words, id or name are in what it gives."""

    ledger: Ledger
    policy: Policy
    counting: ReportPolicy

    def __call__(self, site: str, weeks: int) -> tuple[RuleUse, ...]:
        """Every rule, by the cases that were opened at a site in the last so many weeks."""
        with self.ledger.transaction() as tx:
            tx.note(Deed.REPORT_READ, site, detail=f"rules, {weeks} weeks")
            outcomes = tx.outcomes(site, tx.now - timedelta(weeks=weeks))
        counting = self.counting
        return rule_uses(self.policy.rules, outcomes, counting.overrides, counting.fewest_contacts)
