"""Figures on labelled posts, pairs and the one answer, against a handful that can be counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.answer import ANSWER
from benchmarks.data import Post, Severity
from benchmarks.measures import MEASURES, Judged, by_writer, figures, roc
from benchmarks.pairs import Tally, by_family, load, tally
from benchmarks.systems import Heard
from service.domain.answers import Speaker

POSTS = (
    Post("a", "one", Severity.ATTEMPT, grave=True),
    Post("a", "two", Severity.SUPPORTIVE, grave=False),
    Post("b", "three", Severity.BEHAVIOUR, grave=True),
    Post("b", "four", Severity.UNINFORMATIVE, grave=False),
    Post("a", "five", Severity.IDEATION, grave=True),
    Post("c", "six", Severity.SUPPORTIVE, grave=False),
)
HEARD = (
    Heard(80, True),
    Heard(40, True),
    Heard(0, False),
    Heard(0, False),
    Heard(40, True),
    Heard(10, False),
)
JUDGED = [Judged(post, heard) for post, heard in zip(POSTS, HEARD, strict=True)]
PAIRS = """
- pair: 1
  family: leave-taking
  said: he gives his dog away
  benign: he gives his old phone away
  speaker: collateral
- pair: 2
  family: affairs
  said: the will is done
  benign: the tax is done
- pair: 3
  family: affairs
  said: I paid for the funeral
  benign: I went to the funeral
"""


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("AUC", (3 + 0.5 + 2 + 0.5) / 9),  # 80 beats all three; 0 ties with 0; 40 beats two and ties with 40
        ("sensitivity", 2 / 3),
        ("specificity", 2 / 3),
        ("behaviour or attempt", 1 / 2),
        ("alarms: supportive", 1 / 2),
        ("alarms: uninformative", 0),
        ("alarms: attempt", 1),
    ],
)
def test_a_measure_counts_what_its_name_says(measure: str, value: float) -> None:
    assert MEASURES[measure](JUDGED) == pytest.approx(value)


def test_writers_keep_their_posts_together() -> None:
    assert [[j.post.text for j in group] for group in by_writer(JUDGED)] == [
        ["one", "two", "five"],
        ["three", "four"],
        ["six"],
    ]


def test_an_estimate_lies_within_its_interval() -> None:
    for estimate in (figures(POSTS, HEARD)[name] for name in ("AUC", "sensitivity", "specificity")):
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_the_curve_goes_from_no_alarm_to_all() -> None:
    third = pytest.approx(1 / 3)
    two_thirds = pytest.approx(2 / 3)
    assert roc(JUDGED) == [(0, 0), (0, third), (third, two_thirds), (two_thirds, two_thirds), (1, 1)]


def test_pairs_are_tallied_on_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "building.yaml"
    path.write_text(PAIRS, encoding="utf-8")
    pairs = load(path)
    assert [pair.speaker for pair in pairs] == [Speaker.COLLATERAL, Speaker.CLIENT, Speaker.CLIENT]
    assert {name: len(each) for name, each in by_family(pairs).items()} == {"affairs": 2, "leave-taking": 1}
    heard = tally(pairs, lambda text, _: "dog" in text or "funeral" in text)
    assert heard == Tally(pairs=3, heard=2, let_pass=2, both=1)


def test_a_half_that_is_not_there_has_no_pairs(tmp_path: Path) -> None:
    assert load(tmp_path / "held_out.yaml") == []


def test_the_one_answer_is_of_the_length_that_the_report_names() -> None:
    assert len(ANSWER.split()) == 164
