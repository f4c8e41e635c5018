"""Makes every picture of the documents, and what the software prints in them: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from docs.making import deployment, life, rooms, screens
from docs.making.printed import DRILLS, STORY, TUTORIAL, demo, drill, score, show
from docs.making.site import ROOT
from simulator.stack import Stack
from tests.browser import browser_program

FOLDER = ROOT / "docs/pictures"
DRAWN = {"life.svg": life.draw, "rooms.svg": rooms.draw, "deployment.svg": deployment.draw}


def main() -> None:
    """Draw, print, and take the screens where there is a browser."""
    for name, draw in DRAWN.items():
        (FOLDER / name).write_text(draw(), encoding="utf-8")
    show(TUTORIAL, score())
    show(STORY, demo())
    program = browser_program()
    with tempfile.TemporaryDirectory() as home, Stack(Path(home) / "var") as stack:
        show(DRILLS, drill(stack))
        if program is not None:
            screens.take_all(stack, program, FOLDER)
    if program is None:
        print("there is no Chromium on the PATH: the screens are as they were", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
