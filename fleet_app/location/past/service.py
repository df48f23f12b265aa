"""What is told about the past, to those who may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import Scope, authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.cursors import Page, Position, cursor_of, position_of
from fleet_app.kernel.errors import NotFound
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.polyline import Vertex, decode_path
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.query import PastQuery
from fleet_app.location.past.repository import PastRepository

TRIPS, TRACK, EXPORT = "trips.read", "track.read", "track.export"
NOUNS = {FactKind.TRIP: "Trip", FactKind.STOP: "Stop"}


class Names(msgspec.Struct, frozen=True):
    """What the vehicles and drivers of some facts are called, by id, and geofences by subject."""

    vehicles: Mapping[int, str]
    drivers: Mapping[int, str]
    geofences: Mapping[str, str]


class Past:
    """Facts and where they happened, in the caller's transaction.

    The office reads its fleet's; a driver those of the vehicle he drives now, and his own.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._rows = PastRepository(session)

    async def page(
        self, principal: Principal, query: PastQuery, cursor: str = "", limit: int = 50
    ) -> Page[StoredFact]:
        """Facts that fit, those that began last first; their paths are not loaded.

        Raises `Forbidden`, `NotFound` for a fleet or vehicle that is not the person's to see,
        `InvalidInput` for a cursor that is none.
        """
        conditions = self._seen(principal, query.fleet_id)
        await self._require(principal, query.vehicle_ids)
        fleet = fleet_in_view(principal, query.fleet_id)
        found = await self._rows.facts(
            query, conditions, position_of(cursor), limit + 1, fleet_id=fleet
        )
        rows, more = found[:limit], len(found) > limit
        end = Position.at(rows[-1].started_at, rows[-1].id or 0) if more else None
        return Page(rows, None if end is None else cursor_of(end))

    async def unclear(self, principal: Principal, query: PastQuery, now: datetime) -> bool:
        """Whether more may be told of the period as soon as the fixes at hand are worked out."""
        if authorize(principal, TRIPS) is Scope.OWN:
            if principal.vehicle_id is None:
                return False
            query = msgspec.structs.replace(query, vehicle_ids=(principal.vehicle_id,))
        return await self._rows.unclear(query, fleet_in_view(principal, query.fleet_id), now)

    async def fact(
        self, principal: Principal, identifier: int, *, kind: FactKind | None = None
    ) -> StoredFact:
        """One fact with its path. Raises `Forbidden`, `NotFound`."""
        fact = await self._rows.fact(identifier, self._seen(principal, None))
        if fact is None or (kind is not None and fact.kind is not kind):
            raise NotFound(NOUNS.get(kind, "Fact") if kind else "Fact", identifier)
        return fact

    async def path(self, fact: StoredFact) -> list[Vertex]:
        """The way of a trip that is over; empty for everything else."""
        if not fact.path or not fact.path_times:
            return []
        return decode_path(fact.path, fact.path_times, to_ms(fact.started_at))

    async def names(self, facts: Sequence[StoredFact]) -> Names:
        """What the vehicles, drivers and geofences of `facts` are called. Checks nothing."""
        vehicles, drivers = await self._rows.names(facts)
        visited = {fact.subject for fact in facts if fact.kind is FactKind.VISIT}
        return Names(vehicles, drivers, await self._rows.geofences(visited))

    async def vehicle(
        self, principal: Principal, vehicle_id: int, permission: str = TRACK
    ) -> Vehicle:
        """The vehicle whose track somebody asks for, also when deleted. Raises `Forbidden`,
        `NotFound`."""
        scope = authorize(principal, permission)
        found = await self._rows.vehicles([vehicle_id])
        own = scope is not Scope.OWN or principal.vehicle_id == vehicle_id
        if not found or not principal.sees_fleet(found[0].fleet_id) or not own:
            raise NotFound("Vehicle", vehicle_id)
        return found[0]

    async def gap_ms(self, fleet_id: int) -> int:
        """How long a silence is a gap, by the rules of a fleet. Checks nothing."""
        own = await self._rows.movement(fleet_id)
        seconds = own.get("gap_after_s")
        if not isinstance(seconds, int | float) or seconds <= 0:
            seconds = Parameters().gap_after_s
        return round(1000 * seconds)

    def _seen(self, principal: Principal, fleet_id: int | None) -> list[ColumnElement[bool]]:
        scope = authorize(principal, TRIPS)
        fleet = fleet_in_view(principal, fleet_id)
        conditions = [] if fleet is None else [col(StoredFact.fleet_id) == fleet]
        if scope is Scope.OWN:
            conditions.append(_own(principal))
        return conditions

    async def _require(self, principal: Principal, vehicle_ids: Sequence[int]) -> None:
        if not vehicle_ids:
            return
        fleets = {one.id: one.fleet_id for one in await self._rows.vehicles(vehicle_ids)}
        for vehicle_id in vehicle_ids:
            fleet = fleets.get(vehicle_id)
            if fleet is None or not principal.sees_fleet(fleet):
                raise NotFound("Vehicle", vehicle_id)
            if not await self._may_ask(principal, vehicle_id):
                raise NotFound("Vehicle", vehicle_id)

    async def _may_ask(self, principal: Principal, vehicle_id: int) -> bool:
        if authorize(principal, TRIPS) is not Scope.OWN or principal.vehicle_id == vehicle_id:
            return True
        driver = principal.driver_id
        return driver is not None and await self._rows.drove(driver, vehicle_id)


def _own(principal: Principal) -> ColumnElement[bool]:
    own: list[ColumnElement[bool]] = [false()]
    if principal.vehicle_id is not None:
        own.append(col(StoredFact.vehicle_id) == principal.vehicle_id)
    if principal.driver_id is not None:
        own.append(col(StoredFact.driver_id) == principal.driver_id)
    return or_(*own)
