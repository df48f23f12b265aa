"""Rows for the tours that come again: on a plan in their own order, which is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.planning.document import Document, PlanRow, PlanStop
from fleet_app.planning.templates.making import template_in
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.planning.workday.day import Day

LOCK = "order"


async def with_templates(session: AsyncSession, day: Day, document: Document) -> Document:
    """The document with a row for each template whose deliveries wait for that day."""
    waiting = _waiting(day, document)
    if not waiting:
        return document
    query = select(RouteTemplate).where(
        col(RouteTemplate.id).in_(waiting), RouteTemplate.fleet_id == day.fleet.id
    )
    for template in await session.exec(query.order_by(col(RouteTemplate.id))):
        document = placed(day, document, template, waiting[template.id or 0])
    return document


def _waiting(day: Day, document: Document) -> dict[int, list[int]]:
    """Deliveries that are on no row, in the order of their templates."""
    planned = document.planned
    found: dict[int, list[tuple[int, int]]] = {}
    for id_, one in day.deliveries.items():
        known = template_in(one.external_reference)
        is_free = one.route_id is None and one.status in ASSIGNABLE and one.deleted_at is None
        if known and is_free and id_ not in planned and one.lat is not None:
            found.setdefault(known[0], []).append((known[1], id_))
    return {template: [id_ for _, id_ in sorted(ids)] for template, ids in found.items()}


def placed(
    day: Day, document: Document, template: RouteTemplate, delivery_ids: Sequence[int]
) -> Document:
    """With the deliveries on the vehicle's empty row, else on a row of their own."""
    stops = tuple(PlanStop(one) for one in delivery_ids)
    free = next(
        (
            row
            for row in document.rows
            if not row.stops and row.vehicle_id == template.vehicle_id is not None
        ),
        None,
    )
    row = free or PlanRow(key="")
    driver_id = template.driver_id if template.driver_id in day.drivers else row.driver_id
    filled = msgspec.structs.replace(
        row,
        vehicle_id=template.vehicle_id if template.vehicle_id in day.vehicles else None,
        driver_id=driver_id,
        depot_id=template.depot_id if template.depot_id in day.depots else None,
        departs_at=leaves_at(day, template.leaves_at),
        lock=LOCK,
        stops=stops,
    )
    return document.with_rows(filled) if free else document.with_new(filled)


def leaves_at(day: Day, time: str | None) -> datetime | None:
    """When the clocks there show that time."""
    if not time:
        return None
    return datetime.combine(day.date, dt.time.fromisoformat(time), day.zone).astimezone(UTC)
