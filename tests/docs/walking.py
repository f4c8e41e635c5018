"""The blocks of a document that a reader would type, made into one script that does so."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^(?P=indent)```$",
    re.M | re.S,
)
_HINT = re.compile(r"<!-- walk: (?P<kind>\w+): (?P<what>.*?) -->")
KINDS = {"elsewhere", "instead", "background", "shows"}
_TYPED = {"sh", "python"}


@dataclass(frozen=True, slots=True)
class Block:
    """One block, with what the document's hidden comments before it say."""

    line: int
    language: str
    title: str
    body: str
    hints: dict[str, str] = field(default_factory=dict)


def blocks(document: Path) -> Iterator[Block]:
    """The blocks of a document that are typed or put into a file."""
    text = document.read_text(encoding="utf-8")
    behind = 0
    for found in _FENCE.finditer(text):
        hints = {hint["kind"]: hint["what"] for hint in _HINT.finditer(text[behind : found.start()])}
        behind = found.end()
        if unknown := hints.keys() - KINDS:
            raise ValueError(f"{document.name}: there is no hint {', '.join(unknown)}")
        if found["language"] in _TYPED or found["title"]:
            line = text.count("\n", 0, found.start()) + 1
            yield Block(line, found["language"], found["title"] or "", textwrap.dedent(found["body"]), hints)


def script(document: Path) -> str:
    """What a reader does who follows the document from its beginning to its end."""
    steps = "\n".join(_step(block) for block in blocks(document))
    return f"{_HEAD}\n{steps}\nat='the end'\n"


def _step(block: Block) -> str:
    return "\n".join((f"at='line {block.line}'", *_typed(block)))


def _typed(block: Block) -> Iterator[str]:
    if "elsewhere" in block.hints:
        yield ": " + shlex.quote(block.hints["elsewhere"])
    elif block.title:
        yield f"cat > {shlex.quote(block.title)} <<'END OF THE FILE'\n{block.body}END OF THE FILE"
    elif "background" in block.hints:
        command, _, sign = block.hints["background"].rpartition(": ")
        yield f"{command} &\nawait {shlex.quote(command.split('> ')[1].split()[0])} {shlex.quote(sign)}"
    elif "instead" in block.hints:
        yield block.hints["instead"]
    elif block.language == "python":
        yield f"python - <<'END OF THE FILE'\n{block.body}END OF THE FILE"
    elif "shows" in block.hints:  # in this shell, so that what it sets is set for the next
        yield f"exec 3>&1 > shown.txt\n{block.body}exec >&3\ncat shown.txt\ngrep -qF -- {shlex.quote(block.hints['shows'])} shown.txt"
    else:
        yield block.body


_HEAD = """
set -euo pipefail
at='the beginning'
trap 'status=$?; kill $(jobs -p) 2>/dev/null && wait; [ $status = 0 ] || echo "FAILED at $at" >&2' EXIT
await() { for _ in $(seq 600); do grep -q "$2" "$1" 2>/dev/null && return; sleep 0.1; done; cat "$1"; return 1; }
"""
