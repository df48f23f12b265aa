"""Making the deliveries of templates by themselves, a week ahead."""

from __future__ import annotations

import datetime as dt
import logging
from datetime import timedelta

from sqlmodel import col, select

from fleet_app.access.actor import SYSTEM
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import Clock, zone_of
from fleet_app.kernel.errors import FleetError, StoreUnavailable
from fleet_app.planning.ports import Work
from fleet_app.planning.templates.making import make
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.records.types import DAYS

log = logging.getLogger(__name__)
DAYS_AHEAD = 7


async def make_recurring(work: Work, clock: Clock) -> int:
    """Make what is due from today to a week ahead, each template and day by itself; returns how
    many deliveries that were. Raises `StoreUnavailable`."""
    total = 0
    for template_id, day in await _due(work, clock):
        try:
            async with work() as session:
                template = await session.get(RouteTemplate, template_id)
                if template is None or template.deleted_at is not None:
                    continue
                ids, is_new = await make(session, SYSTEM, template, day)
            total += len(ids) if is_new else 0
        except StoreUnavailable:
            raise
        except FleetError as error:
            # One template that cannot be used, say for a customer who is gone, holds up no other.
            log.warning("route template %s on %s: %s", template_id, day, error.message)
    return total


async def _due(work: Work, clock: Clock) -> list[tuple[int, dt.date]]:
    async with work() as session:
        query = (
            select(RouteTemplate, Fleet.time_zone)
            .join(Fleet, col(Fleet.id) == col(RouteTemplate.fleet_id))
            .where(
                col(RouteTemplate.deleted_at).is_(None),
                col(Fleet.deleted_at).is_(None),
                col(RouteTemplate.active),
            )
        )
        found = list(await session.exec(query.order_by(col(RouteTemplate.id))))
    return [
        (template.id or 0, day)
        for template, zone in found
        if template.stops
        for day in _days(template, clock().astimezone(zone_of(zone)).date())
    ]


def _days(template: RouteTemplate, today: dt.date) -> list[dt.date]:
    """Its days of the week that begins today."""
    week = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    return [
        day
        for day in week
        if DAYS[day.weekday()] in template.weekdays
        and (template.valid_from is None or template.valid_from <= day)
        and (template.valid_until is None or day <= template.valid_until)
    ]
