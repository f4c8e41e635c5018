"""What is in the image, and what is not; and each of its commands runs from its files alone, and ends when it is told to,
with nothing lost. In one file, since to put the image together takes longest."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from packaging.utils import canonicalize_name

from service.settings import REPOSITORY
from simulator.intake import SITE, Intake
from simulator.machine.ports import LOOPBACK, free_ports
from tests.canary import CANARY
from tests.image.building import WRITABLE, Image, unseal
from tests.image.container import Container, command_line, is_contained
from tests.image.house import House

pytestmark = pytest.mark.slow


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_only_what_ships_is_in_it(image: Image) -> None:
    assert _names(image.root) == {"app", "opt", "run", "tmp", "usr"}
    assert _names(image.at("/app")) == {"LICENSE", "NOTICE", "config", "service", "workers"}
    assert _names(image.at("/opt")) == {"venv"}
    assert _names(image.at("/app/service/bin")) == {"goldenhour"}


def test_every_package_in_it_is_in_the_lock_that_ships(image: Image) -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))
    installed = (path.stem.partition("-") for path in _all(image) if path.suffix == ".dist-info")
    found = {(canonicalize_name(name), version) for name, _, version in installed}
    assert len(found) > 50
    assert found <= locked


def _all(image: Image) -> Iterator[Path]:
    for folder, folders, files in os.walk(image.root):
        yield from (Path(folder, name) for name in (*folders, *files))


def test_neither_a_tool_that_builds_nor_anything_for_tests_is_in_it(image: Image) -> None:
    never = {
        "simulator",
        "benchmarks",
        "tests",
        "goldenhour_client",
        "ensurepip",
        "pip",
        "setuptools",
        "wheel",
        "pytest",
    }
    importable = {"app", "site-packages", *(path.name for path in image.at("/usr/local/lib").glob("python*"))}
    assert [path for path in _all(image) if path.name in never and path.parent.name in importable] == []
    assert shutil.which("pip", path=f"{image.at('/opt/venv/bin')}:{image.at('/usr/local/bin')}") is None


def test_nothing_in_it_can_be_written_and_everything_can_be_read(image: Image) -> None:
    mounted = (image.at("/run"), image.at(WRITABLE))
    for path in _all(image):
        if not path.is_symlink() and not any(path.is_relative_to(each) for each in mounted):
            status = path.stat()
            assert status.st_mode & 0o222 == 0, path
            assert status.st_mode & stat.S_IROTH, path
            assert status.st_uid == os.geteuid()


def _run(image: Image, app: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command of the image, with the code in a directory."""
    return subprocess.run(
        command_line(image, [command]),
        cwd=image.at("/app"),
        env={**image.environment({}), "PYTHONPATH": str(app)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_planted_import_of_the_simulator_stops_every_command(image: Image) -> None:
    app = image.at(WRITABLE) / "planted"
    shutil.copytree(image.at("/app"), app, ignore=shutil.ignore_patterns("__pycache__"))
    assert _run(image, app, "--help").returncode == 0
    planted = app / "service/bootstrap.py"
    planted.chmod(0o644)
    planted.write_text(f"{planted.read_text(encoding='utf-8')}\nimport simulator\n", encoding="utf-8")
    broken = _run(image, app, "--help")
    assert broken.returncode != 0
    assert "No module named 'simulator'" in broken.stderr
    unseal(app)
    shutil.rmtree(app)


def test_what_needs_the_simulator_says_that_it_is_not_here(image: Image) -> None:
    told = _run(image, image.at("/app"), "demo")
    assert told.returncode == 1
    assert "the simulator is not part of this installation" in told.stderr


# Its commands.

OSEI, LINDQVIST = "+447700900101", "+447700900102"
HEALTHY_WITHIN = 10.0  # seconds
SERVING = ("api", "worker", "sweeper")
NOT_DONE = 128 + signal.SIGTERM


@pytest.fixture(scope="module")
def house(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Its database is brought to this version by the image, in good order."""
    with House(tmp_path_factory.mktemp("house"), image) as house:
        migrated = house.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        yield house


def _until(look: Callable[[], bool], within: float, what: str, container: Container | None = None) -> None:
    deadline = time.monotonic() + within
    while not look():
        log = container.tail() if container else ""
        assert time.monotonic() < deadline, f"not within {within:.1f} s: {what}\n{log}"
        time.sleep(0.02)


def _started(house: House, *names: str, **more: str) -> None:
    """All at once, and healthy in time, as their health checks see it."""
    deadline = time.monotonic() + HEALTHY_WITHIN
    for name in names:
        house.containers[name].launch(more)
    for name in names:
        left = deadline - time.monotonic()
        _until(partial(house.healthy, name), left, f"{name} is healthy", house.containers[name])


def _ended(house: House, *names: str) -> None:
    """Told to end, all at once; each is gone within the grace that compose.yaml gives it, in good order."""
    began = time.monotonic()
    for name in names:
        house.containers[name].kill(signal.SIGTERM)
    for name in names:
        _gone(house, name, began)


def _gone(house: House, name: str, began: float, status: int = 0) -> None:
    container = house.containers[name]
    left = began + house.services[name].grace - time.monotonic()
    assert container.ends(left), f"{name} is still there\n{container.tail()}"
    assert container.status == status, container.tail()


@pytest.mark.parametrize("name", SERVING)
def test_it_is_healthy_within_ten_seconds_and_gone_within_its_grace(
    house: House, image: Image, name: str
) -> None:
    _started(house, name)
    _ended(house, name)
    assert list(image.at(WRITABLE).iterdir()) == []


def test_it_is_process_1_of_an_account_without_a_name_or_rights(house: House) -> None:
    if not is_contained():
        pytest.skip("only root, and not in every sandbox, gives a process a number space of its own")
    _started(house, "sweeper")
    sweeper = house.containers["sweeper"]
    assert sweeper.told("NSpid").split()[-1] == "1"
    assert set(sweeper.told("Uid").split()) == set(sweeper.told("Gid").split()) == {"10001"}
    assert [int(sweeper.told(kind), 16) for kind in ("CapEff", "CapPrm", "CapBnd")] == [0, 0, 0]
    assert sweeper.told("NoNewPrivs") == "1"
    _ended(house, "sweeper")


def test_a_page_under_way_is_finished_and_one_that_was_due_meanwhile_goes_out_after_the_restart(
    house: House,
) -> None:
    intake = _intake(house)
    osei, lindqvist = house.carrier.phone(OSEI), house.carrier.phone(LINDQVIST)
    _started(house, *SERVING)
    osei.fail_next("hold_before_accept")
    intake.send("c1", f"I have a plan for tonight, {CANARY}.")
    osei.wait_until_holding()
    began = time.monotonic()
    for name in SERVING:
        house.containers[name].kill(signal.SIGTERM)
    _gone(house, "api", began)
    osei.release()
    for name in ("worker", "sweeper"):
        _gone(house, name, began)
    assert len(osei.received) == 1
    _until(lambda: _due(house), 30, "the next step of the case is due")
    assert lindqvist.received == []
    _started(house, "sweeper")
    lindqvist.expect_sms("a case waits for you")
    assert [text.body for text in osei.received if "a case waits for you" in text.body][1:] == []
    _ended(house, "sweeper")


def _intake(house: House) -> Intake:
    scopes = [word for scope in ("contacts:write", "cases:read") for word in ("--scope", scope)]
    made = house.run("keys", "create", "--name", "intake", "--site", SITE, *scopes)
    assert made.returncode == 0, made.stderr
    return Intake(house.api_url, made.stdout.strip())


def _due(house: House) -> bool:
    with _database(house) as database:
        found = database.execute("SELECT count(*) FROM cases WHERE next_action_at < now()").fetchone()
    return found is not None and found[0] > 0


@contextmanager
def _database(house: House) -> Iterator[psycopg.Connection[tuple[int]]]:
    with psycopg.connect(house.postgres.url.replace("+psycopg", "")) as connection:
        yield connection


def test_a_worker_ends_while_redis_is_away(house: House) -> None:
    (silent,) = free_ports(1)
    _started(house, "worker", REDIS_URL=f"redis://{LOOPBACK}:{silent}/0")
    _until(lambda: "Redis is away" in house.containers["worker"].tail(), 10, "it has tried")
    _ended(house, "worker")


def test_a_worker_ends_after_redis_went_away(house: House) -> None:
    _started(house, "worker")
    _until(lambda: "at work" in house.containers["worker"].tail(), 10, "it works")
    house.redis.stop()
    try:
        _until(lambda: "connect" in house.containers["worker"].tail(), 20, "it has noticed")
        _ended(house, "worker")
    finally:
        house.redis.start()


@pytest.mark.parametrize("name", SERVING)
def test_it_ends_also_when_it_has_hardly_begun(house: House, name: str) -> None:
    container = house.containers[name]
    began = _told_to_end_at_its_first_handler(container)
    _gone(house, name, began, NOT_DONE)


def _told_to_end_at_its_first_handler(container: Container) -> float:
    container.launch()
    _until(lambda: container.listens_to_sigterm, 10, "it listens")
    container.kill(signal.SIGTERM)
    return time.monotonic()


def test_a_migration_that_is_told_to_end_ends_says_so_and_changes_nothing(house: House) -> None:
    migrate = house.containers["migrate"]
    with _database(house) as database:
        before = database.execute("SELECT version_num FROM alembic_version").fetchone()
        database.execute("LOCK TABLE alembic_version")
        migrate.launch()
        _until(lambda: _waits_for_a_lock(house), 15, "it waits for the table")
        began = time.monotonic()
        migrate.kill(signal.SIGTERM)
        _gone(house, "migrate", began, NOT_DONE)
    with _database(house) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == before


def _waits_for_a_lock(house: House) -> bool:
    with _database(house) as database:
        found = database.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return found is not None and found[0] > 0
