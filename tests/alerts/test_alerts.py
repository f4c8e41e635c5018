"""Every alert fires when it must and stays silent when it must, by promtool's own reckoning."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY

RULES = REPOSITORY / "helm/goldenhour/files/alerts.yaml"
DASHBOARD = REPOSITORY / "helm/goldenhour/files/dashboard.json"
PANELS: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
RUNBOOKS = REPOSITORY / "docs/runbooks"
CASES: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(
    (Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8").replace("{m}", "goldenhour")
)
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
PROMTOOL = shutil.which(
    "promtool", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
)

needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and "CI" not in os.environ,
    reason="there is no promtool: `make tools` brings it as root on Debian",
)


def _promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None, "promtool could not be installed"
    return subprocess.run((PROMTOOL, *arguments), capture_output=True, text=True, timeout=60, check=False)


def _tests(name: str, kinds: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for kind in kinds:
        for case in CASES[name][kind]:
            firing = [_told(name, case.get("labels", {}))] if kind == "fires" else []
            yield {
                "interval": "15s",
                "input_series": [{"series": key, "values": value} for key, value in case["series"].items()],
                "alert_rule_test": [{"eval_time": case["at"], "alertname": name, "exp_alerts": firing}],
            }


def _told(name: str, labels: dict[str, str]) -> dict[str, dict[str, str]]:
    """What Prometheus hands on when it fires."""
    annotations = {
        key: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels[found[1]], value)
        for key, value in ALERTS[name]["annotations"].items()
    }
    return {"exp_labels": {**ALERTS[name]["labels"], **labels}, "exp_annotations": annotations}


def _tested(folder: Path, expression: str | None, *kinds: str) -> subprocess.CompletedProcess[str]:
    """Each alert alone, by its own expression or by another in its place."""
    files = []
    for name, rule in ALERTS.items():
        alone = {**rule, "expr": expression or rule["expr"]}
        (folder / f"{name}.rule.yaml").write_text(
            yaml.safe_dump({"groups": [{"name": "alone", "rules": [alone]}]}), encoding="utf-8"
        )
        document = {
            "rule_files": [f"{name}.rule.yaml"],
            "evaluation_interval": "15s",
            "tests": list(_tests(name, kinds)),
        }
        files.append(folder / f"{name}.test.yaml")
        files[-1].write_text(yaml.safe_dump(document), encoding="utf-8")
    return _promtool("test", "rules", *files)


def test_every_alert_has_cases_for_both() -> None:
    assert CASES.keys() == ALERTS.keys()
    assert [name for name, cases in CASES.items() if not (cases["fires"] and cases["silent"])] == []


@needs_promtool
def test_the_rules_are_well_formed() -> None:
    checked = _promtool("check", "rules", RULES)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
@needs_promtool
def test_every_alert_fires_when_it_must_and_stays_silent_when_it_must(tmp_path: Path) -> None:
    tested = _tested(tmp_path, None, "fires", "silent")
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.slow
@needs_promtool
@pytest.mark.parametrize(
    ("expression", "kind"),
    [("vector(1) > 2", "fires"), ("vector(1)", "silent")],
    ids=["never fires", "always fires"],
)
def test_an_alert_that_is_wrong_is_found(tmp_path: Path, expression: str, kind: str) -> None:
    """All at once: promtool names each that fails."""
    tested = _tested(tmp_path, expression, kind)
    assert tested.returncode != 0
    failed = set(re.findall(r"alertname: (\w+)", tested.stdout + tested.stderr))
    assert failed == ALERTS.keys()


@needs_promtool
def test_the_dashboard_asks_what_prometheus_can_answer(tmp_path: Path) -> None:
    asked = [
        {"record": f"asked:{number}", "expr": target["expr"]}
        for number, target in enumerate(target for panel in PANELS for target in panel.get("targets", ()))
    ]
    assert len(asked) > 20
    (tmp_path / "asked.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "asked", "rules": asked}]}), "utf-8"
    )
    checked = _promtool("check", "rules", tmp_path / "asked.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_first_row_of_the_dashboard_says_whether_anybody_waits() -> None:
    rows = [number for number, panel in enumerate(PANELS) if panel["type"] == "row"]
    assert PANELS[0]["title"] == "Is anybody waiting?"
    first = json.dumps(PANELS[: rows[1]])
    for metric in ("alarms", "late_cases", "late_follow_ups", "overdue_pages", "open_case_age_seconds"):
        assert f"goldenhour_{metric}" in first


def test_every_panel_of_the_dashboard_has_a_place_of_its_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) == 23
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"index"} == ALERTS.keys()
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook_url"] == f"https://goldenhour.example/runbooks/{name}/"


def test_whoever_is_alerted_is_told_nothing_of_anybody() -> None:
    """Alerts leave by mail and chat. A label may name a site, a roster or a channel."""
    text = RULES.read_text(encoding="utf-8")
    assert set(re.findall(r"\$labels\.(\w+)", text)) <= {"site", "roster", "channel"}
    assert "$value" not in text


@pytest.mark.parametrize("file", [RULES, DASHBOARD], ids=["alerts", "dashboard"])
def test_only_metrics_that_there_are_stand_in(file: Path) -> None:
    reference = (REPOSITORY / "docs/reference/metrics.md").read_text(encoding="utf-8")
    there = dict(re.findall(r"^\| `(goldenhour_\w+)`[^|]*\| (\w+) ", reference, re.MULTILINE))
    ends = {
        "gauge": [""],
        "counter": ["_total"],
        "histogram": ["_bucket", "_count", "_sum", "_gcount", "_gsum"],
    }
    known = {name + end for name, kind in there.items() for end in ends[kind]}
    used = set(re.findall(r"\bgoldenhour_\w+", file.read_text(encoding="utf-8")))
    assert len(used) > 10
    assert used - known == set()
