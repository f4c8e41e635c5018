"""Connections to PostgreSQL and Redis that are locked: believed with the right authority, and never else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.adapters.redis_limits import RedisLimits
from service.adapters.rq_doorbell import RqDoorbell
from service.adapters.tls import postgres_fault, redis_fault
from service.cli import main
from service.settings import REPOSITORY
from service.usecases.ports import LedgerAway
from simulator.servers import EmbeddedPostgres, EmbeddedRedis
from tests.certificates import Authority, authority
from tests.tls_front import locked

NOT_TRUSTED = "the server's certificate is not of an authority that is trusted, or its time is over"
NO_FILE = "a file of certificates that it names cannot be read"
OF_ANOTHER = "the server's certificate is for another host"


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path / "ours.pem")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    return authority(tmp_path / "theirs.pem")


@pytest.fixture
def certificate(ours: Authority, tmp_path: Path) -> Path:
    return ours.certificate(tmp_path / "server.pem")


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Callable[[int, Path], str]:
    """The URL of the database behind another port, whose certificate must be of the authority in a file."""

    def url(port: int, root: Path) -> str:
        return f"{postgres.url.replace(f':{postgres.port}/', f':{port}/')}?sslmode=verify-full&sslrootcert={root}"

    return url


@pytest.fixture
def doorbell(redis_server: EmbeddedRedis) -> Callable[[int, Path], str]:
    """The same for Redis."""

    def url(port: int, root: Path) -> str:
        plain = redis_server.url.replace(f":{redis_server.port}/", f":{port}/")
        return f"{plain.replace('redis://', 'rediss://', 1)}?ssl_ca_certs={root}"

    return url


def test_the_ledger_works_through_a_lock_of_the_right_authority_and_through_no_other(
    postgres: EmbeddedPostgres,
    database: Callable[[int, Path], str],
    cipher: Cipher,
    certificate: Path,
    ours: Authority,
    theirs: Authority,
) -> None:
    with locked(postgres.port, certificate, asks_first=True) as port:
        assert postgres_fault(database(port, ours.file)) is None
        engine = connect(database(port, ours.file), 1)
        with PostgresLedger(engine, cipher).transaction() as tx:
            assert tx.now.tzinfo is not None
        engine.dispose()
        assert postgres_fault(database(port, theirs.file)) == NOT_TRUSTED
        engine = connect(database(port, theirs.file), 1)
        with pytest.raises(LedgerAway), PostgresLedger(engine, cipher).transaction():
            pass


def test_redis_works_through_a_lock_of_the_right_authority_and_through_no_other(
    redis_server: EmbeddedRedis,
    doorbell: Callable[[int, Path], str],
    certificate: Path,
    ours: Authority,
    theirs: Authority,
) -> None:
    with locked(redis_server.port, certificate) as port:
        assert redis_fault(doorbell(port, ours.file)) is None
        assert RqDoorbell(doorbell(port, ours.file), 5).ring([uuid4()])
        limits = RedisLimits(doorbell(port, ours.file))
        assert [limits.seconds_to_wait("locked", 1, 60) > 0 for _ in range(3)] == [False, True, True]
        assert limits._away_until == 0.0  # it was counted there, and not here
        assert redis_fault(doorbell(port, theirs.file)) == NOT_TRUSTED
        assert not RqDoorbell(doorbell(port, theirs.file), 5).ring([uuid4()])


@pytest.mark.parametrize(
    ("address", "days", "fault"), [("127.0.0.2", 1, OF_ANOTHER), ("127.0.0.1", -1, NOT_TRUSTED)]
)
def test_a_certificate_for_another_host_or_from_another_time_is_named(
    postgres: EmbeddedPostgres,
    redis_server: EmbeddedRedis,
    database: Callable[[int, Path], str],
    doorbell: Callable[[int, Path], str],
    ours: Authority,
    tmp_path: Path,
    address: str,
    days: int,
    fault: str,
) -> None:
    file = ours.certificate(tmp_path / "other.pem", address=address, until=dt.timedelta(days=days))
    with locked(postgres.port, file, asks_first=True) as port:
        assert postgres_fault(database(port, ours.file)) == fault
    with locked(redis_server.port, file) as port:
        assert redis_fault(doorbell(port, ours.file)) == fault


def test_a_server_without_a_lock_and_a_file_that_is_not_there_are_named(
    postgres: EmbeddedPostgres,
    redis_server: EmbeddedRedis,
    database: Callable[[int, Path], str],
    doorbell: Callable[[int, Path], str],
    certificate: Path,
    ours: Authority,
    tmp_path: Path,
) -> None:
    missing = tmp_path / "missing.pem"
    assert postgres_fault(database(postgres.port, ours.file)) == "the server does not speak TLS"
    assert not RqDoorbell(doorbell(redis_server.port, ours.file), 5).is_there()  # it waits, and says nothing
    with locked(postgres.port, certificate, asks_first=True) as port:
        assert postgres_fault(database(port, missing)) == NO_FILE
    with locked(redis_server.port, certificate) as port:
        assert redis_fault(doorbell(port, missing)) == NO_FILE


def test_a_server_that_does_not_answer_is_no_fault_and_neither_is_one_without_a_lock_that_nobody_asked_for(
    postgres: EmbeddedPostgres,
    redis_server: EmbeddedRedis,
    database: Callable[[int, Path], str],
    doorbell: Callable[[int, Path], str],
    ours: Authority,
) -> None:
    assert postgres_fault(database(9, ours.file)) is None
    assert redis_fault(doorbell(9, ours.file)) is None
    assert (postgres_fault(postgres.url), redis_fault(redis_server.url)) == (None, None)


@pytest.mark.parametrize("command", ["check", "migrate", "api", "worker", "sweeper"])
def test_nothing_starts_with_a_server_that_is_not_to_be_trusted_and_no_password_is_shown(
    postgres: EmbeddedPostgres,
    redis_server: EmbeddedRedis,
    database: Callable[[int, Path], str],
    doorbell: Callable[[int, Path], str],
    certificate: Path,
    theirs: Authority,
    command: str,
) -> None:
    with (
        locked(postgres.port, certificate, asks_first=True) as first,
        locked(redis_server.port, certificate) as second,
    ):
        environment = {
            "DATABASE_URL": database(first, theirs.file),
            "REDIS_URL": doorbell(second, theirs.file),
            "GOLDENHOUR_SITES_DIR": str(REPOSITORY / "simulator/sites"),
            "GOLDENHOUR_DATA_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "made up",
            "TWILIO_FROM": "+15550100000",
        }
        result = CliRunner(env=environment).invoke(main, [command])
    assert result.exit_code == 1
    assert f"DATABASE_URL: {NOT_TRUSTED}" in result.output
    assert f"REDIS_URL: {NOT_TRUSTED}" in result.output
    for url in (postgres.url, redis_server.url):
        assert url.partition("@")[0].rpartition(":")[2] not in result.output
