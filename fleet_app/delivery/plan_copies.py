"""What was planned for routes, put aside before they change, so that it can be put back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route, RouteStop, StopKind
from fleet_app.delivery.repository import DeliveryRepository


class StopCopy(msgspec.Struct, frozen=True):
    """The plan of one stop."""

    planned_position: int | None = None
    planned_arrival: datetime | None = None
    planned_departure: datetime | None = None
    planned_drive_s: int | None = None
    planned_distance_m: int | None = None
    planned_service_s: int | None = None


class RouteCopy(msgspec.Struct, frozen=True):
    """The plan of a route, with its stops by delivery, the `pickups` by themselves."""

    planned_departure: datetime | None = None
    planned_arrival: datetime | None = None
    planned_drive_s: int | None = None
    planned_distance_m: int | None = None
    planned_service_s: int | None = None
    planned_breaks: list[dict[str, Any]] = []
    stops: dict[int, StopCopy] = {}
    pickups: dict[int, StopCopy] = {}

    def of(self, stop: RouteStop) -> StopCopy | None:
        """What was planned for a stop."""
        known = self.pickups if stop.kind is StopKind.PICKUP else self.stops
        return known.get(stop.delivery_id or 0)


Copies = dict[int, RouteCopy]
"""By route."""
_STOPS = ("stops", "pickups")
SUMS = ("drive_s", "distance_m", "service_s")


class PlanCopies:
    """Puts plans of locked routes aside and back, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session, self._repository = session, DeliveryRepository(session)

    async def take(self, route_ids: Collection[int]) -> Copies:
        """What is planned now."""
        routes = await self._repository.routes(route_ids)
        stops = await self._repository.stops(route_ids)
        return {id_: copy_of(route, stops.get(id_, [])) for id_, route in routes.items()}

    async def put_back(self, copies: Copies) -> None:
        """What was planned then, for the stops that are there again."""
        routes = await self._repository.routes(copies)
        stops = await self._repository.stops(list(routes))
        for id_, route in routes.items():
            own = stops.get(id_, [])
            give_back(route, own, copies[id_])
            self._session.add_all([route, *own])
        await self._session.flush()


def copy_of(route: Route, stops: Sequence[RouteStop]) -> RouteCopy:
    """The plan of a route as it is."""
    own: dict[StopKind, dict[int, StopCopy]] = {kind: {} for kind in StopKind}
    for stop in stops:
        if stop.delivery_id is not None:
            values = {one: getattr(stop, one) for one in _fields(StopCopy)}
            own[stop.kind][stop.delivery_id] = StopCopy(**values)
    values = {one: getattr(route, one) for one in _fields(RouteCopy) if one not in _STOPS}
    return RouteCopy(**values, stops=own[StopKind.DELIVERY], pickups=own[StopKind.PICKUP])


def give_back(route: Route, stops: Sequence[RouteStop], copy: RouteCopy) -> None:
    """The plan of a route as it was. What was done on it meanwhile is part of its sums."""
    known = []
    for stop in stops:
        if (then := copy.of(stop)) is not None:
            known.append(stop)
            for name, value in msgspec.structs.asdict(then).items():
                setattr(stop, name, value)
    for name in _fields(RouteCopy):
        if name not in _STOPS:
            setattr(route, name, getattr(copy, name))
    _add(route, _sums(stops), _sums([*copy.stops.values(), *copy.pickups.values()]))
    last = max((one.planned_position or 0 for one in known), default=0)
    for number, stop in enumerate((one for one in stops if one not in known), start=1):
        stop.planned_position = None if stop.planned_position is None else last + number


def _add(route: Route, now: dict[str, int], then: dict[str, int]) -> None:
    more = {name: now[name] - then[name] for name in SUMS}
    for name in SUMS:
        before = getattr(route, f"planned_{name}")
        if before is not None:
            setattr(route, f"planned_{name}", before + more[name])
    if route.planned_arrival is not None:
        seconds = more["drive_s"] + more["service_s"]
        route.planned_arrival += timedelta(seconds=seconds)


def _sums(stops: Sequence[RouteStop | StopCopy]) -> dict[str, int]:
    return {
        name: sum(getattr(stop, f"planned_{name}") or 0 for stop in stops) for name in SUMS
    }  # fmt: skip


def _fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__
