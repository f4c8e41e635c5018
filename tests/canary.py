"""Words that every story puts into an answer, and a search for them in all that a test run leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CANARY = "quillwort-ember-paraffin"
"""Said by nobody else: wherever these bytes turn up, an answer has got out."""


def traces_of_answers(root: Path) -> Iterator[Path]:
    """Every file below `root` that holds the canary: logs, the database's own files, Redis's, all of them."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and CANARY.encode() in path.read_bytes():
            yield path
