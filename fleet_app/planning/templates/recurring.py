"""Making the deliveries of templates by themselves, a week ahead."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from fleet_app.access.actor import SYSTEM
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import Clock, zone_of
from fleet_app.kernel.errors import FleetError, StoreUnavailable
from fleet_app.outbox.changes import changed
from fleet_app.planning.ports import Work
from fleet_app.planning.templates.making import make
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.records.types import DAYS

log = logging.getLogger(__name__)
DAYS_AHEAD = 7
PLURAL = "route_templates"
LONGEST = 300


async def make_recurring(work: Work, clock: Clock) -> int:
    """Make what is due from today to a week ahead, each template and day by itself; returns how
    many deliveries that were. What cannot be made is said at its template. Raises
    `StoreUnavailable`."""
    total = 0
    troubles: dict[int, str] = {}
    for template_id, day in await _due(work, clock):
        troubles.setdefault(template_id, "")
        try:
            total += await _make(work, template_id, day)
        except StoreUnavailable:
            raise
        except FleetError as error:
            # One template that cannot be used, say for a customer who is gone, holds up no other.
            log.warning("route template %s on %s: %s", template_id, day, error.message)
            troubles[template_id] = troubles[template_id] or f"{day:%-d %b}: {_why(error)}"
    await _say(work, troubles)
    return total


async def _make(work: Work, template_id: int, day: dt.date) -> int:
    async with work() as session:
        template = await session.get(RouteTemplate, template_id)
        if template is None or template.deleted_at is not None:
            return 0
        ids, is_new = await make(session, SYSTEM, template, day)
    return len(ids) if is_new else 0


def _why(error: FleetError) -> str:
    """Field by field, as far as there are any."""
    told = (f"{name.replace('_', ' ')} {said}" for name, said in error.fields.items())
    return "; ".join(told) or error.message


async def _say(work: Work, troubles: Mapping[int, str]) -> None:
    """Write what could not be made where it is new, or is well by now."""
    async with work() as session:
        query = select(RouteTemplate.id, RouteTemplate.fleet_id, RouteTemplate.not_made)
        known = list(await session.exec(query.where(col(RouteTemplate.id).in_(troubles))))
        for id_, fleet_id, before in known:
            words = troubles[id_ or 0][:LONGEST]
            if words != before:
                # No edit of anybody: the version stays.
                now = update(RouteTemplate).where(col(RouteTemplate.id) == id_)
                await (await session.connection()).execute(now.values(not_made=words))
                changed(session, fleet_id, PLURAL, [id_ or 0])


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
