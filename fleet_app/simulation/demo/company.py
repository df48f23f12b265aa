"""The demo's people, vehicles and depots as the database has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.delivery.models import Route
from fleet_app.fleet.models import Depot, Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.demo.story import Who

Point = tuple[float, float]


@dataclass(frozen=True)
class Company:
    """Vehicles and drivers by the number of their crew; `places` are the depots' on the map."""

    fleet_id: int
    depots: Sequence[Depot]
    places: Sequence[Point]
    vehicles: Mapping[int, Vehicle]
    drivers: Mapping[int, Driver]
    reserves: Sequence[Driver]
    dispatcher: User

    def driver_on(self, crew: int, day: dt.date, now: datetime) -> Driver:
        """Who drove, or drives: every now and then somebody stood in."""
        own = self.drivers[crew]
        if (day.toordinal() + crew) % 9 or day >= now.astimezone(ZONE).date():
            return own
        spare = self.reserves[(day.toordinal() + crew) % len(self.reserves)]
        return own if spare.deleted_at is not None else spare

    def actor(self, who: Who, route: Route | None) -> Actor:
        """Who makes a step; a driver is the one of the route."""
        if who is Who.OFFICE:
            return _actor(self.dispatcher.id, self.dispatcher.name, Role.DISPATCHER, self.fleet_id)
        if who is Who.DRIVER and route is not None:
            everybody = {one.id: one for one in (*self.drivers.values(), *self.reserves)}
            if driver := everybody.get(route.driver_id):
                return _actor(driver.user_id, driver.name, Role.DRIVER, self.fleet_id)
        return SYSTEM


def _actor(user_id: int | None, name: str, role: Role, fleet_id: int) -> Actor:
    principal = Principal(user_id=user_id or 0, name=name, email="", role=role, fleet_id=fleet_id)
    return Actor(principal=principal, channel=Channel.API)
