"""What the software prints, as it stands in the documents: each in a block of text behind a comment.

`#` stands for each digit of a time, and codes of cases are always the same: these differ from one run to the next.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from click.testing import CliRunner

from docs.making.site import ROOT
from service.cli import main as goldenhour
from simulator.intake import SITE
from simulator.stack import Stack
from simulator.story import OSEI

TUTORIAL, STORY, DRILLS = (
    ROOT / "docs/tutorial.md",
    ROOT / "docs/story.md",
    ROOT / "docs/how-to/run-a-drill.md",
)
_PLACE = re.compile(
    r"(?P<begin><!-- printed -->\n+```text\n)(?P<text>.*?)(?P<end>^```$)", re.MULTILINE | re.DOTALL
)
_SAID = re.compile(r"<<'JSON'\n(.*?)^JSON$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\b(?:Goldenhour|as|drill) ([A-Z0-9]{4})\b")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d|\d\d:\d\d:\d\d\.\d{3}|\d+\.\d\d(?= s$)|\d+(?= hours:| seconds\.)",
    re.MULTILINE,
)
_CODES = ("7KQX", "3RTN")


def fixed(text: str) -> str:
    """The text without what differs from one run to the next."""
    for code, instead in zip(dict.fromkeys(_CODE.findall(text)), _CODES, strict=False):
        text = re.sub(rf"\b{code}\b", instead, text)
    return _TIME.sub(lambda time: re.sub(r"\d+", lambda digits: "#" * max(2, len(digits[0])), time[0]), text)


def shown(page: Path) -> str:
    """What stands in a page as printed."""
    found = _PLACE.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{page.name} has no place for what is printed")
    return found["text"]


def show(page: Path, printed: str) -> None:
    """Put into a page what was printed."""
    text = page.read_text(encoding="utf-8")
    page.write_text(_PLACE.sub(lambda place: place["begin"] + printed + place["end"], text), encoding="utf-8")


def score() -> str:
    """What the tutorial's reader sees of what was said."""
    said = _SAID.search(TUTORIAL.read_text(encoding="utf-8"))
    if said is None:
        raise ValueError("the tutorial says nothing to assess")
    return CliRunner().invoke(goldenhour, ["score", "--pretty", "-"], said[1], catch_exceptions=False).output


def demo() -> str:
    """The story that `make demo` tells; half a minute."""
    told = CliRunner().invoke(goldenhour, ["demo"], catch_exceptions=False)
    if told.exit_code:
        raise ValueError(told.output)
    return fixed(told.output)


def drill(stack: Stack) -> str:
    """A drill that is answered by whoever is on call."""
    phone = stack.carrier.phone(OSEI)
    with ThreadPoolExecutor() as pool:
        told = pool.submit(stack.cli, "drill", SITE)
        phone.reply(phone.expect_sms("TEST, no case.").body.split("Goldenhour ")[1][:4])
    told.result().check_returncode()
    return fixed(told.result().stdout)
