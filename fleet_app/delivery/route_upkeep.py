"""Columns of a route that change, a route that is deleted and comes back: the rules of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.arranging import arranged
from fleet_app.delivery.crew_checks import require_crew
from fleet_app.delivery.crews import tell_crew
from fleet_app.delivery.event_names import RouteNews
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.delivery.planning import problems_of
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.delivery.route_bounds import require_day
from fleet_app.delivery.route_locks import require_free
from fleet_app.delivery.route_news import publish_route
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours, open_deliveries
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict

_CREW = ("vehicle_id", "driver_id")
_FIXED_BY_START = frozenset({*_CREW, "date", "depot_id", "starts_at"})


class RouteUpkeep:
    """What happens to a locked route as to any record, in the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._life = DeliveryLife(session, clock)
        self._tours = Tours(session, clock)

    async def changing(self, route: Route, values: Mapping[str, Any]) -> None:
        """Look at new columns of a locked route before they are stored.

        Raises `Conflict` for what has begun or cannot be used, `InvalidInput` for unknown ids.
        """
        new = {name: one for name, one in values.items() if getattr(route, name) != one}
        if "date" in new:
            require_day(new["date"])
        begun = route.status in (RouteStatus.STARTED, RouteStatus.COMPLETED)
        fixed = [name for name in new if name in _FIXED_BY_START] if begun else []
        if fixed:
            problem = f"cannot change: the route is {RouteStatus(route.status).value}"
            raise Conflict("This route has begun", fields=dict.fromkeys(fixed, problem))
        crew = {name: new[name] for name in _CREW if name in new}
        if None in crew.values() and route.status == RouteStatus.PUBLISHED:
            missing = [name for name, one in crew.items() if one is None]
            problem = "is needed: the driver knows of this route"
            raise Conflict("This route is published", fields=dict.fromkeys(missing, problem))
        await require_crew(
            self._session, self._repository, Route(fleet_id=route.fleet_id, date=route.date, **crew)
        )
        if "driver_id" in crew and route.status == RouteStatus.PUBLISHED:
            tell_crew(self._session, route, crew["driver_id"], self._clock())

    async def removing(self, actor: Actor, route: Route) -> list[int]:
        """Free the deliveries of a locked route that is about to be deleted, and tell of it; their
        ids in order.

        Raises `Conflict` once it has started: what happened on it stays.
        """
        if route.status not in (RouteStatus.DRAFT, RouteStatus.PUBLISHED):
            problem = f"is {RouteStatus(route.status).value}; only planned routes can be deleted"
            raise Conflict(f"The route {problem}", fields={"status": problem})
        tour = await self._tours.of(route, warn=False)
        here = open_deliveries(tour, list(DeliveryStatus))
        locked = await self._repository.deliveries(list(here), lock=True)
        require_free(locked)
        await self._life.together(actor, locked, DeliveryStatus.CREATED, route)
        moved_on = [stop.stop for stop in tour.stops if stop.moved_on]
        await self._repository.arrange(route, moved_on)
        self._publish(route, RouteNews.REMOVED, len(here))
        return list(here)

    async def returning(
        self, actor: Actor, route: Route, ids: Sequence[int]
    ) -> tuple[list[int], list[str]]:
        """Put deliveries back onto a locked route that is about to be restored.

        Returns the ids that are on it now, in order, and the names of those that cannot be: they
        have gone, are on another route or called off, or have no point any more.
        """
        found = await self._repository.deliveries(ids, lock=True, fleet_id=route.fleet_id)
        amiss = problems_of(ids, found)
        back = [id_ for place, id_ in enumerate(ids) if f"delivery_ids[{place}]" not in amiss]
        lost = [
            found[id_].tracking_number if id_ in found else f"Delivery {id_}"
            for id_ in ids
            if id_ not in back
        ]
        joining = {id_: found[id_] for id_ in back}
        await self._life.together(actor, joining, DeliveryStatus.ASSIGNED, route)
        tour = await self._tours.of(route, warn=False)
        pickups = await self._repository.pickups(route.fleet_id, found.values())
        await self._repository.arrange(route, arranged(tour, back, found, pickups))
        is_draft = route.status == RouteStatus.DRAFT
        self._publish(route, RouteNews.PLANNED if is_draft else RouteNews.PUBLISHED, len(back))
        return back, lost

    def _publish(self, route: Route, news: RouteNews, stops: int) -> None:
        publish_route(self._session, route, news, {"stops": stops}, self._clock())
