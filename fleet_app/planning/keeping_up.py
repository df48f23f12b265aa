"""Plans of a day kept as their routes are, where these change by what dispatchers accept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.models import Delivery, Route, RouteStop, StopKind
from fleet_app.planning.document import Document, PlanRow, PlanStop, read
from fleet_app.planning.models import Plan
from fleet_app.planning.repository import PlanRepository

Driven = Mapping[int, Sequence[PlanStop]]
"""Route -> what is on it, in driving order."""


class LinkedPlans:
    """The plans that stand for some routes, in the caller's transaction."""

    def __init__(self, session: AsyncSession, route_ids: Collection[int]) -> None:
        self._session, self._route_ids = session, set(route_ids)
        self._plans: list[Plan] = []

    async def lock(self) -> None:
        """Keep everybody else from them. Comes before the routes are locked, as it does for those
        who publish."""
        of = select(Route).where(col(Route.id).in_(self._route_ids))
        routes = list(await self._session.exec(of))
        query = select(Plan).where(
            col(Plan.fleet_id).in_({route.fleet_id for route in routes}),
            col(Plan.date).in_({route.date for route in routes}), col(Plan.deleted_at).is_(None),
        )  # fmt: skip
        query = query.order_by(col(Plan.id)).with_for_update(key_share=True)
        query = query.execution_options(populate_existing=True)
        self._plans = [
            plan
            for plan in await self._session.exec(query)
            if not self._route_ids.isdisjoint(plan.links.values())
        ]

    async def follow(self, actor: Actor, moved: Collection[int], label: str) -> None:
        """Let the rows of these routes be what the routes are now; of everything but what `moved`,
        the plans keep what they propose."""
        if not self._plans:
            return
        driven = await self._driven()
        for plan in self._plans:
            before = read(plan.document)
            after = followed(before, plan.links, driven, set(moved))
            if after != before:
                await PlanRepository(self._session).advance(actor, plan, after, label)

    async def _driven(self) -> Driven:
        query = (
            select(RouteStop)
            .join(Delivery, col(Delivery.id) == col(RouteStop.delivery_id))
            .where(col(RouteStop.route_id).in_(self._route_ids))
            .where(col(Delivery.route_id) == col(RouteStop.route_id))
            .where(col(Delivery.lat).is_not(None))
            .order_by(col(RouteStop.position))
        )
        found: dict[int, list[PlanStop]] = {id_: [] for id_ in self._route_ids}
        for stop in await self._session.exec(query):
            pickup = stop.kind is StopKind.PICKUP
            found[stop.route_id].append(PlanStop(stop.delivery_id or 0, pickup=pickup))
        return found


def followed(
    document: Document, links: Mapping[str, int], driven: Driven, moved: Collection[int]
) -> Document:
    """The document with the rows of these routes as they are driven."""
    rows = [row for row in document.rows if links.get(row.key) in driven]
    off = tuple(id_ for id_ in document.off if id_ not in moved)
    left = {id_: why for id_, why in document.left.items() if int(id_) not in moved}
    document = replace(document.without(moved), off=off, left=left)
    return document.with_rows(*(_as_driven(row, driven[links[row.key]], moved) for row in rows))


def _as_driven(row: PlanRow, driven: Sequence[PlanStop], moved: Collection[int]) -> PlanRow:
    """What the row has and the route too in the order of the route, then what it proposes."""
    own = set(row.delivery_ids)
    locked = {stop.id for stop in row.stops if stop.locked}
    here = [stop for stop in driven if stop.delivery_id in own or stop.delivery_id in moved]
    kept = {stop.delivery_id for stop in here}.union(moved)
    stops = (
        *(replace(stop, locked=stop.id in locked) for stop in here),
        *(stop for stop in row.stops if stop.delivery_id not in kept),
    )
    return replace(row, stops=stops)
