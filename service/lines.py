"""First contacts as lines of JSON: read as the API reads them, shown, and a problem in place of each that is
none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import click
from marshmallow import ValidationError

from service.domain.answers import FirstContact
from service.domain.assessment import Assessment, Assessor
from service.web.json_body import Unreadable, read_json
from service.web.problems import faults_in
from service.web.schemas.assessment import AssessmentSchema
from service.web.schemas.intake import FirstContactSchema, Limits


def show_each(
    lines: Iterable[bytes], assessor: Assessor, text_limit: int, show: Callable[[FirstContact], str]
) -> bool:
    """Print what `show` makes of every line's first contact; whether all of them were some."""
    schema = FirstContactSchema(limits=Limits(assessor.instruments, text_limit))
    refused = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            shown = show(schema.load(read_json(line)))
        except (ValidationError, Unreadable) as error:
            refused += 1
            shown = json.dumps(_problem(number, error), ensure_ascii=False)
        click.echo(shown)
    return refused == 0


def as_json(assessment: Assessment) -> str:
    """An assessment as the API gives it."""
    return json.dumps(AssessmentSchema().dump(assessment), ensure_ascii=False)


def _problem(number: int, error: ValidationError | Unreadable) -> dict[str, Any]:
    if isinstance(error, Unreadable):
        return {"line": number, "type": "/problems/not-json", "detail": str(error)}
    faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults_in(error.messages)]
    return {"line": number, "type": "/problems/invalid-request", "errors": faults}
