"""What people call the places where trips began and ended, and where vehicles stood."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.catalogue.known_places import KnownPlace, KnownPlaces
from fleet_app.catalogue.spots import Spots, spots_of
from fleet_app.catalogue.zone_names import Point, zone_names
from fleet_app.delivery.models import Customer
from fleet_app.fleet.models import Depot
from fleet_app.location.geofences.fleet_zones import FleetZones
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.routing.geocoding import Geocoder, GeocoderBusy, GeocoderUnavailable
from fleet_app.routing.geocoding.limited import Memory

NAMED = frozenset({FactKind.TRIP, FactKind.STOP})
"""Facts whose places are told in words."""
FRESH_SECONDS = 60.0
"""A new name of a depot or customer is told after this at the latest."""
MOST_FLEETS = 50
_DEPOT, _CUSTOMER = 0, 1
_DECIMALS = 4
"""Of a degree: about 11 m, near enough for an address."""
_READERS = {_DEPOT: "depots.read", _CUSTOMER: "customers.read"}
_ZONES = "geofences.read"
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Ends = tuple[str | None, str | None]


class _Fleet(msgspec.Struct, frozen=True):
    """What a fleet has names for."""

    places: KnownPlaces
    zones: ZoneIndex


_NOTHING = _Fleet(KnownPlaces(()), ZoneIndex(()))


class PlaceNames:
    """Names of the places of facts. One per process; opens its own units of work.

    A name depends on the point and on who asks, never on what led there: so the end of a trip, the
    stop that follows and the next trip's beginning are called the same.
    """

    def __init__(
        self, work: Work, addresses: Geocoder, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`addresses` is asked for every place of every list: it must cost nothing."""
        self._work = work
        self._addresses = addresses
        self._now = now
        self._places: dict[int, KnownPlaces] = {}
        self._zones = FleetZones()
        self._labels: Memory[str | None] = Memory(now=now)

    async def of(self, principal: Principal, facts: Sequence[StoredFact]) -> Mapping[int, Ends]:
        """By the fact's id: where it began and where it ended, None where nobody knows.

        The name of a depot or customer, as far as the person may read those, else of a small zone,
        else the address, else the name of a large zone.
        """
        named = [fact for fact in facts if fact.kind in NAMED]
        if not named:
            return {}
        async with self._work() as session:
            spots = await spots_of(session, named)
            fleets = {id_: await self._known(session, id_) for id_ in {f.fleet_id for f in named}}
        names: dict[int, Mapping[Point, str | None]] = {}
        for id_, fleet in fleets.items():
            own = (one for fact, one in zip(named, spots, strict=True) if fact.fleet_id == id_)
            points = {point for one in own for point in (one.begin, one.end) if point}
            names[id_] = await self._called(principal, fleet, list(points))
        return {
            fact.id or 0: _ends(one, names[fact.fleet_id])
            for fact, one in zip(named, spots, strict=True)
        }

    async def at(
        self, principal: Principal, fleet_id: int | None, places: Sequence[Point]
    ) -> list[str | None]:
        """What some places (latitude, longitude) are called; without a fleet by address alone."""
        fleet = _NOTHING
        if fleet_id is not None:
            async with self._work() as session:
                fleet = await self._known(session, fleet_id)
        names = await self._called(principal, fleet, places)
        return [names[place] for place in places]

    async def _called(
        self, principal: Principal, fleet: _Fleet, points: Sequence[Point]
    ) -> dict[Point, str | None]:
        ranks = frozenset(rank for rank, needed in _READERS.items() if may(principal, needed))
        index = fleet.zones if may(principal, _ZONES) else _NOTHING.zones
        zones = dict(zip(points, zone_names(index, points), strict=True))
        names = {point: fleet.places.near(*point, ranks) or zones[point].place for point in points}
        unnamed = {_rounded(point) for point, name in names.items() if name is None}
        addresses = await self._addresses_at(list(unnamed))
        return {
            point: name or addresses.get(_rounded(point)) or zones[point].area
            for point, name in names.items()
        }

    async def _addresses_at(self, points: Sequence[Point]) -> dict[Point, str | None]:
        if not points or not self._addresses.standing.ready:
            return {}
        found = await asyncio.gather(*(self._address(point) for point in points))
        return dict(zip(points, found, strict=True))

    async def _address(self, point: Point) -> str | None:
        async def ask() -> str | None:
            place = await self._addresses.reverse(*point)
            return place.label if place else None

        try:
            return await self._labels.answer(point, ask)
        except (GeocoderBusy, GeocoderUnavailable):  # a list is worth more than the names in it
            return None

    async def _known(self, session: AsyncSession, fleet_id: int) -> _Fleet:
        zones = await self._zones.index_of(session, fleet_id)
        kept = self._places.get(fleet_id)
        if kept is None or kept.fresh_until <= self._now():
            kept = KnownPlaces(
                [*await _named(session, Depot, fleet_id, _DEPOT),
                 *await _named(session, Customer, fleet_id, _CUSTOMER)],
                self._now() + FRESH_SECONDS,
            )  # fmt: skip
            while len(self._places) >= MOST_FLEETS:
                self._places.pop(next(iter(self._places)))
            self._places[fleet_id] = kept
        return _Fleet(kept, zones)


def _ends(spots: Spots, names: Mapping[Point, str | None]) -> Ends:
    return names[spots.begin], names[spots.end] if spots.end else None


def _rounded(point: Point) -> Point:
    return round(point[0], _DECIMALS), round(point[1], _DECIMALS)


async def _named(session: AsyncSession, model: Any, fleet_id: int, rank: int) -> list[KnownPlace]:
    query = select(model.name, model.lat, model.lon).where(
        model.fleet_id == fleet_id,
        col(model.deleted_at).is_(None),
        col(model.lat).is_not(None),
        col(model.lon).is_not(None),
    )
    rows = await (await session.connection()).execute(query)
    return [KnownPlace(name, lat, lon, rank) for name, lat, lon in rows]
