"""The whole house boots, keeps what it is given, and goes out without leaving a light on."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from simulator.machine.ports import LOOPBACK, obstacle
from simulator.servers import EmbeddedPostgres
from simulator.stack import Stack, StackFault
from tests.simulator.machine.house import living

pytestmark = pytest.mark.slow


def status(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def boot(stack: Stack) -> None:
    with stack:
        pytest.fail("it booted")


def test_everything_is_ready_when_the_block_begins_and_gone_when_it_ends(tmp_path: Path) -> None:
    with Stack(tmp_path, workers=2, sweepers=1) as stack:
        assert status(f"{stack.api_url}/readyz") == http.client.OK
        assert stack.carrier.received == []
        assert stack.ended() == []
        names = ("postgres", "redis", "simulator", "api", "worker-1", "worker-2", "sweeper-1")
        assert len({stack.pid(name) for name in names}) == len(names)
        assert stack.cli("--help").returncode == 0
    assert living(tmp_path) == []


def test_a_process_can_be_killed_and_started_again(tmp_path: Path) -> None:
    with Stack(tmp_path, sweepers=1) as stack:
        stack.kill("worker-1")
        assert stack.ended() == ["worker-1"]
        stack.start("worker-1")
        stack.kill("api")
        stack.start("api")
        assert status(f"{stack.api_url}/readyz") == http.client.OK
        stack.restart("postgres")
        assert stack.ended() == []


def test_data_and_the_key_to_it_survive(tmp_path: Path) -> None:
    with Stack(tmp_path, workers=0, sweepers=0) as stack:
        key = stack.environment["GOLDENHOUR_DATA_KEYS"]
        with psycopg.connect(stack.database_url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE test_note AS SELECT 'kept' AS text")
    with Stack(tmp_path, workers=0, sweepers=0) as stack:
        assert stack.environment["GOLDENHOUR_DATA_KEYS"] == key
        with psycopg.connect(stack.database_url.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT text FROM test_note").fetchone() == ("kept",)
    assert (tmp_path / "data-keys").stat().st_mode & 0o777 == 0o600


def test_data_is_not_opened_without_the_key_that_it_was_stored_with(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    server.stop()
    with pytest.raises(StackFault, match=r"data-keys is missing: what is stored in .* cannot be read"):
        boot(Stack(tmp_path))


def test_without_redis_the_house_runs_and_nothing_listens_where_redis_would_be(tmp_path: Path) -> None:
    with Stack(tmp_path, with_redis=False) as stack:
        port = urlsplit(stack.environment["REDIS_URL"]).port
        assert port is not None
        assert obstacle(port) is None
        assert stack.redis is None
        assert status(f"{stack.api_url}/healthz") == http.client.OK


def test_a_database_that_is_given_is_used(tmp_path: Path) -> None:
    given = EmbeddedPostgres(tmp_path / "given")
    given.start()
    try:
        with Stack(
            tmp_path / "home", workers=0, sweepers=0, environment={"DATABASE_URL": given.url}
        ) as stack:
            assert stack.postgres is None
            assert stack.database_url == given.url
            assert status(f"{stack.api_url}/readyz") == http.client.OK
        assert given.running
    finally:
        given.stop()


def test_what_is_set_around_the_stack_does_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "the real one")
    monkeypatch.setenv("GOLDENHOUR_SWEEP_SECONDS", "3600")
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    with Stack(tmp_path, workers=0, sweepers=0) as stack:
        assert stack.environment["TWILIO_AUTH_TOKEN"] != "the real one"
        assert not {"GOLDENHOUR_SWEEP_SECONDS", "PGOPTIONS"} & stack.environment.keys()


def test_a_port_in_use_says_how_to_choose_another(tmp_path: Path) -> None:
    with taken_port() as port:
        message = f"port {port} is in use; choose another with"
        with pytest.raises(StackFault, match=f"{message} PORT="):
            boot(Stack(tmp_path, port=port))
        with pytest.raises(StackFault, match=f"{message} PHONES_PORT="):
            boot(Stack(tmp_path, phones_port=port))


def test_settings_that_the_service_refuses_are_reported_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match="the database cannot be migrated"):
        boot(Stack(tmp_path, environment={"GOLDENHOUR_DATA_KEYS": "k1:short"}))
    assert living(tmp_path) == []


def test_a_second_stack_in_the_same_home_is_refused(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, workers=0, sweepers=0),
        pytest.raises(StackFault, match="is in use by another stack"),
    ):
        boot(Stack(tmp_path))
