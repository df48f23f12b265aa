"""What people call the places where trips began and ended, and where vehicles stood."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.catalogue.known_places import KnownPlace, KnownPlaces
from fleet_app.catalogue.visited import Visited
from fleet_app.delivery.models import Customer
from fleet_app.fleet.models import Depot
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
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
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Ends = tuple[str | None, str | None]


class PlaceNames:
    """Names of the places of facts. One per process; opens its own units of work."""

    def __init__(
        self, work: Work, addresses: Geocoder, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`addresses` is asked for every place of every list: it must cost nothing."""
        self._work = work
        self._addresses = addresses
        self._now = now
        self._fleets: dict[int, KnownPlaces] = {}
        self._labels: Memory[str | None] = Memory(now=now)

    async def of(self, principal: Principal, facts: Sequence[StoredFact]) -> Mapping[int, Ends]:
        """By the fact's id: where it began and where it ended, None where nobody knows.

        The name of a geofence that was visited there, else of a depot or customer, as far as the
        person may read those, else the address.
        """
        named = [fact for fact in facts if fact.kind in NAMED]
        if not named:
            return {}
        async with self._work() as session:
            visited = await Visited.around(session, named)
            for fleet_id in {fact.fleet_id for fact in named}:
                await self._load(session, fleet_id)
        ranks = frozenset(rank for rank, needed in _READERS.items() if may(principal, needed))
        ends = await asyncio.gather(*(self._ends(fact, visited, ranks) for fact in named))
        return {fact.id or 0: both for fact, both in zip(named, ends, strict=True)}

    async def at(
        self, principal: Principal, fleet_id: int | None, places: Sequence[tuple[float, float]]
    ) -> list[str | None]:
        """What some places (latitude, longitude) are called; without a fleet by address alone."""
        if fleet_id is not None:
            async with self._work() as session:
                await self._load(session, fleet_id)
        ranks = frozenset(rank for rank, needed in _READERS.items() if may(principal, needed))
        named = (self._place(fleet_id or 0, lat, lon, ranks) for lat, lon in places)
        return await asyncio.gather(*named)

    async def _ends(self, fact: StoredFact, visited: Visited, ranks: Collection[int]) -> Ends:
        """A stop is at one place all the time."""
        seen = frozenset(ranks)
        begin = visited.at(fact.vehicle_id, fact.started_at)
        begin = begin or await self._place(fact.fleet_id, fact.lat, fact.lon, seen)
        if fact.ended_at is None or fact.end_lat is None or fact.end_lon is None:
            return begin, None
        end = visited.at(fact.vehicle_id, fact.ended_at)
        return begin, end or await self._place(fact.fleet_id, fact.end_lat, fact.end_lon, seen)

    async def _place(
        self, fleet_id: int, lat: float, lon: float, ranks: frozenset[int]
    ) -> str | None:
        known = self._fleets.get(fleet_id)
        found = known.near(lat, lon, ranks) if known else None
        return found or await self._address(round(lat, _DECIMALS), round(lon, _DECIMALS))

    async def _address(self, lat: float, lon: float) -> str | None:
        async def ask() -> str | None:
            place = await self._addresses.reverse(lat, lon)
            return place.label if place else None

        if not self._addresses.standing.ready:
            return None
        try:
            return await self._labels.answer((lat, lon), ask)
        except (GeocoderBusy, GeocoderUnavailable):  # a list is worth more than the names in it
            return None

    async def _load(self, session: AsyncSession, fleet_id: int) -> None:
        kept = self._fleets.get(fleet_id)
        if kept is not None and kept.fresh_until > self._now():
            return
        places = [*await _named(session, Depot, fleet_id, _DEPOT),
                  *await _named(session, Customer, fleet_id, _CUSTOMER)]  # fmt: skip
        while len(self._fleets) >= MOST_FLEETS:
            self._fleets.pop(next(iter(self._fleets)))
        self._fleets[fleet_id] = KnownPlaces(places, self._now() + FRESH_SECONDS)


async def _named(session: AsyncSession, model: Any, fleet_id: int, rank: int) -> list[KnownPlace]:
    query = select(model.name, model.lat, model.lon).where(
        model.fleet_id == fleet_id,
        col(model.deleted_at).is_(None),
        col(model.lat).is_not(None),
        col(model.lon).is_not(None),
    )
    rows = await (await session.connection()).execute(query)
    return [KnownPlace(name, lat, lon, rank) for name, lat, lon in rows]
