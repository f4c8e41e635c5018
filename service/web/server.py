"""gunicorn, told what it needs in code: threads, a bounded life after SIGTERM, and our own logs."""

from __future__ import annotations

import gc
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from service.web.tallies import share_tallies


class _PlainLogger(Logger):
    """Leaves the formatting to the process's own logs, which carry no content."""

    def setup(self, cfg: Any) -> None:
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)
        self.access_log.disabled = True


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def serve(make: Callable[[], Flask], bind: str, workers: int, threads: int) -> None:
    """Serve until SIGTERM; requests under way get ten seconds to finish.

    The application is made once, before the workers are: a fault in any file stops the start, and the rules,
    which are never changed, stand in memory once. No connection is open yet.
    """
    with tempfile.TemporaryDirectory(prefix="goldenhour-tallies-") as folder:
        share_tallies(Path(folder))
        _serve(make(), bind, workers, threads)


def _serve(app: Flask, bind: str, workers: int, threads: int) -> None:
    gc.freeze()  # or looking for garbage would copy the rules into every worker, and look at each at the end
    _Server(
        app,
        {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "timeout": 30,
            "graceful_timeout": 10,
            "keepalive": 5,
            "logger_class": _PlainLogger,
            "worker_tmp_dir": None,
            "limit_request_line": 4094,
            "control_socket_disable": True,  # nobody else shall govern it, and it holds up the end
        },
    ).run()
