"""Routes in progress for suggestions, and suggestions made directly in the database."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, Route, RouteStop, StopKind
from fleet_app.delivery.planned_times import PlannedRoute, PlannedStop
from fleet_app.delivery.replanning import Replanning
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.fleet.models import Driver
from fleet_app.kernel.clock import utc_now
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.planning.live.cases import case_of
from fleet_app.planning.live.deciding import Decisions
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.picture.looking import Looker
from fleet_app.routing.optimiser.scheduling import schedule
from tests.builders.orders import a_delivery
from tests.builders.people import a_vehicle
from tests.builders.records import an_actor
from tests.builders.rounds import on_street

PLANNED = (
    "planned_position", "planned_arrival", "planned_departure", "planned_drive_s",
    "planned_distance_m", "planned_service_s",
)  # fmt: skip
ANY_TIME = "Mon-Sun 12:00-11:00"
"""Who has left works on for half a day at least, whenever the tests are run."""
_numbers = itertools.count(1)
OF_ROUTE = (
    "planned_departure", "planned_arrival", "planned_drive_s", "planned_distance_m",
    "planned_service_s", "planned_breaks", "starts_at", "status",
)  # fmt: skip


@dataclass
class Running:
    """Started routes of a fleet, a hundred metres from each other."""

    container: Container
    actor: Actor
    fleet_id: int
    vehicles: list[int] = field(default_factory=list)
    routes: list[int] = field(default_factory=list)
    orders: list[list[int]] = field(default_factory=list)

    async def on(self, number: int) -> list[int]:
        """The deliveries of a route in driving order."""
        query = (
            select(RouteStop.delivery_id)
            .join(Delivery, col(Delivery.id) == col(RouteStop.delivery_id))
            .where(RouteStop.route_id == self.routes[number])
            .where(col(Delivery.route_id) == self.routes[number])
            .where(RouteStop.kind == StopKind.DELIVERY)
            .order_by(col(RouteStop.position))
        )
        async with self.container.work() as session:
            return [one for one in await session.exec(query) if one is not None]

    async def make(self, told: Disruption) -> Suggestion:
        """What is suggested about it."""
        made = await self.container.suggester.about(told)
        assert made is not None
        return made

    async def down(self) -> Suggestion:
        """The first vehicle is out."""
        return await self.make(Disruption(self.fleet_id, Kind.VEHICLE_DOWN, self.vehicles[0]))

    async def decide(self, what: str, suggestion: Suggestion) -> Suggestion:
        """Accept, dismiss or undo."""
        async with self.container.work() as session:
            decided: Suggestion = await getattr(Decisions(session), what)(self.actor, suggestion.id)
            return decided

    async def seen_at(
        self, number: int, place: tuple[float, float], ago: timedelta = timedelta()
    ) -> None:
        """A vehicle was last seen there."""
        now = utc_now() - ago
        row = VehicleLive(
            vehicle_id=self.vehicles[number], fleet_id=self.fleet_id, recorded_at=now,
            received_at=now, lat=place[0], lon=place[1], speed=0.0, heading=0.0, battery=None,
            status=MotionStatus.STOPPED, tracker={},
        )  # fmt: skip
        async with self.container.work() as session:
            await session.merge(row)

    async def plan(self, number: int, apart_s: int = 600) -> None:
        """Give the stops of a route planned times, one every ten minutes from now on."""
        now = utc_now().replace(microsecond=0)
        ids = await self.on(number)
        stops = {
            id_: PlannedStop(
                now + timedelta(seconds=apart_s * place),
                now + timedelta(seconds=apart_s * place + 120), 300, 2_000, 120,
            )
            for place, id_ in enumerate(ids, start=1)
        }  # fmt: skip
        count = len(ids)
        planned = PlannedRoute(
            now, now + timedelta(seconds=apart_s * (count + 1)), 300 * (count + 1),
            2_000 * (count + 1), 120 * count, stops,
        )  # fmt: skip
        async with self.container.work() as session:
            await Replanning(session).fill_times(self.routes[number], planned)

    async def put(self, number: int, ids: Sequence[int]) -> None:
        """Rearrange a route by hand; what is new on it leaves with it."""
        async with self.container.work() as session:
            route = self.routes[number]
            await RouteService(session).change_stops(self.actor, route, ids)
            await Replanning(session).send_out(self.actor, route)

    async def promise(self, delivery_id: int, minutes: float) -> None:
        """A delivery is wanted within so many minutes."""
        now = utc_now()
        async with self.container.work() as session:
            found = await session.get_one(Delivery, delivery_id)
            found.window_from = now - timedelta(hours=5)
            found.window_to = now + timedelta(minutes=minutes)
            session.add(found)

    async def lateness(self, number: int) -> dict[str, int]:
        """By how many seconds each stop of a route would be late, as it is."""
        told = Disruption(self.fleet_id, Kind.BIG_DELAY, self.routes[number])
        async with self.container.work() as session:
            case = await case_of(session, told, utc_now())
        assert case is not None
        looker = Looker(self.container.matrices, utc_now)
        _, prepared = await looker.prepared(case.day, case.before)
        plan = schedule(prepared.problem, prepared.sequences)
        return {visit.stop: visit.late for tour in plan.tours for visit in tour.visits}

    async def stops(self, number: int) -> list[RouteStop]:
        """The stops of a route as they are, in driving order."""
        query = select(RouteStop).where(RouteStop.route_id == self.routes[number])
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(RouteStop.position))))

    async def picture(self) -> dict[int, Any]:
        """All that is planned of each route, for comparing."""
        found: dict[int, Any] = {}
        for number, route_id in enumerate(self.routes):
            async with self.container.work() as session:
                route = await session.get_one(Route, route_id)
            stops = [
                (one.delivery_id, one.kind, *(getattr(one, name) for name in PLANNED))
                for one in await self.stops(number)
            ]
            found[route_id] = [[getattr(route, name) for name in OF_ROUTE], stops]
        return found


async def running_routes(
    container: Container,
    fleet_id: int,
    counts: Sequence[int] = (3, 2),
    *,
    date: dt.date | None = None,
    shift: str = ANY_TIME,
    start: bool = True,
    **said: Any,
) -> Running:
    """Routes under way with so many deliveries each, of which `said` holds."""
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=None)
    found = Running(container, actor, fleet_id)
    for number, count in enumerate(counts):
        vehicle = await a_vehicle(container, fleet_id)
        places = [on_street(1_000 * (one + 1), 100 * number) for one in range(count)]
        ids = [await a_delivery(container, fleet_id, lat=a, lon=b, **said) for a, b in places]
        async with container.work() as session:
            driver = Driver(
                fleet_id=fleet_id, name=f"D{number}", license_number=f"L{number}", shift=shift,
                break_minutes=0,
            )  # fmt: skip
            session.add(driver)
            await session.flush()
            service = RouteService(session)
            plan = RoutePlan(
                date=date or utc_now().date(), vehicle_id=vehicle, driver_id=driver.id,
                delivery_ids=ids, name=f"R{number}",
            )  # fmt: skip
            route = (await service.create(actor, plan)).route.id or 0
            await service.publish(actor, route)
            if start:
                await service.start(actor, route)
        found.vehicles.append(vehicle)
        found.routes.append(route)
        found.orders.append(ids)
    return found


async def a_suggestion(container: Container, fleet_id: int) -> int:
    """The id of an open one that changes nothing, about a vehicle that is not there."""
    made = Suggestion(
        fleet_id=fleet_id, kind="vehicle_down", subject=f"vehicle:0{next(_numbers)}",
        words="Van 12 is out",
        expires_at=utc_now() + timedelta(minutes=30),
    )  # fmt: skip
    async with container.work() as session:
        session.add(made)
        await session.flush()
    return made.id or 0
