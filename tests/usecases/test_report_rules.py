"""Which rules only tire people: counted from what humans did with the cases that each raised."""

from __future__ import annotations

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.adapters.yaml_policy import load_report_policy
from service.domain.assessment import Assessor
from service.domain.rule_use import RuleUse
from service.settings import REPOSITORY
from service.usecases.report_rules import ReportRules
from tests.canary import CANARY
from tests.service_under_test import TONIGHT, ServiceUnderTest, said

LOW = "It is hopeless, there is no future for me."


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


def report(service: ServiceUnderTest) -> dict[str, RuleUse]:
    counting = load_report_policy(REPOSITORY / "config")
    uses = ReportRules(service.ledger, service.assessor.policy, counting)("riverside", 2)
    assert len(uses) == len(service.assessor.policy.rules)
    return {use.rule_id: use for use in uses}


def closed(service: ServiceUnderTest, contact_id: str, disposition: str) -> None:
    case = service.case(contact_id)
    service.decide.close("riverside", case.case_id, "osei", disposition)


def test_a_rule_that_is_overridden_comes_first_with_its_share(service: ServiceUnderTest) -> None:
    for number in range(6):
        service.contact(LOW, contact_id=f"c{number}")
        closed(service, f"c{number}", "not_about_the_person" if number < 4 else "spoken_to")
    uses = report(service)
    first = next(iter(uses.values()))
    assert first.override_share == round(4 / 6, 3)
    assert (first.decided, first.closed, first.overridden, first.closed_untaken) == (6, 6, 4, 6)
    assert uses["act_in_progress"].held == 0


def test_of_few_cases_no_share_is_told(service: ServiceUnderTest) -> None:
    service.contact(LOW)
    closed(service, "c1", "not_about_the_person")
    use = report(service)["hopelessness"]
    assert (use.overridden, use.override_share, use.too_few) == (1, None, True)


def test_how_long_somebody_was_waited_for_is_counted_from_the_first_page(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    service.decide.acknowledge("riverside", service.case().case_id, "osei")
    service.contact(TONIGHT, contact_id="nobody-takes-it")
    service.work()
    deciding = [use for use in report(service).values() if use.decided]
    assert {use.urgency for use in deciding} == {service.case().urgency}
    assert all(use.decided == 2 and use.median_wait is not None for use in deciding)
    assert all(0 <= (use.median_wait or 0) < 60 for use in deciding)


def test_a_rule_that_held_beside_a_graver_one_did_not_decide(service: ServiceUnderTest) -> None:
    service.contact(f"{TONIGHT} {LOW}")
    use = report(service)["hopelessness"]
    assert (use.held, use.decided) == (1, 0)


def test_after_a_rise_the_rules_that_raised_it_count(service: ServiceUnderTest) -> None:
    service.contact(LOW)
    assert report(service)["hopelessness"].decided == 1
    service.add(said(TONIGHT, "a2"))
    uses = report(service)
    assert uses["hopelessness"].decided == 0
    assert any(use.decided for use in uses.values())


def test_no_words_and_no_name_are_in_it(service: ServiceUnderTest) -> None:
    service.contact(LOW)
    closed(service, "c1", "spoken_to")
    written = repr(report(service))
    assert CANARY not in written
    assert "osei" not in written
    assert "c1" not in written
