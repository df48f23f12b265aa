"""The records behind a fleet's day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryStatus,
    Priority,
    Route,
    RouteStop,
)
from fleet_app.fleet.models import Depot, Driver, Fleet, Vehicle
from fleet_app.routing.optimiser.problem import MOST_STOPS

MISSED = dt.timedelta(days=14)
"""What was due longer ago, and nobody put off, was forgotten for good."""
_URGENCY = {one: place for place, one in enumerate(reversed(Priority))}


class DayRows:
    """The queries, for one fleet and day."""

    def __init__(self, session: AsyncSession, fleet: Fleet, date: dt.date, today: dt.date) -> None:
        self._session = session
        self._fleet_id = fleet.id or 0
        self._date, self._today = date, today

    async def routes(self, ids: set[int]) -> dict[int, Route]:
        """Those of the day, and those of a plan, which somebody may have moved to another day."""
        query = select(Route).where(
            Route.fleet_id == self._fleet_id,
            or_(col(Route.date) == self._date, col(Route.id).in_(ids)),
            col(Route.deleted_at).is_(None),
        )
        return {one.id or 0: one for one in await self._session.exec(query.order_by(col(Route.id)))}

    async def stops(self, route_ids: Sequence[int]) -> dict[int, list[RouteStop]]:
        """The stops of each route in driving order."""
        query = select(RouteStop).where(col(RouteStop.route_id).in_(route_ids))
        found: dict[int, list[RouteStop]] = {}
        for stop in await self._session.exec(query.order_by(col(RouteStop.position))):
            found.setdefault(stop.route_id, []).append(stop)
        return found

    async def deliveries(
        self, ids: set[int], begins: datetime, ends: datetime, until: datetime
    ) -> tuple[dict[int, Delivery], int]:
        """Those with these ids, and those that wait for a route of the day, which begins and ends
        then; who works longest works `until`. The most urgent come first, as there can be too
        many, and then how many more there are."""
        named = select(Delivery).where(
            Delivery.fleet_id == self._fleet_id, col(Delivery.id).in_(ids)
        )
        found = {one.id or 0: one for one in await self._session.exec(named)}
        wanted = self._waiting(begins, ends, until)
        urgency = case(_URGENCY, value=col(Delivery.priority))
        order = (urgency, col(Delivery.due_on).nulls_last(), col(Delivery.id))
        waiting = select(Delivery).where(*wanted).order_by(*order).limit(MOST_STOPS)
        some = {one.id or 0: one for one in await self._session.exec(waiting)}
        more = 0
        if len(some) == MOST_STOPS:
            both = {*some, *found}
            count = select(func.count()).where(*wanted, col(Delivery.id).not_in(both))
            more = (await self._session.exec(count)).one()
        return found | some, more

    def _waiting(
        self, begins: datetime, ends: datetime, until: datetime
    ) -> Sequence[ColumnElement[bool] | Any]:
        due, opens = col(Delivery.due_on), col(Delivery.window_from)
        closes = col(Delivery.window_to)
        opens2, closes2 = col(Delivery.window2_from), col(Delivery.window2_to)
        that_day = (opens.is_(None) | (opens < ends)) & (closes.is_(None) | (closes > begins))
        that_day |= (opens2 < ends) & (closes2 > begins)
        that_night = (opens >= ends) & (closes <= until)
        that_night |= (opens2 >= ends) & (closes2 <= until)
        put_off = col(Delivery.status) == DeliveryStatus.RESCHEDULED
        again = (due < self._date) & (put_off | self._is_missed())
        return (
            col(Delivery.fleet_id) == self._fleet_id,
            col(Delivery.status).in_(ASSIGNABLE),
            col(Delivery.deleted_at).is_(None),
            or_(due == self._date, due.is_(None) & (that_day | that_night), again),
        )

    def _is_missed(self) -> ColumnElement[bool]:
        """What found no place on its day is planned on the next ones."""
        due = col(Delivery.due_on)
        if self._date < self._today:
            return false()
        return (due < self._today) & (due >= self._today - MISSED)

    async def vehicles(self, ids: set[int]) -> dict[int, Vehicle]:
        """The living ones, and those of a plan."""
        mine = col(Vehicle.deleted_at).is_(None) | col(Vehicle.id).in_(ids)
        query = select(Vehicle).where(Vehicle.fleet_id == self._fleet_id, mine)
        return {one.id or 0: one for one in await self._session.exec(query)}

    async def drivers(self, ids: set[int]) -> dict[int, Driver]:
        """The living ones, and those of a plan."""
        mine = col(Driver.deleted_at).is_(None) | col(Driver.id).in_(ids)
        query = select(Driver).where(Driver.fleet_id == self._fleet_id, mine)
        return {one.id or 0: one for one in await self._session.exec(query)}

    async def depots(self) -> dict[int, Depot]:
        """All of them."""
        query = select(Depot).where(Depot.fleet_id == self._fleet_id)
        query = query.where(col(Depot.deleted_at).is_(None)).order_by(col(Depot.id))
        return {one.id or 0: one for one in await self._session.exec(query)}

    async def customers(self, deliveries: Iterable[Delivery]) -> dict[int, str]:
        """What those who get the deliveries are called."""
        ids = {one.customer_id for one in deliveries if one.customer_id is not None}
        query = select(col(Customer.id), col(Customer.name)).where(col(Customer.id).in_(ids))
        if not ids:
            return {}
        return {id_ or 0: name for id_, name in await self._session.exec(query)}
