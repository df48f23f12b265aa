"""A fleet with tours that come again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Fleet
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor, records

STOPS = [
    {"address": "Katu 1", "lat": 60.17, "lon": 24.94, "window_from": "08:00", "window_to": "10:00"},
    {"address": "Katu 2", "lat": 60.25, "lon": 24.99, "service_minutes": 12},
    {"address": "Katu 3", "lat": 60.18, "lon": 24.93, "instructions": "Ring twice"},
]


class Fleetful:
    """A fleet in Helsinki with a vehicle, a driver and somebody in the office."""

    def __init__(self, container: Container) -> None:
        self.container = container

    async def begin(self) -> Fleetful:
        self.fleet_id = await a_fleet(self.container)
        async with self.container.work() as session:
            (await session.get_one(Fleet, self.fleet_id)).time_zone = "Europe/Helsinki"
        self.actor = an_actor(Role.DISPATCHER, self.fleet_id)
        self.vehicle_id = await a_vehicle(self.container, self.fleet_id)
        driver = await a_person(self.container, Role.DRIVER, self.fleet_id)
        self.driver_id = await a_driver(self.container, driver, self.vehicle_id)
        return self

    async def template(self, **said: Any) -> int:
        values = {"name": "Bakeries", "stops": STOPS, "vehicle_id": self.vehicle_id, **said}
        async with records(self.container, "route_templates", self.actor) as of:
            return int((await of.create(values))["id"])

    async def use(self, template_id: int, day: dt.date, plan_id: int | None = None) -> Any:
        return await self.container.route_templates.use(
            self.actor, template_id, day, plan_id=plan_id
        )

    async def deliveries(self, day: dt.date | None = None) -> list[Delivery]:
        query = select(Delivery).where(
            Delivery.fleet_id == self.fleet_id, col(Delivery.deleted_at).is_(None)
        )
        if day is not None:
            query = query.where(Delivery.due_on == day)
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(Delivery.id))))
