"""The whole house on one machine: PostgreSQL, Redis, the carrier, the API, workers and sweepers."""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from simulator.control import Carrier
from simulator.machine.ports import LOOPBACK, StackFault, claim_port, free_ports
from simulator.machine.processes import Process
from simulator.machine.secret import kept_secret
from simulator.machine.supervisor import Supervisor
from simulator.machine.watch import Watch
from simulator.servers import EmbeddedPostgres, EmbeddedRedis

__all__ = ["Stack", "StackFault"]

REPOSITORY = Path(__file__).resolve().parent.parent

# All that the processes get from outside: the stack behaves alike whatever else is set where it is started.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")

_CLI_SECONDS = 120

_AT_WORK = '"at work"'  # as our logs write it


class Stack(Supervisor):
    """Everything that is needed to take a first contact and page somebody, started and ready in a `with`.

    `home` keeps data, keys and logs (`home/log/<name>.log`) from one start to the next; one stack at a time
    may have it. The processes are `postgres`, `redis`, `simulator`, `api`, `worker-1`..., `sweeper-1`....
    `environment` adds to what the processes get and goes before it; a DATABASE_URL or REDIS_URL in it is
    used instead of an embedded server. Port 0 is a free one. Without Redis, REDIS_URL names a port where
    nothing listens. Raises `StackFault` when something cannot run; then nothing is left running.
    """

    def __init__(
        self,
        home: Path,
        *,
        workers: int = 1,
        sweepers: int = 2,
        with_redis: bool = True,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        phones_port: int = 0,
    ) -> None:
        given = {name: value for name, value in (environment or {}).items() if value}
        free = free_ports(7)
        super().__init__(home)
        self.postgres = None if "DATABASE_URL" in given else self._postgres(free[0])
        self.redis = self._redis(free[1]) if with_redis and "REDIS_URL" not in given else None
        self.environment: dict[str, str] = {}
        self._given = given
        self._silent_port = free[2]
        self._port = port or free[3]
        self._phones_port = phones_port or free[4]
        self._mail_port, self._snpp_port = free[5], free[6]
        self._ready_path = "/readyz" if with_redis else "/healthz"
        self._workers = workers
        self._sweepers = sweepers
        self.api_url = f"http://{LOOPBACK}:{self._port}"
        self.simulator_url = f"http://{LOOPBACK}:{self._phones_port}"
        self.carrier = Carrier(self.simulator_url)

    @property
    def database_url(self) -> str:
        """The DATABASE_URL of the processes."""
        return self.environment["DATABASE_URL"]

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `goldenhour ARGUMENT...` in the environment of the stack, to its end."""
        return subprocess.run(
            (sys.executable, "-m", "service.cli", *arguments),
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_CLI_SECONDS,
            check=False,
        )

    def _boot(self, watch: Watch) -> None:
        claim_port(self._port, "PORT")
        claim_port(self._phones_port, "PHONES_PORT")
        data_keys = self._given.get("GOLDENHOUR_DATA_KEYS") or self._data_key()
        for server in (self.postgres, self.redis):
            if server is not None:
                self._enter(server)
                server.start()
        self.environment = {**_inherited(), **self._settings(data_keys), **self._given}
        self._migrate()
        self._start_together([*self._fronts(watch), *self._backs(watch)])

    def _fronts(self, watch: Watch) -> Iterator[Process]:
        ledger = _answers(self._phones_port, "/control/ledger")
        ports = (self._phones_port, self._mail_port, self._snpp_port)
        bind, mail, snpp = (f"{LOOPBACK}:{port}" for port in ports)
        yield self._process(
            watch, "simulator", "simulator", "--bind", bind, "--mail", mail, "--snpp", snpp, ready=ledger
        )
        yield self._process(watch, "api", "service.cli", "api", ready=_answers(self._port, self._ready_path))

    def _backs(self, watch: Watch) -> Iterator[Process]:
        for role, count in (("worker", self._workers), ("sweeper", self._sweepers)):
            for number in range(1, count + 1):
                yield self._at_work(watch, f"{role}-{number}", role)

    def _at_work(self, watch: Watch, name: str, role: str) -> Process:
        """A process that is ready once it says that it is at work."""
        process = self._process(watch, name, "service.cli", role, ready=lambda: _AT_WORK in process.written())
        return process

    def _process(
        self, watch: Watch, name: str, module: str, *arguments: str, ready: Callable[[], bool] = lambda: True
    ) -> Process:
        return Process(
            name,
            (sys.executable, "-m", module, *arguments),
            log_file=self._log_file(name),
            watch=watch,
            environment=self.environment,
            directory=REPOSITORY,
            ready=ready,
        )

    def _postgres(self, port: int) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.home / "postgres", port=port, log_file=self._log_file("postgres"))

    def _redis(self, port: int) -> EmbeddedRedis:
        return EmbeddedRedis(self.home / "redis", port=port, log_file=self._log_file("redis"))

    def _data_key(self) -> str:
        file = self.home / "data-keys"
        if not file.exists() and self.postgres is not None and self.postgres.made:
            raise StackFault(
                f"{file} is missing: what is stored in {self.postgres.data_dir} cannot be read without it; "
                "put it back, or begin anew in another directory"
            )
        return kept_secret(file, lambda: f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")

    def _settings(self, data_keys: str) -> dict[str, str]:
        secret = secrets.token_hex(16)
        silent = f"redis://{LOOPBACK}:{self._silent_port}/0"
        return {
            "DATABASE_URL": "" if self.postgres is None else self.postgres.url,
            "REDIS_URL": silent if self.redis is None else self.redis.url,
            "GOLDENHOUR_SITES_DIR": str(REPOSITORY / "simulator" / "sites"),
            "GOLDENHOUR_DATA_KEYS": data_keys,
            "GOLDENHOUR_PUBLIC_URL": self.api_url,
            "GOLDENHOUR_BIND": f"{LOOPBACK}:{self._port}",
            "GOLDENHOUR_TWILIO_API_URL": self.simulator_url,
            "GOLDENHOUR_PAGERDUTY_API_URL": self.simulator_url,
            "GOLDENHOUR_PAGERDUTY_SECRETS": secret,
            "GOLDENHOUR_SNPP": f"{LOOPBACK}:{self._snpp_port}",
            "GOLDENHOUR_WCTP_URL": f"{self.simulator_url}/wctp",
            "GOLDENHOUR_WCTP_SENDER": "goldenhour",
            "GOLDENHOUR_WCTP_CODE": secret,
            "SIMULATOR_PAGERS_URL": f"{self.api_url}/webhooks/wctp",
            "SIMULATOR_PAGERS_CODE": secret,
            "SIMULATOR_INCIDENTS_URL": f"{self.api_url}/webhooks/pagerduty",
            "SIMULATOR_INCIDENTS_SECRET": secret,
            "GOLDENHOUR_SMTP": f"{LOOPBACK}:{self._mail_port}",
            "GOLDENHOUR_SMTP_SECURITY": "none",
            "GOLDENHOUR_SMTP_FROM": "goldenhour@example.org",
            "GOLDENHOUR_CARRIER_TIMEOUT_SECONDS": "3",
            "GOLDENHOUR_DOORBELL_GRACE_SECONDS": "1",
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_FROM": "+15550100000",
            "SIMULATOR_INBOUND_URL": f"{self.api_url}/webhooks/twilio/messages",
        }

    def _migrate(self) -> None:
        done = self.cli("migrate")
        if done.returncode != 0:
            raise StackFault(f"the database cannot be migrated (status {done.returncode})\n{done.stderr}")


def _inherited() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _answers(port: int, path: str) -> Callable[[], bool]:
    def ask() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    return ask
