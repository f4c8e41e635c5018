"""The containers of compose.yaml on this machine, with real servers and a simulated carrier."""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from service.settings import REPOSITORY
from simulator.control import Carrier
from simulator.machine.ports import LOOPBACK, free_ports
from simulator.machine.processes import Process
from simulator.machine.supervisor import Supervisor
from simulator.machine.watch import Watch
from simulator.servers import EmbeddedPostgres, EmbeddedRedis
from tests.image.building import Image
from tests.image.compose import OURS, service
from tests.image.container import Container, command_line, contained

_CLI_SECONDS = 60


class House(Supervisor):
    """The servers and the carrier run; `containers` are those of compose.yaml, and none is started."""

    def __init__(self, home: Path, image: Image) -> None:
        super().__init__(home)
        self._image = image
        ports = free_ports(len(OURS) + 3)
        self._ports = dict(zip(OURS, ports, strict=False))
        *_, postgres, redis, phones = ports
        self.postgres = EmbeddedPostgres(home / "postgres", port=postgres)
        self.redis = EmbeddedRedis(home / "redis", port=redis)
        self.api_url = f"http://{LOOPBACK}:{self._ports['api']}"
        self.carrier = Carrier(f"http://{LOOPBACK}:{phones}")
        self._phones = f"{LOOPBACK}:{phones}"
        self.services = {name: service(name, self.api_url) for name in OURS}
        self.containers: dict[str, Container] = {}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the image to its end, in the environment of the API."""
        return subprocess.run(
            command_line(self._image, arguments),
            cwd=self._image.at(self._image.stage.directory),
            env=self._image.environment(self._given("api")),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_CLI_SECONDS,
            check=False,
        )

    def healthy(self, name: str) -> bool:
        """What the health check of compose.yaml would say now."""
        connection = http.client.HTTPConnection(LOOPBACK, self._ports[name], timeout=5)
        try:
            connection.request("GET", self.services[name].health_path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _boot(self, watch: Watch) -> None:
        for server in (self.postgres, self.redis):
            self._enter(server)
            server.start()
        given = self._mount()
        carrier = self._simulator(watch, given)
        self._enter(carrier)
        carrier.start()
        for name in OURS:
            self.containers[name] = contained(
                self._image, name, self.services[name].command, self._given(name), watch, self._log_file(name)
            )
            self._enter(self.containers[name])

    def _given(self, name: str) -> Mapping[str, str]:
        """What compose.yaml gives; and what is different where all containers share one network."""
        elsewhere = {
            "GOLDENHOUR_TWILIO_API_URL": f"http://{self._phones}",
            "GOLDENHOUR_BIND"
            if name == "api"
            else "GOLDENHOUR_HEALTH_BIND": f"{LOOPBACK}:{self._ports[name]}",
        }
        return {**self.services[name].environment, **elsewhere}

    def _mount(self) -> dict[str, str]:
        """What stands in the files that are mounted into the containers, by name."""
        given = {
            "database_url": self.postgres.url,
            "redis_url": self.redis.url,
            "data_keys": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "twilio_account_sid": f"AC{secrets.token_hex(16)}",
            "twilio_auth_token": secrets.token_hex(16),
            "twilio_from": "+15550100000",
        }
        folder = self._image.at("/run/secrets")
        folder.mkdir()
        for name in sorted({name for each in self.services.values() for name in each.secrets}):
            (folder / name).write_text(f"{given[name]}\n", encoding="utf-8")
        shutil.copytree(REPOSITORY / "simulator/sites", self._image.at("/run/goldenhour/sites"))
        return given

    def _simulator(self, watch: Watch, given: Mapping[str, str]) -> Process:
        account = {name.upper(): value for name, value in given.items() if name.startswith("twilio")}
        inbound = {"SIMULATOR_INBOUND_URL": f"{self.api_url}/webhooks/twilio/messages"}
        return Process(
            "simulator",
            (sys.executable, "-m", "simulator", "--bind", self._phones),
            log_file=self._log_file("simulator"),
            watch=watch,
            environment={"PATH": os.defpath, **account, **inbound},
            directory=REPOSITORY,
            ready=lambda: self.carrier.received == [],
        )
