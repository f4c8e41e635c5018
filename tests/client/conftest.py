"""A service that can misbehave, and clients of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from goldenhour_client import Client
from tests.client.intake_service import IntakeService

KEY = "a key made up for a test"


@pytest.fixture
def service() -> Iterator[IntakeService]:
    with IntakeService() as service:
        yield service


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Path]:
    """Where words wait to be delivered: what is left of them is taken away after the test."""
    yield tmp_path / "spool"
    shutil.rmtree(tmp_path / "spool", ignore_errors=True)


@pytest.fixture
def client_of(service: IntakeService, spool: Path) -> Iterator[Callable[..., Client]]:
    """Clients of that service, with one spool; they are closed after the test."""
    with ExitStack() as open_clients:

        def client(**options: Any) -> Client:
            return open_clients.enter_context(Client(service.url, key=KEY, spool=spool, **options))

        yield client
