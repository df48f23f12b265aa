"""What people do with templates: use one for a day, and make one of a tour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.delivery.models import Delivery, Route, RouteStop, StopKind
from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import Clock, utc_now, zone_of
from fleet_app.kernel.errors import Conflict, NotFound
from fleet_app.planning.document import read
from fleet_app.planning.models import Plan
from fleet_app.planning.picture.looking import day_of
from fleet_app.planning.ports import Work
from fleet_app.planning.repository import PlanRepository
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.templates.making import made, make
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.planning.templates.placing import placed
from fleet_app.planning.templates.stops import SAME, WINDOWS
from fleet_app.planning.workday.day import Day
from fleet_app.records.problems import invalid

PATIENT_SECONDS = 30.0
"""For as many deliveries as a template can have."""


class NoStops(Conflict):
    """There is nowhere to go to."""

    type = "no_stops"

    def __init__(self) -> None:
        super().__init__("This template has no stops yet")


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What a template was used for. `made`: just now, not before; `row` is the plan's new one."""

    template_id: int
    date: dt.date
    delivery_ids: tuple[int, ...]
    made: bool
    plan_id: int | None = None
    row: str = ""


class Templates:
    """Tours that come again. Opens its own units of work."""

    def __init__(self, work: Work, clock: Clock = utc_now) -> None:
        self._work = work
        self._clock = clock

    async def use(
        self, actor: Actor, template_id: int, day: dt.date, *, plan_id: int | None = None
    ) -> Use:
        """Make the template's deliveries of a day, unless they are there already; put those that
        wait on a plan of that day as one step.

        Raises `Forbidden`, `NotFound`, `InvalidInput`, `NoStops`.
        """
        authorize(actor.principal, "route_templates.update")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise invalid({"date": f"must be a day from {FIRST_DAY} to {LAST_DAY}"})
        async with self._work(PATIENT_SECONDS) as session:
            template = await _template(session, actor, template_id)
            if not template.stops:
                raise NoStops
            zone = zone_of((await session.get_one(Fleet, template.fleet_id)).time_zone)
            if day < self._clock().astimezone(zone).date():
                raise invalid({"date": "is over"})
            ids, is_new = await make(session, actor, template, day)
            use = Use(
                template_id=template_id, date=day, delivery_ids=tuple(ids), made=is_new,
                plan_id=plan_id,
            )  # fmt: skip
            if plan_id is None:
                return use
            row = await self._put(session, actor, template, use)
        return msgspec.structs.replace(use, row=row)

    async def of_route(self, actor: Actor, route_id: int) -> dict[str, Any]:
        """A route as the values of a new template. Raises `Forbidden`, `NotFound`."""
        authorize(actor.principal, "route_templates.create")
        async with self._work() as session:
            route = await session.get(Route, route_id)
            if route is None or route.deleted_at or not actor.principal.sees_fleet(route.fleet_id):
                raise NotFound("Route", route_id)
            query = select(RouteStop.delivery_id).where(
                RouteStop.route_id == route_id, RouteStop.kind == StopKind.DELIVERY
            )
            ids = list(await session.exec(query.order_by(col(RouteStop.position))))
            zone = zone_of((await session.get_one(Fleet, route.fleet_id)).time_zone)
            leaves = route.starts_at or route.planned_departure
            return {
                "fleet_id": route.fleet_id,
                "name": route.name or f"Route {route_id}",
                "vehicle_id": route.vehicle_id,
                "driver_id": route.driver_id,
                "depot_id": route.depot_id,
                "leaves_at": f"{leaves.astimezone(zone):%H:%M}" if leaves else None,
                "stops": await _stops(session, [one for one in ids if one], zone),
            }

    async def of_row(self, actor: Actor, plan_id: int, key: str) -> dict[str, Any]:
        """A plan's row as the values of a new template. Raises `Forbidden`, `NotFound`."""
        authorize(actor.principal, "route_templates.create")
        async with self._work() as session:
            plan = await PlanRepository(session).plan(actor, plan_id)
            day = await self._day(session, plan)
            row = healed(day, read(plan.document), plan.links).document.row(key)
            if row is None:
                raise NotFound("Row", key)
            vehicle = day.vehicles.get(row.vehicle_id or 0)
            leaves = row.departs_at
            return {
                "fleet_id": plan.fleet_id,
                "name": vehicle.name if vehicle else plan.name,
                "vehicle_id": row.vehicle_id,
                "driver_id": row.driver_id,
                "depot_id": row.depot_id,
                "leaves_at": f"{leaves.astimezone(day.zone):%H:%M}" if leaves else None,
                "stops": await _stops(session, row.delivery_ids, day.zone),
            }

    async def _put(
        self, session: AsyncSession, actor: Actor, template: RouteTemplate, use: Use
    ) -> str:
        """What of the template waits, on a row of the plan; "" when nothing does."""
        repository = PlanRepository(session)
        plan = await repository.locked(actor, use.plan_id or 0, None)
        if (plan.fleet_id, plan.date) != (template.fleet_id, use.date):
            raise invalid({"plan_id": f"is a plan of {plan.date:%-d %b %Y}"})
        about = await self._day(session, plan)
        state = healed(about, read(plan.document), plan.links)
        waiting = [
            one.id or 0
            for one in await made(session, template, use.date)
            if one.deleted_at is None
            and one.route_id is None
            and one.lat is not None
            and one.id not in state.document.planned
        ]
        if not waiting:
            return ""
        document = placed(about, state.document, template, waiting)
        plan.links = dict(state.links)
        await repository.advance(actor, plan, document, f"Use {template.name}")
        row = document.row_of(waiting[0])
        return row.key if row else ""

    async def _day(self, session: AsyncSession, plan: Plan) -> Day:
        return await day_of(session, plan, read(plan.document), self._clock())


async def _template(session: AsyncSession, actor: Actor, template_id: int) -> RouteTemplate:
    found = await session.get(RouteTemplate, template_id)
    if found is None or found.deleted_at or not actor.principal.sees_fleet(found.fleet_id):
        raise NotFound("Route template", template_id)
    return found


async def _stops(
    session: AsyncSession, ids: Sequence[int], zone: dt.tzinfo
) -> list[dict[str, Any]]:
    """Deliveries as stops, in this order."""
    query = select(Delivery).where(col(Delivery.id).in_(ids))
    known = {one.id: one for one in await session.exec(query)}
    stops = []
    for one in (known[id_] for id_ in ids if id_ in known):
        stop = {name: getattr(one, name) for name in SAME}
        stop["instructions"] = " ".join(one.instructions.split())[:500]
        for name in WINDOWS:
            moment = getattr(one, name)
            stop[name] = f"{moment.astimezone(zone):%H:%M}" if moment else None
        stops.append(stop)
    return stops
