"""What is due and what was done, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypedDict

from fleet_app.fleet.maintenance.costs import CostReport, MonthlyCost
from fleet_app.fleet.maintenance.due import Criterion, DueState, DueStatus
from fleet_app.fleet.maintenance.due_list import DueRow
from fleet_app.kernel.units import METRIC, Ruler
from fleet_app.records.fields import words_of

STATES = {
    DueStatus.OVERDUE: "Overdue",
    DueStatus.DUE_SOON: "Due soon",
    DueStatus.UNKNOWN: "Not known",
    DueStatus.OK: "Not due yet",
}
_STORED = {Criterion.KM: "km", Criterion.HOURS: "engine hours"}


class Bar(TypedDict):
    """One month of a vehicle's costs; `share` is its part of the dearest month, percent."""

    month: str
    cost: str
    share: int
    jobs: str


def why(state: DueState, ruler: Ruler = METRIC) -> str:
    """What decides, such as `412 km over` or `in 6 days`."""
    parts = _parts(state, ruler)
    if state.criterion is None or state.criterion not in parts:
        return "When it was last done is not known"
    return parts[state.criterion]


def besides(state: DueState, ruler: Ruler = METRIC) -> str:
    """What else is counted, such as `or in 2,100 km`."""
    others = [text for name, text in _parts(state, ruler).items() if name is not state.criterion]
    return f"or {' or '.join(others)}" if others else ""


def _parts(state: DueState, ruler: Ruler) -> dict[Criterion, str]:
    left = {
        Criterion.KM: state.remaining_km,
        Criterion.HOURS: state.remaining_hours,
        Criterion.DAYS: state.remaining_days,
    }
    return {
        name: in_days(int(value)) if name is Criterion.DAYS else _amount(value, name, ruler)
        for name, value in left.items()
        if value is not None
    }


def in_days(days: int) -> str:
    """`today`, `in 6 days`, `12 days over`."""
    if days == 0:
        return "today"
    count = f"{abs(days):,} {'day' if abs(days) == 1 else 'days'}"
    return f"in {count}" if days > 0 else f"{count} over"


def _amount(left: float, criterion: Criterion, ruler: Ruler) -> str:
    count = ruler.said(abs(left), _STORED[criterion], 0)
    return f"in {count}" if left >= 0 else f"{count} over"


def last_done(row: DueRow, ruler: Ruler = METRIC) -> str:
    """When the work was done last, such as `3 Mar 2026 at 64,000 km`."""
    plan = row.schedule
    day = f"{plan.last_on:%-d %b %Y}" if plan.last_on else ""
    read = ruler.said(plan.last_km, "km", 0) if plan.last_km is not None else ""
    if not read and plan.last_hours is not None:
        read = f"{plan.last_hours:,.0f} engine hours"
    return " at ".join(part for part in (day, read) if part) or "Never, as far as we know"


def kind_words(kind: str) -> str:
    """A kind of work as people read it."""
    return words_of(kind)


def bars(report: CostReport) -> list[Bar]:
    """Every month since the first one, the oldest first; months without cost are there too."""
    spent: dict[dt.date, list[MonthlyCost]] = {}
    for row in report.rows:
        spent.setdefault(row.month, []).append(row)
    last = max([*spent, dt.date.today().replace(day=1)])
    months = _months(report.since, last)
    sums = {month: sum(row.cost for row in spent.get(month, ())) for month in months}
    most = max(sums.values(), default=0)
    return [
        Bar(
            month=f"{month:%b %Y}",
            cost=money(sums[month], report.currency) if sums[month] else "–",
            share=round(100 * sums[month] / most) if most else 0,
            jobs=_jobs(spent.get(month, ())),
        )
        for month in months
    ]


def money(amount: float, currency: str) -> str:
    """`412.50 EUR`."""
    return f"{amount:,.2f} {currency}"


def _jobs(rows: Sequence[MonthlyCost]) -> str:
    return ", ".join(words_of(row.kind) for row in rows)


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [dt.date(number // 12, number % 12 + 1, 1) for number in numbers]
