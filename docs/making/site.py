"""Makes the site of the documents, strictly: `make docs`.

A link of a page leads to a file of the repository, so that it works there, too. For the site the project's own pages are
put beside those of `docs/`, and a link to any other file becomes its name.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>(?!https?:|#)[^)#\s]+)(?P<anchor>#[^)]*)?\)")
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def prepare(docs: Path, pages: Path) -> None:
    """Fill `pages` with what the site is made of."""
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(docs, pages, ignore=shutil.ignore_patterns("making", "site.yml", "__pycache__"))
    for name in OUTSIDE:
        shutil.copy(ROOT / name, pages)
    there = {path.relative_to(pages).as_posix() for path in pages.rglob("*") if path.is_file()}
    for page in sorted(there):
        if page.endswith(".md"):
            path = pages / page
            path.write_text(led(path.read_text(encoding="utf-8"), page, there), encoding="utf-8")


def led(text: str, page: str, there: set[str]) -> str:
    """The text of a page, each link leading where its file is in the site; `there` are its files."""
    folder = "" if page in OUTSIDE else posixpath.join("docs", posixpath.dirname(page))

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found["target"]))
        if not (ROOT / target).exists():
            return found[0]  # the build says so
        place = target.removeprefix("docs/")
        if place not in there:
            return f"{found['text']} (`{target}`)"
        return f"[{found['text']}]({posixpath.relpath(place, posixpath.dirname(page) or '.')}{found['anchor'] or ''})"

    return "".join(part if _CODE.fullmatch(part) else _LINK.sub(link, part) for part in _CODE.split(text))


def unplaced(config: Path, pages: Path) -> list[str]:
    """Pages that have no place in the navigation."""
    placed = set(_places(yaml.safe_load(config.read_text(encoding="utf-8"))["nav"]))
    return sorted({path.relative_to(pages).as_posix() for path in pages.rglob("*.md")} - placed)


def _places(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for inner in nav.values():
            yield from _places(inner)
    elif isinstance(nav, list):
        for inner in nav:
            yield from _places(inner)


def build(config: Path) -> int:
    """Build the site that the configuration describes; its exit status is not 0 when anything is wrong."""
    program = Path(sys.executable).with_name("zensical")
    return subprocess.run([program, "build", "--clean", "--strict", "-f", config], check=False).returncode  # noqa: S603


def main() -> int:
    """Prepare, check and build."""
    pages, config = ROOT / "build/pages", ROOT / "build/site.yml"
    prepare(ROOT / "docs", pages)
    shutil.copy(ROOT / "docs/site.yml", config)
    if lost := unplaced(config, pages):
        print(f"these pages have no place in docs/site.yml: {', '.join(lost)}", file=sys.stderr)  # noqa: T201
        return 1
    return build(config)


if __name__ == "__main__":
    sys.exit(main())
