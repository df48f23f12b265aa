"""SQL for deliveries, their events and the stops of routes.

Whoever needs both locks routes before deliveries, and each in the order of their ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.going import going
from fleet_app.delivery.models import (
    Delivery,
    DeliveryEvent,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import Point, pickup_point
from fleet_app.fleet.models import Depot, Driver, Fleet, Vehicle
from fleet_app.kernel.clock import utc_now

FRESH = {"populate_existing": True}


class DeliveryRepository:
    """Deliveries and routes of any fleet, in the caller's transaction. Deleted ones are absent."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def deliveries(
        self, ids: Collection[int], *, lock: bool = False, fleet_id: int | None = None
    ) -> dict[int, Delivery]:
        """Those of the deliveries that exist, by id; with `fleet_id`, that fleet's only."""
        query = select(Delivery).where(
            col(Delivery.id).in_(ids), col(Delivery.deleted_at).is_(None)
        )
        if fleet_id is not None:
            query = query.where(col(Delivery.fleet_id) == fleet_id)
        query = query.order_by(col(Delivery.id))
        if lock:
            query = query.with_for_update(key_share=True).execution_options(**FRESH)
        return {found.id or 0: found for found in await self._session.exec(query)}

    async def route_ids(
        self, delivery_ids: Collection[int], *, fleet_id: int | None = None
    ) -> set[int]:
        """The routes that the deliveries are on at the moment; with `fleet_id`, that fleet's."""
        query = select(Delivery.route_id).where(
            col(Delivery.id).in_(delivery_ids), col(Delivery.route_id).is_not(None)
        )
        if fleet_id is not None:
            query = query.where(col(Delivery.fleet_id) == fleet_id)
        return {route_id for route_id in await self._session.exec(query) if route_id is not None}

    async def routes(
        self,
        ids: Collection[int],
        *,
        lock: bool = False,
        skip_locked: bool = False,
        fleet_id: int | None = None,
    ) -> dict[int, Route]:
        """Those of the routes that exist, by id; with `fleet_id`, that fleet's only."""
        query = select(Route).where(col(Route.id).in_(ids), col(Route.deleted_at).is_(None))
        if fleet_id is not None:
            query = query.where(col(Route.fleet_id) == fleet_id)
        query = query.order_by(col(Route.id))
        if lock:
            query = query.with_for_update(key_share=True, skip_locked=skip_locked)
            query = query.execution_options(**FRESH)
        return {found.id or 0: found for found in await self._session.exec(query)}

    async def events(self, delivery_ids: Collection[int]) -> dict[int, list[DeliveryEvent]]:
        """The events of each delivery, as they happened."""
        query = select(DeliveryEvent).where(col(DeliveryEvent.delivery_id).in_(delivery_ids))
        query = query.order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
        found: dict[int, list[DeliveryEvent]] = defaultdict(list)
        for event in await self._session.exec(query):
            found[event.delivery_id].append(event)
        return found

    async def page_of_events(
        self, delivery_id: int, page: int, limit: int
    ) -> tuple[list[DeliveryEvent], int]:
        """Some of a delivery's events as they happened, and how many there are."""
        own = col(DeliveryEvent.delivery_id) == delivery_id
        count = select(func.count()).select_from(DeliveryEvent).where(own)
        query = select(DeliveryEvent).where(own)
        query = query.order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
        query = query.offset((page - 1) * limit).limit(limit)
        total = (await self._session.exec(count)).one()
        return list(await self._session.exec(query)), total

    async def stops(self, route_ids: Collection[int]) -> dict[int, list[RouteStop]]:
        """The stops of each route in driving order."""
        query = select(RouteStop).where(col(RouteStop.route_id).in_(route_ids))
        query = query.order_by(col(RouteStop.position)).execution_options(**FRESH)
        found: dict[int, list[RouteStop]] = defaultdict(list)
        for stop in await self._session.exec(query):
            found[stop.route_id].append(stop)
        return found

    async def arrange(self, route: Route, stops: Sequence[RouteStop]) -> None:
        """Make `stops` the stops of the route, from 1 in this order; the others go.

        The route counts as changed.
        """
        staying = {stop.id for stop in stops}
        for stop in (await self.stops([route.id or 0])).get(route.id or 0, []):
            if stop.id not in staying:
                await self._session.delete(stop)
        await self._session.flush()
        connection = await self._session.connection()
        away = update(RouteStop).where(col(RouteStop.route_id) == route.id)
        await connection.execute(away.values(position=-col(RouteStop.position)))
        places = [
            {"stop": stop.id, "place": place}
            for place, stop in enumerate(stops, start=1)
            if stop.id is not None
        ]
        move = update(RouteStop).where(col(RouteStop.id) == bindparam("stop"))
        if places:
            await connection.execute(move.values(position=bindparam("place")), places)
        for place, stop in enumerate(stops, start=1):
            stop.position = place
            self._session.add(stop)
        touch(route)
        await self._session.flush()

    async def drop_stops(self, route: Route, delivery_ids: Collection[int]) -> None:
        """Take the stops of these deliveries off a locked route, which counts as changed.

        The others keep their positions: only the order counts, and closing the gaps would cost a
        write for each stop that stays.
        """
        mine = col(RouteStop.route_id) == route.id
        connection = await self._session.connection()
        await connection.execute(
            delete(RouteStop).where(mine, col(RouteStop.delivery_id).in_(delivery_ids))
        )
        touch(route)
        await self._session.flush()

    async def move_stop(
        self, delivery: Delivery, lat: float, lon: float, kind: StopKind = StopKind.DELIVERY
    ) -> bool:
        """Move its stop on the route it is on, unless that is completed; whether there was one."""
        going = select(Route.id).where(
            Route.id == delivery.route_id, Route.status != RouteStatus.COMPLETED
        )
        stop = update(RouteStop).where(
            col(RouteStop.delivery_id) == delivery.id,
            col(RouteStop.kind) == kind,
            col(RouteStop.route_id).in_(going),
        )
        connection = await self._session.connection()
        return bool((await connection.execute(stop.values(lat=lat, lon=lon))).rowcount)

    async def pickups(self, fleet_id: int, deliveries: Iterable[Delivery]) -> dict[int, Point]:
        """Where goods of a fleet's deliveries still have to be fetched, by delivery."""
        wanting = [
            one for one in deliveries
            if one.picked_up_at is None
            and (one.pickup_depot_id or one.pickup_lat is not None or one.left_in)
        ]  # fmt: skip
        if not wanting:
            return {}
        depots = await self._depots_of(fleet_id)
        vehicles = select(Vehicle.depot_id).where(
            Vehicle.fleet_id == fleet_id, col(Vehicle.deleted_at).is_(None)
        )
        starts = set(await self._session.exec(vehicles))
        found = {
            one.id or 0: pickup_point(
                one, depots, lambda depot: len(depots) == 1 or depot.id in starts
            )
            for one in wanting
        }
        return {id_: point for id_, point in found.items() if point is not None}

    async def depots(self, ids: Collection[int]) -> dict[int, Depot]:
        """The depots by id, whatever became of them."""
        query = select(Depot).where(col(Depot.id).in_(ids))
        return {one.id or 0: one for one in await self._session.exec(query)} if ids else {}

    async def _depots_of(self, fleet_id: int) -> dict[int, Depot]:
        query = select(Depot).where(Depot.fleet_id == fleet_id, col(Depot.deleted_at).is_(None))
        return {one.id or 0: one for one in await self._session.exec(query)}

    async def tours(
        self, driver_id: int, day: date, *, drafts: bool, now: datetime | None = None
    ) -> list[Route]:
        """The routes of a driver on one day, as they start; with those of the days before that are
        driven `now`."""
        wanted = col(Route.date) == day
        if now is not None:
            wanted |= going(day, now)
        query = select(Route).where(
            Route.driver_id == driver_id, wanted, col(Route.deleted_at).is_(None)
        )
        if not drafts:
            query = query.where(Route.status != RouteStatus.DRAFT)
        begin = (col(Route.date), col(Route.starts_at).nulls_last(), col(Route.id))
        query = query.order_by(*begin)
        return list(await self._session.exec(query))

    async def others_of_day(self, route: Route) -> list[Route]:
        """The other routes of that day with the same vehicle or the same driver."""
        query = select(Route).where(
            Route.fleet_id == route.fleet_id,
            Route.date == route.date,
            col(Route.id) != route.id,
            col(Route.deleted_at).is_(None),
            (col(Route.vehicle_id) == route.vehicle_id) | (col(Route.driver_id) == route.driver_id),
        )
        return list(await self._session.exec(query.order_by(col(Route.id))))

    async def vehicle(self, fleet_id: int, vehicle_id: int) -> Vehicle | None:
        """The vehicle, if the fleet has it."""
        found = await self._session.get(Vehicle, vehicle_id)
        return found if _is_of(found, fleet_id) else None

    async def driver(self, fleet_id: int, driver_id: int) -> Driver | None:
        """The driver, if the fleet has one."""
        found = await self._session.get(Driver, driver_id)
        return found if _is_of(found, fleet_id) else None

    async def any_driver(self, driver_id: int) -> Driver | None:
        """The driver of any fleet."""
        found = await self._session.get(Driver, driver_id)
        return None if found is None or found.deleted_at is not None else found

    async def depot(self, fleet_id: int, depot_id: int) -> Depot | None:
        """The depot, if the fleet has it."""
        found = await self._session.get(Depot, depot_id)
        return found if _is_of(found, fleet_id) else None

    async def fleet(self, fleet_id: int) -> Fleet | None:
        """The fleet."""
        found = await self._session.get(Fleet, fleet_id)
        return None if found is None or found.deleted_at is not None else found


def touch(record: Delivery | Route) -> None:
    """Count a change of the record."""
    record.version += 1
    record.updated_at = utc_now()


def _is_of(record: Vehicle | Driver | Depot | None, fleet_id: int) -> bool:
    return record is not None and record.fleet_id == fleet_id and record.deleted_at is None
