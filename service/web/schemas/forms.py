"""What ids and times look like in every request, and what may not stand twice in one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from marshmallow import ValidationError, validate

ID_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~@=+-]{0,127}\Z")
ID = validate.Regexp(
    ID_FORM, error="must be 1 to 128 letters, digits or ._:~@=+- and start with a letter or digit"
)
ID_IN_DOCUMENTS = {"pattern": f"^{ID_FORM.pattern.removesuffix(chr(92) + 'Z')}$"}
"""The same in the dialect of JSON Schema."""
_CLOCKS_DIFFER_BY = timedelta(minutes=2)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_FARTHEST = timedelta(days=3653)


def fault_of_time(at: datetime) -> str | None:
    """What is wrong with a time at which something is said to have been: it has not come yet, though clocks
    differ a little, or nobody now alive can have said it then."""
    if at < _EARLIEST:
        return f"is before {_EARLIEST:%Y}"
    return "is in the future" if at > datetime.now(UTC) + _CLOCKS_DIFFER_BY else None


def fault_of_appointment(at: datetime) -> str | None:
    """What is wrong with the time of an appointment, which may be ahead."""
    if at < _EARLIEST:
        return f"is before {_EARLIEST:%Y}"
    return "is more than ten years ahead" if at > datetime.now(UTC) + _FARTHEST else None


def clash(body: object, name: str, id_name: str) -> None:
    """Raise `ValidationError` that names each entry of a list whose id another one has, too."""
    entries = body.get(name) if isinstance(body, Mapping) else None
    ids = [_id_of(entry, id_name) for entry in entries] if isinstance(entries, list) else []
    counts = Counter(each for each in ids if each is not None)
    twice = {
        number: {id_name: ["stands twice in this request"]}
        for number, each in enumerate(ids)
        if each is not None and counts[each] > 1
    }
    if twice:
        raise ValidationError({name: twice})


def _id_of(entry: object, id_name: str) -> str | None:
    found = entry.get(id_name) if isinstance(entry, Mapping) else None
    return found if isinstance(found, str) else None
