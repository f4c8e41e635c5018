"""Logs as JSON lines that cannot carry what a person said.

Only a fixed message and ids are written. Of an exception the type and the place are written, never its
message: a message may quote what it choked on.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_IDS = (
    *("request_id", "case_id", "page_id", "reason", "status", "method", "route"),
    *("site", "what", "number", "digest"),
)


class ContentFree(logging.Formatter):
    """One line of JSON for each record."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage() if _is_ours(record) else _template(record),
        }
        line |= {name: str(record.__dict__[name]) for name in _IDS if name in record.__dict__}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in {"service", "workers"}


def _template(record: logging.LogRecord) -> str:
    """Of other libraries only the fixed part of a message, without what they fill in."""
    return str(record.msg) if isinstance(record.msg, str) and record.args else type(record.msg).__name__


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def write_logs(process: str) -> None:
    """Send every log of this process to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ContentFree(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    sys.excepthook = lambda kind, error, trace: logging.getLogger("service").critical(
        "the process ended with an exception", exc_info=(kind, error, trace)
    )
