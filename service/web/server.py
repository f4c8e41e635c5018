"""gunicorn, told what it needs in code: threads, a bounded life after SIGTERM, and our own logs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger


class _PlainLogger(Logger):
    """Leaves the formatting to the process's own logs, which carry no content."""

    def setup(self, cfg: Any) -> None:
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)
        self.access_log.disabled = True


class _Server(BaseApplication):
    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()


def serve(make: Callable[[], Flask], bind: str, workers: int, threads: int) -> None:
    """Serve until SIGTERM; requests under way get ten seconds to finish."""
    make()  # a fault in any file must stop the start, not one worker after the other
    _Server(
        make,
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
        },
    ).run()
