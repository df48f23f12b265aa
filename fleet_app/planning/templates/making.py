"""The deliveries of a template on a day, made once."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.kinds import CUSTOMERS, DELIVERIES
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.kinds import DEPOTS, FLEETS
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import zone_of
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.planning.templates.stops import SAME, WINDOWS
from fleet_app.records.kinds import Kinds, View
from fleet_app.records.service import Records

_KINDS = Kinds((DELIVERIES, CUSTOMERS, DEPOTS, FLEETS))


def reference_of(template_id: int, day: dt.date, number: int | None = None) -> str:
    """The order number of a template's delivery; without a number, what they all begin with."""
    return f"template-{template_id}-{day:%Y-%m-%d}-{'' if number is None else number}"


def template_in(reference: str | None) -> tuple[int, int] | None:
    """The template behind an order number, and which of its stops; None for all others."""
    parts = (reference or "").split("-")
    if len(parts) != 6 or parts[0] != "template":
        return None
    if not (parts[1].isdecimal() and parts[5].isdecimal()):
        return None
    return int(parts[1]), int(parts[5])


async def made(session: AsyncSession, template: RouteTemplate, day: dt.date) -> list[Delivery]:
    """The template's deliveries of that day in its order, deleted ones too."""
    start = reference_of(template.id or 0, day)
    query = select(Delivery).where(
        Delivery.fleet_id == template.fleet_id,
        col(Delivery.external_reference).startswith(start, autoescape=True),
    )
    found = [one for one in await session.exec(query) if template_in(one.external_reference)]
    return sorted(found, key=lambda one: template_in(one.external_reference) or (0, 0))


async def make(
    session: AsyncSession, actor: Actor, template: RouteTemplate, day: dt.date
) -> tuple[list[int], bool]:
    """The ids of the template's deliveries of that day, and whether they were made just now.

    A day that has any, were they deleted since, gets no more: whoever took one out meant it.
    """
    await session.exec(
        select(RouteTemplate.id).where(RouteTemplate.id == template.id).with_for_update()
    )
    known = await made(session, template, day)
    if known:
        return [one.id or 0 for one in known if one.deleted_at is None], False
    zone = zone_of((await session.get_one(Fleet, template.fleet_id)).time_zone)
    records = Records(session, _KINDS, DELIVERIES, actor, View.at_present())
    ids = []
    for number, stop in enumerate(template.stops, start=1):
        reference = reference_of(template.id or 0, day, number)
        values = _delivery(stop, day, zone) | {
            "fleet_id": template.fleet_id, "external_reference": reference,
        }  # fmt: skip
        identifier, _ = await records.add(values)
        ids.append(identifier)
    return ids, bool(ids)


def _delivery(stop: dict[str, Any], day: dt.date, zone: ZoneInfo) -> dict[str, Any]:
    said = {name: stop[name] for name in SAME if stop.get(name) not in (None, "")}
    return said | {"due_on": day, **_windows(stop, day, zone)}


def _windows(stop: dict[str, Any], day: dt.date, zone: ZoneInfo) -> dict[str, datetime | None]:
    """Its times in their order: one that is not after the one before it is on the next day. In the
    night in which clocks are put forward none is before the one before it."""
    found: dict[str, datetime | None] = {}
    before, last = "", None
    for name in WINDOWS:
        time = stop.get(name) or ""
        if time and time <= before:
            day += timedelta(days=1)
        moment = _moment(day, time, zone)
        if moment is not None:
            last = moment = moment if last is None else max(moment, last)
        found[name] = moment
        before = time or before
    return found


def _moment(day: dt.date, time: str | None, zone: ZoneInfo) -> datetime | None:
    """The moment at which the clocks there show that time; of two, the first."""
    if not time:
        return None
    return datetime.combine(day, dt.time.fromisoformat(time), zone).astimezone(UTC)
