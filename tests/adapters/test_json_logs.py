"""A log line cannot carry what a person said, whatever went wrong with it."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from service.adapters.json_logs import ContentFree

SECRET = "words that nobody may log"


def _line(record: logging.LogRecord) -> dict[str, Any]:
    written = ContentFree("api").format(record)
    assert SECRET not in written
    line: dict[str, Any] = json.loads(written)
    return line


def _record(name: str, message: object, *args: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, None)
    record.__dict__.update(more)
    return record


def test_an_exception_is_logged_by_its_type_and_place_and_never_by_its_message() -> None:
    record = _record("service.web.app", "a request failed", request_id="r1")
    try:
        int(SECRET)  # its message quotes what it was given
    except ValueError:
        record.exc_info = sys.exc_info()
    line = _line(record)
    assert (line["exception"], line["request_id"]) == ("ValueError", "r1")
    assert any("test_json_logs.py" in frame for frame in line["where"])


def test_of_other_libraries_only_the_fixed_part_of_a_message_is_written() -> None:
    assert _line(_record("urllib3", "got %s from %s", SECRET, SECRET))["message"] == "got %s from %s"
    assert _line(_record("rq", ValueError(SECRET)))["message"] == "ValueError"


def test_only_known_ids_are_written_beside_the_message() -> None:
    line = _line(_record("service.usecases", "paged", page_id="p1", text=SECRET))
    assert (line["page_id"], line["process"]) == ("p1", "api")
    assert "text" not in line


def test_what_the_audit_found_is_written_with_its_site() -> None:
    found = {"site": "riverside", "what": "a clock of the service is wrong"}
    line = _line(_record("service.usecases.audit_cases", "the audit found something", **found))
    assert {name: line[name] for name in found} == found
