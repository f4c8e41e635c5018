"""`make evaluate`: measure the reading and its peers on EVAL_DATA, print a table and write the report."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import data, floors, pairs, plots, report, speed
from benchmarks.alarms import Alarms
from benchmarks.measures import Judged, figures
from benchmarks.ours import URGENT, VIEWS, Goldenhour
from benchmarks.peers import AS_SHIPPED, LIGHT, WIDER, ConText, Keywords, NegEx
from benchmarks.plots import Curve
from benchmarks.results import Half, Results, Share, Speed, Texts
from benchmarks.systems import Heard, System
from service.domain.answers import Speaker
from service.domain.errors import ConfigurationFaults
from service.settings import REPOSITORY

T = TypeVar("T")

REPORT = REPOSITORY / "docs" / "reference" / "evaluation.md"
_PLOTTED = (VIEWS[0].name, Keywords.name, NegEx.name, LIGHT, WIDER)
_BESIDE = ("spacy", "negspacy", "medspacy")
_SHORTER = [size for size in speed.SIZES if size <= 3_000]  # medspaCy would take minutes over the longest


def main() -> int:
    """Run everything; exit status 2 when there is no data to read."""
    arguments = _arguments()
    root = Path(os.environ.get("EVAL_DATA", ""))
    if not os.environ.get("EVAL_DATA") or not root.is_dir():
        print("EVAL_DATA must name the folder of the evaluation data", file=sys.stderr)
        return 2
    if arguments.alarms and arguments.alarms.resolve().is_relative_to(REPOSITORY):
        print("the alarms hold texts of the data: --alarms must lie outside the repository", file=sys.stderr)
        return 2
    try:
        results, alarms = _measured(root)
    except ConfigurationFaults as error:
        print("the rules cannot be read:", *error.faults, sep="\n  - ", file=sys.stderr)
        return 2
    found = floors.floors(results)
    _write(results, found, arguments.report)
    print(report.posts_table(results.curves), report.texts_table(results), sep="\n\n", end="\n\n")
    for floor in found:
        print(f"{'yes' if floor.holds else 'NO ':3}  {floor.asked}: {floor.measured}")
    if arguments.alarms:
        arguments.alarms.write_text(alarms.text(), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    parser.add_argument("--alarms", type=Path, help="also write every alarm and miss here, with its text")
    parser.add_argument("--report", type=Path, default=REPORT, help="the report; its plots lie beside it")
    return parser.parse_args()


def _measured(root: Path) -> tuple[Results, Alarms]:
    ours, alarms = Goldenhour(), Alarms()
    ideation = data.terms(root, data.IDEATION)
    peers: list[System] = [Keywords(), NegEx(), ConText.light(LIGHT, ideation)]
    timed: list[System] = [*peers, ConText.as_shipped(AS_SHIPPED, ideation)]
    peers.append(ConText.light(WIDER, data.terms(root, data.SUICIDALITY)))
    readers: dict[str, speed.Read] = {floors.OURS: ours.assess} | {peer.name: peer.hear for peer in timed}
    fresh = speed.compare(readers)
    posts = data.posts(root)
    _say(f"{len(posts)} labelled posts")
    curves = _curves(posts, ours, peers, alarms)
    corpora = [_texts(corpus, ours, peers, alarms) for corpus in data.corpora(root)]
    halves = [_half(name, ours, peers, alarms) for name in pairs.HALVES if pairs.load(_pairs_file(name))]
    results = Results(
        rules=ours.rules,
        machine=_machine(),
        versions={name: version(name) for name in _BESIDE},
        posts=posts,
        curves=curves,
        corpora=corpora,
        halves=halves,
        speed=_speed(ours, readers, fresh),
    )
    return results, alarms


def _curves(
    posts: Sequence[data.Post], ours: Goldenhour, peers: Sequence[System], alarms: Alarms
) -> list[Curve]:
    assessed = [ours.assess(post.text) for post in posts]
    alarms.on_posts(posts, assessed)
    heard = {view.name: [view.heard(each) for each in assessed] for view in VIEWS}
    heard |= {peer.name: [peer.hear(post.text) for post in posts] for peer in peers}
    return [_curve(name, posts, each) for name, each in heard.items()]


def _curve(name: str, posts: Sequence[data.Post], heard: Sequence[Heard]) -> Curve:
    _say(f"bootstrap: {name}")
    judged = [Judged(post, each) for post, each in zip(posts, heard, strict=True)]
    return Curve(name, judged, figures(posts, heard))


def _texts(corpus: data.Corpus, ours: Goldenhour, peers: Sequence[System], alarms: Alarms) -> Texts:
    _say(f"{len(corpus.texts)} texts of {corpus.name}")
    assessed, milliseconds = _timed(ours.assess, corpus.texts)
    alarms.on_texts(corpus, assessed)
    heard = {view.name: [view.heard(each) for each in assessed] for view in VIEWS}
    times = {floors.OURS: milliseconds}
    for peer in peers:
        heard[peer.name], times[peer.name] = _timed(peer.hear, corpus.texts)
    shares = {name: Share(sum(h.alarm for h in each), len(each)) for name, each in heard.items()}
    return Texts(corpus.name, corpus.asked, shares, times)


def _timed(read: Callable[[str], T], texts: Sequence[str]) -> tuple[list[T], float]:
    """What was made of each text, and the median time in milliseconds."""
    found, times = [], []
    for text in texts:
        begun = time.perf_counter()
        found.append(read(text))
        times.append(time.perf_counter() - begun)
    return found, 1000 * median(times)


def _half(name: str, ours: Goldenhour, peers: Sequence[System], alarms: Alarms) -> Half:
    """The half that is held out gives its totals and nothing else."""
    each = pairs.load(_pairs_file(name))
    heard: Mapping[str, pairs.Alarm] = {floors.OURS: _urgent(ours)} | {p.name: _alarm(p) for p in peers}
    families: dict[str, pairs.Tally] = {}
    if name == "building":
        families = {f: pairs.tally(group, _urgent(ours)) for f, group in pairs.by_family(each).items()}
        alarms.on_pairs(each, _urgent(ours))
    return Half(name, {system: pairs.tally(each, alarm) for system, alarm in heard.items()}, families)


def _urgent(ours: Goldenhour) -> pairs.Alarm:
    return lambda text, speaker: URGENT.alarm(ours.assess(text, speaker))


def _alarm(peer: System) -> pairs.Alarm:
    def alarm(text: str, _: Speaker) -> bool:
        return peer.hear(text).alarm

    return alarm


def _pairs_file(name: str) -> Path:
    return pairs.FOLDER / f"{name}.yaml"


def _speed(ours: Goldenhour, readers: Mapping[str, speed.Read], fresh: Mapping[str, float]) -> Speed:
    _say("speed")
    seasoned = speed.compare(readers)
    growths = {
        name: speed.growth(read, _SHORTER if name in {LIGHT, AS_SHIPPED} else speed.SIZES)
        for name, read in readers.items()
    }
    start = speed.start()
    _say("looking for a text that makes it slow")
    return Speed(fresh, seasoned, growths, start, speed.search(ours.assessor))


def _write(results: Results, found: Sequence[floors.Floor], path: Path) -> None:
    path.write_text(report.render(results, found), encoding="utf-8")
    plotted = [curve for curve in results.curves if curve.name in _PLOTTED]
    plots.posts(plotted, path.parent / report.POSTS_PLOT)
    plots.times(results.speed.growths, path.parent / report.TIMES_PLOT)


def _machine() -> str:
    cpu = next((line for line in _cpu_lines() if line.startswith("model name")), "")
    name = cpu.partition(":")[2].strip() or platform.machine()
    return f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} x {name}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")  # elsewhere than on Linux only the kind of machine is known
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _say(what: str) -> None:
    print(what, "...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
