"""The report on the golden hour as a table for a spreadsheet, and as a page with plots that needs no
script."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from service.domain.golden_hour import GoldenHour, Mean, Promised, Week
from service.web.plots import Line, lines


@dataclass(frozen=True, slots=True)
class _Column:
    """One figure of a week: its name in the CSV, its heading, and how it is shown on the page."""

    name: str
    heading: str
    mean: Callable[[Week], Mean]
    shown: Callable[[float], str]


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


_COLUMNS = (
    _Column("minutes", "Minutes", lambda week: week.minutes, _whole),
    _Column("form_share", "Went to forms", lambda week: week.form_share, _share),
    _Column("items", "Items asked", lambda week: week.items, _whole),
    _Column("asked_words", "Words asked", lambda week: week.asked_words, _whole),
    _Column("told_words", "Words told", lambda week: week.told_words, _whole),
    _Column("felt_heard", "Felt heard", lambda week: week.felt_heard, _share),
    _Column("hope_before", "Hope before", lambda week: week.hope_before, _whole),
    _Column("hope_after", "Hope after", lambda week: week.hope_after, _whole),
    _Column("hopelessness_before", "Hopelessness before", lambda week: week.hopelessness_before, _whole),
    _Column("hopelessness_after", "Hopelessness after", lambda week: week.hopelessness_after, _whole),
    _Column("left_worse", "Left worse", lambda week: week.left_worse, _share),
)
_COST = (
    "seconds_for_the_person",
    "messages_to_the_person",
    "seconds_for_clinicians",
    "texts",
    "calls",
    "other_messages",
    "acts",
)


def as_csv(report: GoldenHour) -> str:
    """A line for each week, and one for all of them. What is not known is left empty; `_of` says of how many
    sessions a mean is made. Nothing in it was written by anybody, so no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    means = [name for column in _COLUMNS for name in (column.name, f"{column.name}_of")]
    writer.writerow(["site", "week", "first_contacts", "sessions", *means, *_COST])
    for week in (*report.weeks, report.whole):
        figures = [figure for column in _COLUMNS for figure in _figures(column.mean(week))]
        writer.writerow([report.site, week.name, week.first_contacts, week.sessions, *figures, *_cost(week)])
    return out.getvalue()


def _figures(mean: Mean) -> tuple[object, int]:
    return ("" if mean.value is None else mean.value, mean.known_of)


def _cost(week: Week) -> tuple[object, ...]:
    cost, sent = week.cost, week.cost.sent
    return (
        cost.seconds_for_the_person,
        cost.messages_to_the_person,
        cost.seconds_for_clinicians,
        sent.texts,
        sent.calls,
        sent.others,
        sent.replies,
    )


def as_html(report: GoldenHour) -> str:
    """A whole page. Every plot has its figures in the table below it."""
    title = f"The golden hour at {report.site}"
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style></head><body><main>",
            f"<h1>{escape(title)}</h1>",
            _ABOUT,
            *_plots(report.weeks),
            "<h2>By week</h2>",
            *_table(report),
            "<h2>What we cost</h2>",
            *_costs(report),
            "<h2>Follow-ups</h2>",
            _promised(report.follow_ups),
            "</main></body></html>",
        )
    )


def _plots(weeks: Sequence[Week]) -> Iterable[str]:
    names = [week.name for week in weeks]
    drawn = (
        (
            "Where the hour went, and whether people felt heard, in per cent",
            (_line("went to forms", weeks, "form_share", 100), _line("felt heard", weeks, "felt_heard", 100)),
        ),
        (
            "Hope, 0 to 100",
            (_line("before", weeks, "hope_before"), _line("after", weeks, "hope_after")),
        ),
        (
            "Hopelessness, 0 to 100",
            (_line("before", weeks, "hopelessness_before"), _line("after", weeks, "hopelessness_after")),
        ),
    )
    for number, (title, drawing) in enumerate(drawn):
        told = "; ".join(
            f"{name}: " + ", ".join(f"{line.name} {_value(line.values[at])}" for line in drawing)
            for at, name in enumerate(names)
        )
        yield f"<h2>{escape(title)}</h2>"
        plot = lines(title, told or "No week is known.", names, drawing, f"plot-{number}")
        yield f"<figure>{plot}</figure>"


def _line(name: str, weeks: Sequence[Week], figure: str, times: float = 1) -> Line:
    values = [getattr(week, figure).value for week in weeks]
    return Line(name, [None if value is None else times * value for value in values])


def _value(value: float | None) -> str:
    return "not known" if value is None else f"{value:.0f}"


def _table(report: GoldenHour) -> Iterable[str]:
    yield "<table><thead><tr>"
    heads = ("Week", "First contacts", "Sessions", *(column.heading for column in _COLUMNS))
    yield from (f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for week in (*report.weeks, report.whole):
        cells = [str(week.first_contacts), str(week.sessions)]
        for column in _COLUMNS:
            mean = column.mean(week)
            cells.append(
                "not known" if mean.value is None else f"{column.shown(mean.value)} (of {mean.known_of})"
            )
        yield f'<tr><th scope="row">{escape(week.name)}</th>'
        yield from (f"<td>{escape(cell)}</td>" for cell in cells)
        yield "</tr>"
    yield "</tbody></table>"


def _costs(report: GoldenHour) -> Iterable[str]:
    cost = report.whole.cost
    sent = cost.sent
    yield (
        f"<p>For the people who came: {cost.seconds_for_the_person:.0f} seconds. They are asked nothing, "
        "shown nothing and sent nothing; messages that went to anybody but a clinician of the site: "
        f"{cost.messages_to_the_person}.</p>"
    )
    yield (
        f"<p>For clinicians: about {cost.seconds_for_clinicians / 60:.0f} minutes, for {sent.texts} texts, "
        f"{sent.calls} calls, {sent.others} other messages and {sent.replies} acts of theirs.</p>"
    )


def _promised(follow_ups: Promised) -> str:
    return (
        f"<p>{follow_ups.due} due now, {follow_ups.overdue} of them overdue; "
        f"{follow_ups.settled} settled in these weeks.</p>"
    )


_ABOUT = (
    "<p>What first hours were like, and what we cost. Of nobody in particular: a week of which too few "
    "sessions are known shows no means. It says nothing about why, and is no measure of a clinician.</p>"
)
_STYLE = (
    "body{font-family:sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;font-size:.85rem}"
    "th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:right}th[scope=row]{text-align:left}"
    "figure{margin:0;max-width:48rem}"
)
