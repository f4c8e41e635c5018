"""The service on a real ledger, with fakes for the carrier and the doorbell."""

from __future__ import annotations

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from tests.service_under_test import ServiceUnderTest


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)
