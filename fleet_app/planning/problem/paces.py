"""The pace that a row is planned at. It stays with the row: what the fleet learns while a plan is
published and driven changes nothing about rows that nobody touches. Pure."""

from __future__ import annotations

import msgspec

from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.problem.starting import hours_of_row
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.day import Day

STEP = 0.125
"""Of paces: each that differs is a matrix of its own."""


def pace_of_row(day: Day, plan: Healed, row: PlanRow) -> float:
    """As it was planned, else the fleet's own in the hours in which its driver works."""
    return _present(day, plan, row) if row.pace is None else row.pace


def with_paces(day: Day, plan: Healed, before: Document, after: Document) -> Document:
    """The document `after`, with a pace for each row that has stops: of what is as it was `before`
    the one that it has; of what changed as well, unless that is more than a step from the present
    one by now."""
    return _told(after, [_paced(day, plan, row, before.row(row.key)) for row in after.rows])


def renewed(day: Day, plan: Healed) -> Document:
    """A plan's document for who plans it anew: every row at about its present pace."""
    document = plan.document
    return _told(document, [_paced(day, plan, row, None) for row in document.rows])


def _told(document: Document, rows: list[PlanRow]) -> Document:
    return msgspec.structs.replace(document, rows=tuple(rows))


def _paced(day: Day, plan: Healed, row: PlanRow, before: PlanRow | None) -> PlanRow:
    if row.pace is not None and row == before:
        return row
    pace = None
    if row.stops:
        mean = _mean(day, plan, row)
        is_near = row.pace is not None and abs(mean - row.pace) <= STEP
        pace = row.pace if is_near else _stepped(mean)
    return msgspec.structs.replace(row, pace=pace)


def _present(day: Day, plan: Healed, row: PlanRow) -> float:
    return _stepped(_mean(day, plan, row))


def _mean(day: Day, plan: Healed, row: PlanRow) -> float:
    """Of all hours in which its driver works, whatever the time is and whenever it leaves: its
    route, which is timed alone when somebody rearranges it, knows no more."""
    spans = hours_of_row(day, plan, row)
    begins, ends = spans[0][0], max(end for _, end in spans)
    return day.pace.over(begins.astimezone(day.zone), ends.astimezone(day.zone))


def _stepped(mean: float) -> float:
    return round(mean / STEP) * STEP
