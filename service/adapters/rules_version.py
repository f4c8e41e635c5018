"""The name of everything that decides: the version of the code and a hash of every rule file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from service import VERSION

_DECIDING = ("instruments", "lexicon", "policy/habit.yaml", "policy/urgency.yaml")


def rules_version(config: Path) -> str:
    """For example `0.1.0+3f9c2a81d04e`. Changes with any byte of any file that bears on an assessment."""
    digest = hashlib.sha256()
    for part in _DECIDING:
        root = config / part
        for path in sorted([root] if root.is_file() else root.rglob("*.yaml")):
            digest.update(path.relative_to(config).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{VERSION}+{digest.hexdigest()[:12]}"
