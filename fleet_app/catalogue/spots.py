"""The points by which the places of trips and stops are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.catalogue.zone_names import MARGIN_M, Point
from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.repository import Moment, PastRepository


class Spots(msgspec.Struct, frozen=True):
    """Where a fact began and, unless it goes on or stays where it is, ended."""

    begin: Point
    end: Point | None = None


async def spots_of(session: AsyncSession, facts: Sequence[StoredFact]) -> list[Spots]:
    """Of each fact. A trip between two stops begins and ends where the vehicle stood.

    While a vehicle stands, its receiver tells ever better where that is: the stop knows more than
    the trip did that led there, and a name must not change between the two.
    """
    trips = [fact for fact in facts if fact.kind is FactKind.TRIP]
    moments = {moment for trip in trips for moment in _moments(trip)}
    stops = await PastRepository(session).stops_at(moments)
    return [_spots(fact, stops) for fact in facts]


def _moments(trip: StoredFact) -> Iterator[Moment]:
    yield trip.vehicle_id, trip.started_at
    if trip.ended_at is not None:
        yield trip.vehicle_id, trip.ended_at


def _spots(fact: StoredFact, stops: Mapping[Moment, Point]) -> Spots:
    begin = _stood(fact, fact.started_at, (fact.lat, fact.lon), stops)
    if fact.ended_at is None or fact.end_lat is None or fact.end_lon is None:
        return Spots(begin)
    return Spots(begin, _stood(fact, fact.ended_at, (fact.end_lat, fact.end_lon), stops))


def _stood(fact: StoredFact, at: datetime, seen: Point, stops: Mapping[Moment, Point]) -> Point:
    """Where the vehicle stood then, unless that was plainly another place."""
    stop = stops.get((fact.vehicle_id, at)) if fact.kind is FactKind.TRIP else None
    return stop if stop is not None and distance_m(*seen, *stop) <= MARGIN_M else seen
