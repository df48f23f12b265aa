"""Which vehicles are nearest to a place, by the time it takes to drive there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import select as select_columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import VehicleLive
from fleet_app.planning.live.sheet import DETOUR, guessed
from fleet_app.planning.problem.travelling import costing_in_class
from fleet_app.routing.roads.ports import UNREACHABLE, Costing, LatLon, RoadMatrix

MOST = 50
SPARE = 3
"""So many times as many as are wanted are looked at by road: the nearest as the crow flies may be
across a river."""


class Roads(Protocol):
    """Driving from many places to one."""

    async def matrix(
        self, points: Sequence[LatLon], costing: Costing = ..., *, targets: Sequence[LatLon] | None
    ) -> RoadMatrix:
        """From each of `points` to each of `targets`."""
        ...


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle, where it was last, and what driving from there takes; `is_estimate` when no roads
    were looked at."""

    vehicle_id: int
    name: str
    lat: float
    lon: float
    recorded_at: datetime
    distance_m: int
    drive_s: int
    is_estimate: bool


class _Seen(msgspec.Struct, frozen=True):
    vehicle_id: int
    name: str
    costing: Costing
    lat: float
    lon: float
    recorded_at: datetime


async def positions(session: AsyncSession, actor: Principal, fleet_id: int | None) -> list[_Seen]:
    """The active vehicles of a fleet that were ever seen; of all fleets for administrators who
    name none. Raises `Forbidden`, `NotFound`."""
    authorize(actor, "overview.watch")
    owner = fleet_in_view(actor, fleet_id)
    live, vehicle = VehicleLive, Vehicle
    query = (
        select_columns(
            col(vehicle.id), col(vehicle.name), col(vehicle.type), col(live.lat), col(live.lon),
            col(live.recorded_at), col(vehicle.height_m), col(vehicle.width_m),
            col(vehicle.length_m), col(vehicle.weight_t),
        )
        .join(live, col(live.vehicle_id) == col(vehicle.id))
        .where(
            *([] if owner is None else [col(vehicle.fleet_id) == owner]),
            col(vehicle.deleted_at).is_(None),
            col(vehicle.status) == VehicleStatus.ACTIVE,
        )
    )  # fmt: skip
    rows = await (await session.connection()).execute(query)
    return [
        _Seen(id_ or 0, name, costing_in_class(kind, *sizes), lat, lon, at)
        for id_, name, kind, lat, lon, at, *sizes in rows
    ]


async def nearest(seen: Sequence[_Seen], place: LatLon, limit: int, roads: Roads) -> list[Near]:
    """The `limit` nearest of them, the nearest first; those that no road leads from come last."""
    close = sorted(seen, key=lambda one: distance_m(one.lat, one.lon, *place))[: limit * SPARE]
    kinds: dict[Costing, list[_Seen]] = defaultdict(list)
    for one in close:
        kinds[one.costing].append(one)
    found: list[tuple[bool, Near]] = []
    for costing, those in kinds.items():
        found += await _driving(those, place, costing, roads)
    found.sort(key=lambda one: (one[0], one[1].drive_s, one[1].vehicle_id))
    return [near for _, near in found[:limit]]


async def _driving(
    those: Sequence[_Seen], place: LatLon, costing: Costing, roads: Roads
) -> list[tuple[bool, Near]]:
    """Each with whether the network knows of no way from it."""
    points = [(one.lat, one.lon) for one in those]
    try:
        matrix = await roads.matrix(points, costing, targets=[place])
    except FleetError:  # the network is away: a guess is better than nothing
        return [(False, _near(one, None, place)) for one in those]
    return [
        (
            bool(seconds >= UNREACHABLE),
            _near(one, (int(seconds), int(metres), matrix.is_estimate), place),
        )
        for one, seconds, metres in zip(
            those, matrix.durations_s[:, 0], matrix.distances_m[:, 0], strict=True
        )
    ]


def _near(one: _Seen, drive: tuple[int, int, bool] | None, place: LatLon) -> Near:
    if drive is None or drive[0] >= UNREACHABLE:
        metres = distance_m(one.lat, one.lon, *place) * DETOUR
        drive = round(guessed(one.lat, one.lon, *place)), round(metres), True
    return Near(
        vehicle_id=one.vehicle_id, name=one.name, lat=one.lat, lon=one.lon,
        recorded_at=one.recorded_at, drive_s=drive[0], distance_m=drive[1], is_estimate=drive[2],
    )  # fmt: skip
