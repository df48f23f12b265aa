"""A route on its way in real stores: stops along a straight street, driven by telling positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryEvent, DeliveryStatus, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Driver
from fleet_app.kernel.clock import utc_now
from fleet_app.outbox.models import StoredEvent
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.keeper import LiveKeeper
from fleet_app.planning.live.ports import LiveRouteState
from fleet_app.planning.live.share import Share
from tests.builders.orders import a_delivery
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.records import an_actor
from tests.builders.rounds import APART_M, on_street

STREET_MPS = 11.0 / 1.3
"""How fast a road network without roads takes a straight street to be driven."""


@dataclass
class LiveTour:
    """A started route, whose clock is the test's."""

    container: Container
    actor: Actor
    vehicle_id: int
    route_id: int
    delivery_ids: list[int]
    now: datetime
    keeper: LiveKeeper = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """As after a restart: everything that is not stored is forgotten."""
        self.keeper = self.container.new_live_keeper(lambda: self.now)

    async def refresh(self) -> None:
        """Take up what has changed."""
        await self.keeper.refresh(Share())

    async def drive(self, seconds: float, metres: float, beside: float = 0.0, **said: Any) -> None:
        """So many seconds later the vehicle is there."""
        self.now += timedelta(seconds=seconds)
        await self.look({self.vehicle_id: self.sight(metres, beside, **said)})

    def sight(self, metres: float, beside: float = 0.0, **said: Any) -> Sight:
        """The vehicle is there now."""
        lat, lon = on_street(metres, beside)
        return Sight(at=self.now.timestamp(), lat=lat, lon=lon, **{"speed": STREET_MPS, **said})

    async def look(self, moved: Mapping[int, Sight]) -> None:
        """A turn, and another one when all that it asked of the road network is answered: how
        quick that is must not matter."""
        await self.keeper.turn(moved)
        await self.keeper.answered()
        await self.keeper.turn({})

    async def wait(self, seconds: float) -> None:
        """Nothing is heard of it for so long."""
        self.now += timedelta(seconds=seconds)
        await self.look({})

    async def report(self, number: int, status: DeliveryStatus, **said: Any) -> None:
        """What happened to a delivery of the route, by its number from 0."""
        async with self.container.work() as session:
            life = DeliveryLife(session, lambda: self.now)
            await life.change(self.actor, self.delivery_ids[number], status, **said)

    async def state(self) -> LiveRouteState:
        """What is remembered of the route."""
        return (await self.container.active_routes.get([self.route_id]))[self.route_id]

    async def etas(self) -> list[float]:
        """Seconds from now to each stop to come."""
        return [(one.eta - self.now).total_seconds() for one in (await self.state()).stops]

    async def stops(self) -> list[RouteStop]:
        """The stops as they are stored."""
        query = select(RouteStop).where(RouteStop.route_id == self.route_id)
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(RouteStop.position))))

    async def events(self, *types: str) -> list[StoredEvent]:
        """What was published, of these types if any are given."""
        query = select(StoredEvent)
        if types:
            query = query.where(col(StoredEvent.type).in_(types))
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(StoredEvent.occurred_at))))


async def a_live_tour(
    container: Container, count: int = 3, *, window_s: float | None = None, **said: Any
) -> LiveTour:
    """A route that has just been started; each of its windows ends so many seconds from now."""
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    now = utc_now().replace(microsecond=0)
    window = {} if window_s is None else {"window_to": now + timedelta(seconds=window_s)}
    ids = [
        await a_delivery(
            container, fleet_id, lat=on_street(number * APART_M)[0],
            lon=on_street(number * APART_M)[1], service_minutes=2.0, **window, **said,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=None)
    async with container.work() as session:
        driver = Driver(fleet_id=fleet_id, name="Aino", vehicle_id=vehicle_id, license_number="L-1")
        session.add(driver)
        await session.flush()
        routes = RouteService(session)
        plan = RoutePlan(
            date=now.date(), vehicle_id=vehicle_id, driver_id=driver.id, delivery_ids=ids,
            name="North 1",
        )  # fmt: skip
        tour = await routes.create(actor, plan)
        route_id = tour.route.id or 0
        await routes.publish(actor, route_id)
        await routes.start(actor, route_id)
        await session.flush()
        left = update(DeliveryEvent).where(col(DeliveryEvent.delivery_id).in_(ids))
        # By the test's clock it leaves now, however long it took to make all of this.
        await (await session.connection()).execute(left.values(occurred_at=now))
    return LiveTour(container, actor, vehicle_id, route_id, ids, now.astimezone(UTC))


async def change_delivery(container: Container, delivery_id: int, **values: Any) -> None:
    """Change a delivery behind the back of everything that watches over it."""
    async with container.work() as session:
        row = await session.get_one(Delivery, delivery_id)
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
