"""The real servers that come in wheels: data survives, and whatever is wrong is said."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from simulator.machine import unprivileged
from simulator.machine.ports import LOOPBACK
from simulator.servers import EmbeddedPostgres, EmbeddedRedis, StackFault

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    yield server
    server.stop()


@pytest.fixture
def doorbell(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path / "redis")
    yield server
    server.stop()


def ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        answer = connection.execute(statement)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def test_what_postgres_stored_survives_a_restart_and_a_kill(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    ask(postgres, "CREATE TABLE note AS SELECT 'kept' AS text")
    postgres.restart()
    assert ask(postgres, "SELECT text FROM note") == "kept"
    ask(postgres, "INSERT INTO note VALUES ('and this')")
    postgres.kill()
    postgres.start()
    assert ask(postgres, "SELECT count(*) FROM note") == 2
    assert postgres.log().count("database system is ready") == 3


def test_postgres_writes_through_and_reads_utf8(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert ask(postgres, "SHOW fsync") == "on"
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert str(ask(postgres, "SHOW server_version")).startswith("18.")


def test_postgres_wants_its_password(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=LOOPBACK, port=postgres.port, user="goldenhour", password="guess")
    assert (postgres.data_dir / "password").stat().st_mode & 0o777 == 0o600


def test_postgres_keeps_statements_and_rows_out_of_its_log(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    ask(postgres, "CREATE TABLE note (text text UNIQUE)")
    ask(postgres, "INSERT INTO note VALUES ('a private word')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(postgres, "INSERT INTO note VALUES ('a private word')")
    assert "unique constraint" in postgres.log()
    assert "private" not in postgres.log()


def test_a_data_directory_whose_making_was_interrupted_is_moved_aside(postgres: EmbeddedPostgres) -> None:
    half = postgres.data_dir / "cluster"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert ask(postgres, "SELECT 1") == 1
    (aside,) = postgres.data_dir.glob("cluster.incomplete-*")
    assert (aside / "PG_VERSION").read_text() == "18\n"


def test_a_complete_data_directory_that_does_not_start_is_reported_and_kept(
    postgres: EmbeddedPostgres,
) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data_dir / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(StackFault, match=r"(?s)postgres ended with status \d+; its log ends\n.*pg_control"):
        postgres.start()
    assert not postgres.running
    assert (postgres.data_dir / "cluster" / "PG_VERSION").exists()
    assert not list(postgres.data_dir.glob("cluster.incomplete-*"))


@pytest.mark.parametrize(
    "left",
    ["", f"{os.getpid()}\n/elsewhere\n", "999999\n/elsewhere\n"],
    ids=["empty", "of a process that lives", "of one that does not"],
)
def test_a_pid_file_that_a_dead_server_left_is_no_obstacle(postgres: EmbeddedPostgres, left: str) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data_dir / "cluster" / "postmaster.pid").write_text(left)
    postgres.start()
    assert ask(postgres, "SELECT 1") == 1


def test_a_long_path_with_spaces_is_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / ("a rather long name " * 6) / "in a \u201cquoted\u201d place"
    for server in (EmbeddedPostgres(home / "postgres"), EmbeddedRedis(home / "redis")):
        server.start()
        assert server.running
        server.stop()


@pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedRedis])
def test_a_port_in_use_is_reported(kind: type[EmbeddedPostgres | EmbeddedRedis], tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StackFault, match=f"{kind.name}: port {port} is in use"):
            kind(tmp_path / "data", port=port).start()


@pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedRedis])
def test_a_second_server_on_the_same_data_is_refused(
    kind: type[EmbeddedPostgres | EmbeddedRedis], tmp_path: Path
) -> None:
    first = kind(tmp_path / "data")
    first.start()
    try:
        with pytest.raises(StackFault, match="is in use by another stack"):
            kind(tmp_path / "data").start()
        assert first.running
    finally:
        first.stop()


def test_a_directory_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StackFault, match="cannot be used: Not a directory"):
        EmbeddedRedis(tmp_path / "file" / "redis").start()


def test_what_redis_was_told_survives_a_kill(doorbell: EmbeddedRedis) -> None:
    doorbell.start()
    with redis.Redis.from_url(doorbell.url) as client:
        client.set("bell", "rung")
    doorbell.kill()
    doorbell.start()
    with redis.Redis.from_url(doorbell.url) as client:
        assert client.get("bell") == b"rung"


def test_a_flush_forgets_everything(doorbell: EmbeddedRedis) -> None:
    doorbell.start()
    with redis.Redis.from_url(doorbell.url) as client:
        client.set("bell", "rung")
        doorbell.flush()
        assert client.get("bell") is None


def test_redis_never_evicts_writes_through_and_wants_its_password(doorbell: EmbeddedRedis) -> None:
    doorbell.start()
    with redis.Redis.from_url(doorbell.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
    with (
        redis.Redis(host=LOOPBACK, port=doorbell.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_a_paused_redis_answers_again_when_it_goes_on(doorbell: EmbeddedRedis) -> None:
    doorbell.start()
    doorbell.kill(signal.SIGSTOP)
    with redis.Redis.from_url(doorbell.url, socket_timeout=0.2) as client:
        with pytest.raises(redis.TimeoutError):
            client.ping()
        doorbell.kill(signal.SIGCONT)
        client.connection_pool.disconnect()
        assert client.ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an account that is not root")
def test_the_servers_run_as_an_account_that_is_not_root(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    become = (unprivileged.__file__, str(nobody.pw_uid), str(nobody.pw_gid), str(REPOSITORY))
    code = (
        "import os, sys; from pathlib import Path; from simulator.servers import *\n"
        "home = Path(sys.argv[1])\n"
        "for server in (EmbeddedPostgres(home / 'postgres'), EmbeddedRedis(home / 'redis')):\n"
        "    server.start(); server.restart(); server.stop(); print(os.geteuid(), server.name)"
    )
    done = subprocess.run(
        (sys.executable, *become, sys.executable, "-c", code, str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == f"{nobody.pw_uid} postgres\n{nobody.pw_uid} redis\n"
