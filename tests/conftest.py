"""Real servers for the tests, and one search at the end for anything that an answer left behind."""

from __future__ import annotations

import base64
import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres import migrate
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.bootstrap import load_assessor
from service.domain.assessment import Assessor
from service.settings import REPOSITORY
from simulator.servers import EmbeddedPostgres, EmbeddedRedis
from tests.canary import traces_of_answers
from tests.database import TimeMachine, emptied

CONFIG = REPOSITORY / "config"


def pytest_configure() -> None:
    """What runs in the background, or behind nohup, ignores Ctrl-C or the end of its terminal, and so does
    whatever it starts; tests send both."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(scope="session", autouse=True)
def _logs_are_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Everything that anything logs in this process, exceptions and all, where the last search finds it."""
    handler = logging.FileHandler(tmp_path_factory.getbasetemp() / "in-process.log", encoding="utf-8")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A canary was said in many answers of this run: it must stand in no file that the run has left."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    found = [] if factory is None else list(traces_of_answers(factory.getbasetemp()))
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for path in found:
            if reporter is not None:
                reporter.write_line(f"FAILED: an answer's words stand in {path}", red=True)


@pytest.fixture(scope="session")
def assessor() -> Assessor:
    """The rules as they ship."""
    return load_assessor(CONFIG)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _migrated(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    engine = connect(postgres.url, pool_size=8)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(_migrated: Engine) -> Engine:
    """A migrated database with nothing in it."""
    emptied(_migrated)
    return _migrated


@pytest.fixture
def cipher() -> Cipher:
    return Cipher({"k1": base64.b64decode("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")}, "k1")


@pytest.fixture
def ledger(engine: Engine, cipher: Cipher) -> PostgresLedger:
    return PostgresLedger(engine, cipher)


@pytest.fixture
def time_machine(engine: Engine) -> TimeMachine:
    return TimeMachine(engine)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory for one stack."""
    return tmp_path / "var"
