"""Documents made of what others found: the optimiser's sequences, and steps taken back. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from fleet_app.planning.by_hand.since import Begun, staying
from fleet_app.planning.document import (
    Document,
    PlanRow,
    PlanStop,
    read,
    stop_of,
    stops_of,
    written,
)
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day
from fleet_app.routing.optimiser.plan import LeftOut
from fleet_app.routing.optimiser.problem import Sequences


def arranged(
    look: Look, sequences: Sequences, left_out: Sequence[LeftOut], begun: Begun | None = None
) -> Document:
    """The document with these sequences of what is still open, and why others were left out. What
    nobody asked the optimiser about, and what became of routes since it began, stays."""
    document, day = look.healed.document, look.day
    answer = {_delivery(one.stop): "" for one in left_out}
    answer |= {_delivery(one): key for key, stops in sequences.items() for one in stops}
    fixed = staying(day, look.healed, answer, begun)
    known = [stop for row in document.rows for stop in row.stops]
    rows: list[PlanRow] = []
    for row in document.rows:
        free = [one for one in sequences.get(row.key, ()) if _delivery(one) not in fixed]
        new = stops_of([one for one in free if _plannable(look, one)], known)
        rows.append(msgspec.structs.replace(row, stops=_joined(day, row, new, fixed)))
    found = msgspec.structs.replace(document, rows=tuple(rows))
    freed = [
        stop.delivery_id
        for stop in known
        if stop.delivery_id not in found.planned
        and day.deliveries[stop.delivery_id].route_id is not None
    ]
    off = [id_ for id_ in (*document.off, *freed) if id_ not in found.planned]
    left = _left(one for one in left_out if _delivery(one.stop) not in found.planned)
    return msgspec.structs.replace(found, off=tuple(dict.fromkeys(off)), left=left)


def _joined(
    day: Day, row: PlanRow, new: Sequence[PlanStop], fixed: AbstractSet[int]
) -> tuple[PlanStop, ...]:
    """What is made, then the new order, with what stays put behind the stop that it is behind now,
    and never before its own pickup."""
    stops = [stop for stop in row.stops if day.is_made(stop)]
    stops += [stop for stop in new if not day.is_made(stop)]
    for number, stop in enumerate(row.stops):
        if stop.delivery_id not in fixed or day.is_made(stop):
            continue
        before = [stops.index(one) for one in row.stops[:number] if one in stops]
        own = [
            at for at, one in enumerate(stops) if one.delivery_id == stop.delivery_id
        ]  # fmt: skip
        stops.insert(max((*before[-1:], *own), default=-1) + 1, stop)
    return tuple(stops)


def taken_off(look: Look, before: set[int]) -> Look:
    """What a turn took off its row stays off, though a route that was published still has it."""
    document, day = read(look.plan.document), look.day
    gone = sorted(
        id_
        for id_ in before - document.planned
        if id_ in day.deliveries and day.deliveries[id_].route_id is not None
    )
    if not gone:
        return look
    off = tuple(dict.fromkeys((*document.off, *gone)))
    document = msgspec.structs.replace(document, off=off)
    look.plan.document = written(document)
    return dataclasses.replace(look, healed=healed(day, document, look.plan.links))


def _plannable(look: Look, stop: str) -> bool:
    """Whether the delivery is still there: it may have been deleted while the optimiser worked."""
    id_ = _delivery(stop)
    document = look.healed.document
    on_plan = id_ in document.planned and id_ in look.day.deliveries
    return on_plan or look.day.waits(id_, document.off)


def _left(left_out: Iterable[LeftOut]) -> dict[str, tuple[str, str]]:
    return {str(_delivery(one.stop)): (one.why.value, one.words) for one in left_out}


def _delivery(stop: str) -> int:
    return stop_of(stop).delivery_id
