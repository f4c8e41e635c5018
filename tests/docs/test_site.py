"""The site of the documents builds strictly, and a reader's browser asks nobody else for any of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from docs.making.site import ROOT, build, led, prepare, unplaced


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    prepare(ROOT / "docs", folder / "pages")
    shutil.copy(ROOT / "docs/site.yml", folder)
    return folder


@pytest.fixture(scope="module")
def site(made: Path) -> Path:
    assert build(made / "site.yml") == 0
    return made / "site"


def test_it_builds_and_every_page_has_its_place(site: Path, made: Path) -> None:
    assert unplaced(made / "site.yml", made / "pages") == []
    pages = {path.relative_to(made / "pages").as_posix() for path in (made / "pages").rglob("*.md")}
    assert len(pages) > 60
    for page in pages:
        place = site / page.removesuffix(".md").removesuffix("index") / "index.html"
        assert place.is_file(), page


def test_a_runbook_is_where_its_alert_leads(site: Path) -> None:
    alerts = (ROOT / "helm/goldenhour/files/alerts.yaml").read_text(encoding="utf-8")
    places = re.findall(r"https://goldenhour\.example/(runbooks/\w+/)", alerts)
    assert len(places) > 20
    assert [place for place in places if not (site / place / "index.html").is_file()] == []


def test_no_page_has_the_reader_load_anything_from_elsewhere(site: Path) -> None:
    loads = re.compile(r'<(?:script|img|iframe|link)[^>]*(?:src|href)="?(?:https?:)?//[^">\s]+')
    found = [hit for page in site.rglob("*.html") for hit in loads.findall(page.read_text(encoding="utf-8"))]
    assert [hit for hit in found if 'rel="canonical"' not in hit] == []


def test_every_picture_of_a_page_is_there(site: Path) -> None:
    shown = [
        (page.parent / source).resolve()
        for page in site.rglob("index.html")
        for source in re.findall(r'<img[^>]*src="?([^">\s]+)', page.read_text(encoding="utf-8"))
    ]
    assert len(shown) > 5
    assert [picture for picture in shown if not picture.is_file()] == []


@pytest.mark.parametrize("broken", ["[x](no-such-page.md)", "[x](tutorial.md#no-such-heading)"])
def test_a_broken_link_stops_the_build(made: Path, tmp_path: Path, broken: str) -> None:
    shutil.copytree(made / "pages", tmp_path / "pages")
    shutil.copy(made / "site.yml", tmp_path)
    with (tmp_path / "pages/index.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{broken}\n")
    assert build(tmp_path / "site.yml") != 0


def test_a_page_without_a_place_is_named(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "pages", tmp_path / "pages")
    (tmp_path / "pages/lost.md").write_text("# Lost\n", encoding="utf-8")
    assert unplaced(made / "site.yml", tmp_path / "pages") == ["lost.md"]


def test_links_are_led_and_code_is_left_alone() -> None:
    there = {"ARCHITECTURE.md", "how-to/roll-out.md", "reference/settings.md"}
    page = "how-to/roll-out.md"
    assert led("[a](../../ARCHITECTURE.md#why-so)", page, there) == "[a](../ARCHITECTURE.md#why-so)"
    assert led("[s](../reference/settings.md)", page, there) == "[s](../reference/settings.md)"
    assert led("[r](../../config/policy/urgency.yaml)", page, there) == "r (`config/policy/urgency.yaml`)"
    assert led("[s](docs/reference/settings.md)", "ARCHITECTURE.md", there) == "[s](reference/settings.md)"
    assert led("![s](docs/reference/settings.md)", "ARCHITECTURE.md", there) == "![s](reference/settings.md)"
    assert led("`[a](../../ARCHITECTURE.md)`", page, there) == "`[a](../../ARCHITECTURE.md)`"
