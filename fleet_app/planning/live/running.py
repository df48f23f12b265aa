"""Which routes are being driven, and which of them somebody has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, Route, RouteStatus, RouteStop
from fleet_app.fleet.models import Fleet
from fleet_app.outbox.changes import RecordChange
from fleet_app.outbox.ports import MISSED
from fleet_app.planning.live.share import Share

MOST = 1_000
"""Of more changed records, all routes are looked at instead of each by its number."""


class Running(msgspec.Struct, frozen=True):
    """A route in progress, and a `mark` that is another one whenever its stops are."""

    route_id: int
    vehicle_id: int
    mark: tuple[object, ...]


@dataclass
class Changed:
    """Records that were changed since routes were looked at last."""

    routes: set[int] = field(default_factory=set)
    deliveries: set[int] = field(default_factory=set)
    fleets: set[int] = field(default_factory=set)
    everything: bool = False
    """What was changed is not known, or too much."""

    def __bool__(self) -> bool:
        return self.everything or bool(self.routes or self.deliveries or self.fleets)

    def hear(self, fleet_id: int, changes: Sequence[RecordChange]) -> None:
        """Take up what was announced, as far as routes in progress depend on it."""
        if (fleet_id, changes) == MISSED:
            self.everything = True
        kinds = {"routes": self.routes, "deliveries": self.deliveries}
        for one in changes:
            if one.kind == "fleets" or (one.kind in kinds and one.ids is None):
                self.fleets.add(fleet_id)
            elif one.kind in kinds:
                kinds[one.kind].update(one.ids or ())
        self.everything |= len(self.routes) + len(self.deliveries) > MOST

    def add(self, other: Changed) -> None:
        """Take up what another one has heard."""
        self.routes |= other.routes
        self.deliveries |= other.deliveries
        self.fleets |= other.fleets
        self.everything |= other.everything

    def where(self) -> ColumnElement[bool]:
        """The routes that these records concern, as a condition."""
        made = select_columns(col(RouteStop.route_id)).where(
            col(RouteStop.delivery_id).in_(self.deliveries)
        )
        return or_(
            col(Route.id).in_(self.routes),
            col(Route.fleet_id).in_(self.fleets),
            col(Route.id).in_(made),
        )


async def running(
    session: AsyncSession, share: Share, changed: Changed | None = None
) -> list[Running]:
    """The routes that have started and are not over, of a worker's share of the vehicles; of those
    that `changed` concerns, if that is given."""
    query = (
        select_columns(
            col(Route.id),
            col(Route.vehicle_id),
            col(Route.version),
            col(Fleet.version),
            func.count(col(Delivery.id)),
            func.sum(col(Delivery.version)),
        )
        .join(Fleet, col(Fleet.id) == col(Route.fleet_id))
        .join(RouteStop, col(RouteStop.route_id) == col(Route.id), isouter=True)
        .join(Delivery, col(Delivery.id) == col(RouteStop.delivery_id), isouter=True)
        .where(
            col(Route.status) == RouteStatus.STARTED,
            col(Route.deleted_at).is_(None),
            col(Route.vehicle_id).is_not(None),
            share.where(col(Route.vehicle_id)),
        )
        .group_by(col(Route.id), col(Route.vehicle_id), col(Route.version), col(Fleet.version))
    )
    if changed is not None and not changed.everything:
        query = query.where(changed.where())
    rows = await (await session.connection()).execute(query)
    return [
        Running(route_id or 0, vehicle_id or 0, (version, rules, count, int(versions or 0)))
        for route_id, vehicle_id, version, rules, count, versions in rows
    ]


def concerned(changed: Changed, deliveries: Collection[int | None], fleet_id: int) -> bool:
    """Whether a route with these deliveries is one of those that `changed` may concern."""
    return fleet_id in changed.fleets or not changed.deliveries.isdisjoint(deliveries)
