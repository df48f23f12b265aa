"""Making a plan real: routes that drivers see, and what that changes for each of them."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.life import UNDER_WAY
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.planned_times import PlannedBreak, PlannedRoute, PlannedStop
from fleet_app.delivery.replanning import Replanning
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.clock import Clock
from fleet_app.kernel.errors import Conflict
from fleet_app.planning.document import PlanRow, stop_of
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.publication.foreseeing import Meant, foreseen
from fleet_app.planning.routes.handing import left_behind
from fleet_app.planning.workday.crews import depot_of, names_of
from fleet_app.planning.workday.day import Day
from fleet_app.routing.optimiser.plan import Plan as Timed
from fleet_app.routing.optimiser.plan import Tour


class RowNews(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a row. `what`: published (its driver sees it now), changed (the driver sees
    another one now), unchanged, removed, recalled, refused (`words` say why). `tells`: a driver
    sees something else than before."""

    key: str
    vehicle: str
    driver: str
    what: str
    words: str = ""
    route_id: int | None = None
    tells: bool = False


class Publisher:
    """Publishes a plan that is locked, in the caller's transaction."""

    def __init__(
        self, session: AsyncSession, actor: Actor, look: Look, times: Timed, clock: Clock
    ) -> None:
        self._session, self._actor, self._look = session, actor, look
        self._day, self._plan = look.day, look.healed
        self._times = times
        self._tours = {tour.vehicle: tour for tour in times.tours}
        self._routes, self._clock = RouteService(session, clock), clock
        self._replanning = Replanning(session, clock)
        self.links = dict(look.healed.links)

    async def publish(self) -> list[RowNews]:
        """Everything that can be. Raises what changed since the plan was looked at."""
        meant = foreseen(self._day, self._plan, self._times)
        for one in meant:
            await self._give_up(one)
        return [await self._do(one) for one in meant]

    async def recall(self) -> list[RowNews]:
        """Take back to drafts what nothing has happened on yet."""
        news = []
        for row in self._plan.document.rows:
            route = self._plan.route_of(self._day, row)
            if route is None or route.status is RouteStatus.DRAFT:
                continue
            try:
                async with attempt(self._session):
                    await self._routes.recall(self._actor, route.id or 0)
                words = "its driver does not see it any more"
                meant = Meant(row, "recalled", route, words=words)
            except Conflict as error:
                meant = Meant(row, "refused", route, words=error.message)
            news.append(news_of(self._day, meant, route.id))
        return news

    async def _give_up(self, meant: Meant) -> None:
        """Take from a route what is elsewhere from now on, so that the others can have it."""
        route, leaving = meant.route, meant.leaving
        if route is None or not leaving:
            return
        route_id = route.id or 0
        aboard = [id_ for id_ in leaving if self._day.deliveries[id_].status in UNDER_WAY]
        if aboard:
            places = left_behind(self._day, aboard, route.vehicle_id)
            await self._replanning.hand_over(self._actor, aboard, route_id, places)
        staying = [id_ for id_ in self._day.carried(route_id) if id_ not in set(leaving)]
        await self._routes.change_stops(self._actor, route_id, staying)

    async def _do(self, meant: Meant) -> RowNews:
        """Make the route what the row is, and show it to its driver."""
        row, route = meant.row, meant.route
        if meant.what == "removed" and route is not None:
            self.links.pop(row.key, None)
            await self._remove(route)
        elif meant.what == "refused" and route is not None and meant.tells:
            await self._replanning.tell_again(route.id or 0, len(meant.ids), meant.words)
        elif meant.what == "changed" and route is not None:
            await self._again(meant, route)
            await self._replanning.send_out(self._actor, route.id or 0)
            await self._replanning.tell_again(route.id or 0, len(meant.ids), meant.words)
        elif meant.what == "published":
            if route is None:
                await self._new(meant)
            else:
                await self._again(meant, route)
            await self._routes.publish(self._actor, self.links[row.key], warn=False)
        return news_of(self._day, meant, self.links.get(row.key))

    async def _remove(self, route: Route) -> None:
        if route.status is RouteStatus.PUBLISHED:
            with suppress(Conflict):  # it is empty: what has happened on it happened elsewhere
                async with attempt(self._session):
                    await self._routes.recall(self._actor, route.id or 0)
        await self._replanning.remove(self._actor, route.id or 0)

    async def _new(self, meant: Meant) -> None:
        row, depot = meant.row, depot_of(self._day, meant.row)
        tour = await self._routes.create(
            self._actor,
            RoutePlan(
                date=self._day.date, vehicle_id=row.vehicle_id, driver_id=row.driver_id,
                depot_id=depot.id if depot else None, name=names_of(self._day, row)[0],
                starts_at=meant.leaves, delivery_ids=meant.ids, order=order_of(row),
                fleet_id=self._day.fleet.id,
            ),
            warn=False,
        )  # fmt: skip
        self.links[row.key] = tour.route.id or 0
        await self._keep_times(row)

    async def _again(self, meant: Meant, route: Route) -> None:
        row, route_id = meant.row, route.id or 0
        if route.status is not RouteStatus.STARTED:
            depot = depot_of(self._day, row)
            values = {
                "vehicle_id": row.vehicle_id, "driver_id": row.driver_id,
                "depot_id": depot.id if depot else None,
                "starts_at": meant.leaves or route.starts_at,
            }  # fmt: skip
            await self._replanning.change(self._actor, route_id, values)
        await self._routes.change_stops(self._actor, route_id, meant.ids, order=order_of(row))
        await self._keep_times(row)

    async def _keep_times(self, row: PlanRow) -> None:
        tour = self._tours.get(row.key)
        if tour is not None:
            planned = planned_of(self._day, tour)
            await self._replanning.keep_times(self.links[row.key], planned)


def news_of(day: Day, meant: Meant, route_id: int | None) -> RowNews:
    """What became, or is to become, of a row."""
    row = meant.row
    vehicle, driver = names_of(day, row)
    return RowNews(
        key=row.key, vehicle=vehicle, driver=driver, what=meant.what, words=meant.words,
        route_id=route_id, tells=meant.tells,
    )  # fmt: skip


def order_of(row: PlanRow) -> list[StopRef]:
    """A row's stops in driving order, as routes call them."""
    return [stop.ref for stop in row.stops]


def planned_of(day: Day, tour: Tour) -> PlannedRoute:
    """The times of a tour as a route keeps them."""
    stops: dict[int, PlannedStop] = {}
    pickups: dict[int, PlannedStop] = {}
    for visit in tour.visits:
        one = stop_of(visit.stop)
        kept = pickups if one.pickup else stops
        kept[one.delivery_id] = PlannedStop(
            day.moment(visit.arrival), day.moment(visit.departure), visit.drive, visit.distance,
            visit.departure - visit.start,
        )  # fmt: skip
    return PlannedRoute(
        day.moment(tour.start), day.moment(tour.end), tour.drive, tour.distance, tour.service,
        stops, [PlannedBreak(day.moment(one.start), one.end - one.start) for one in tour.rests],
        pickups,
    )  # fmt: skip
