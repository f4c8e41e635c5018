"""Plans as they stand, and whom they would page now."""

from __future__ import annotations

from service.domain.urgency import Urgency
from service.usecases.read_plans import ReadPlans
from tests.service_under_test import ServiceUnderTest


def test_plans_stand_by_urgency_and_name_whom_each_step_would_page(service: ServiceUnderTest) -> None:
    plans = ReadPlans(service.ledger, {"riverside": service.site})
    names = [view.name for view in plans.all("riverside")]
    assert names == ["emergency", "very_urgent", "urgent", "soon", "unread", "trouble"]
    view = plans.one("riverside", "emergency")
    assert view is not None
    assert [step.now for step in view.steps] == [("osei",), ("lindqvist",)]
    assert view.plan == service.site.plans[Urgency.EMERGENCY]


def test_what_has_no_plan_is_not_there(service: ServiceUnderTest) -> None:
    plans = ReadPlans(service.ledger, {"riverside": service.site})
    assert plans.one("riverside", "none_found") is None
    assert plans.one("riverside", "anything") is None
    assert plans.one("riverside", "trouble") is not None
