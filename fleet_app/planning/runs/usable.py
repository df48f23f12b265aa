"""What a run plans on: rows that somebody can drive. What others hold is planned elsewhere. Pure.

A row that nobody can drive is no vehicle of the problem, or what is planned onto it could not be
published. It stays on the plan, and so does what is locked to it.
"""

from __future__ import annotations

import dataclasses

import msgspec

from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.problem.visits import held_to
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.runs.models import Mode
from fleet_app.planning.workday.crews import can_drive, can_work, driver_of, vehicle_of
from fleet_app.planning.workday.day import Day, is_under_way


def usable(day: Day, plan: Healed, mode: Mode) -> tuple[Day, Document]:
    """The document without rows that nobody can drive. What they hold waits on that day, but for
    what is locked there, which is no part of it; nor is the rest, where only what waits is to be
    fitted in."""
    document = plan.document
    idle = _idle(day, plan)
    freed = {id_ for row in idle if mode is not Mode.FIT_IN for id_ in _free(day, plan, row)}
    stay = {id_ for row in idle for id_ in row.delivery_ids} - freed
    others = {id_: one for id_, one in day.deliveries.items() if id_ not in stay}
    keys = {row.key for row in idle}
    rows = tuple(row for row in document.rows if row.key not in keys)
    off = tuple(dict.fromkeys((*document.off, *sorted(freed))))
    document = msgspec.structs.replace(document, rows=rows, off=off)
    return dataclasses.replace(day, deliveries=others), document


def _idle(day: Day, plan: Healed) -> list[PlanRow]:
    """Rows that have not left, and whose vehicle is out or whose driver does not work; those
    without a driver where others have one."""
    ahead = [row for row in plan.document.rows if not is_under_way(plan.route_of(day, row))]
    drivable = [row for row in ahead if can_drive(vehicle_of(day, row))]
    crewed = [row for row in drivable if can_work(driver_of(day, row))]
    early = [row for row in drivable if row.driver_id is None]  # drivers come later, to all of them
    good = {row.key for row in crewed or early}
    return [row for row in ahead if row.key not in good]


def _free(day: Day, plan: Healed, row: PlanRow) -> list[int]:
    """What it holds that others may bring as well."""
    held = {
        stop.delivery_id
        for stop in row.stops
        if held_to(plan, day.deliveries[stop.delivery_id], row, stop) is not None
    }
    return [id_ for id_ in row.delivery_ids if id_ not in held and not day.is_done(id_)]
