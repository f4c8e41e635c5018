"""The site at which it all happens: six clinicians, three of them with a telephone, too; waits of seconds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

SITE = "riverside"
MOBILES = {f"+4477009001{number:02}": f"clinician-{number}" for number in range(1, 7)}
TELEPHONES = {f"+4416329600{number:02}": f"clinician-{number}" for number in (1, 3, 5)}
PEOPLE = {**MOBILES, **TELEPHONES}
_FOLLOW_UP_WITHIN, _PAGE_BEFORE = 16, 6  # seconds
FOLLOW_UP_PAGES_AFTER = timedelta(seconds=_FOLLOW_UP_WITHIN - _PAGE_BEFORE)
"""How long after a session that ended with nothing booked somebody is paged for it."""


def write_site(folder: Path) -> Path:
    """Write the site's file into a new folder."""
    folder.mkdir(parents=True)
    (folder / f"{SITE}.yaml").write_text(yaml.safe_dump(_site()), encoding="utf-8")
    return folder


def _site() -> dict[str, Any]:
    telephones = {clinician: number for number, clinician in TELEPHONES.items()}
    clinicians: dict[str, dict[str, str]] = {}
    for number, clinician in MOBILES.items():
        clinicians[clinician] = {"name": clinician.title(), "sms": number}
        if clinician in telephones:
            clinicians[clinician]["voice"] = telephones[clinician]
    names = list(clinicians)
    at_once = {
        "first_page_after": "0s",
        "steps": [{"page": "first", "wait": "6s"}, {"page": "second", "person": names[4], "wait": "8s"}],
        "repeats": 1,
        "next_channel_after": "3s",
        "then_everyone_every": "15s",
        "acknowledgement_lasts": "4h",
    }
    later = {**at_once, "first_page_after": "4h"}
    turns = {"starting": "2026-01-05 09:00", "each": "1h"}
    return {
        "site": SITE,
        "time_zone": "Europe/London",
        "pace": {"bundle_after": "2s", "most": 3, "within": "6s", "same_case_every": "2s"},
        "clinicians": clinicians,
        "rosters": {
            "first": {"rotation": {"clinicians": names[:2], **turns}},
            "second": {"rotation": {"clinicians": names[2:4], **turns}},
        },
        "plans": {
            "emergency": at_once,
            "very_urgent": dict(at_once),
            "urgent": later,
            "soon": dict(later),
            "unread": dict(later),
            "trouble": dict(at_once),
            "follow_up": dict(at_once),
        },
        "follow_up": {
            "left_worse": f"{_FOLLOW_UP_WITHIN}s",
            "within": dict.fromkeys(("emergency", "very_urgent", "urgent", "soon"), f"{_FOLLOW_UP_WITHIN}s"),
            "page_before": f"{_PAGE_BEFORE}s",
            "same_visit": "1s",
        },
    }
