"""What came of a plan: when each stop was reached and left, and what was driven to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from fleet_app.kernel.geo import distance_m

NEAR_M = 120.0
"""A stop of the vehicle so near to a stop of its route may be that one."""
SLACK = timedelta(minutes=10)
"""What was reported may be so far from when the vehicle stood there."""


class Stay(msgspec.Struct, frozen=True):
    """The vehicle stood somewhere; `ended` is None while it does."""

    lat: float
    lon: float
    began: datetime
    ended: datetime | None


class Drive(msgspec.Struct, frozen=True):
    """The vehicle drove."""

    began: datetime
    ended: datetime
    metres: float


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A stop of the route, and what was reported of it and seen there while it was driven."""

    id: int
    lat: float
    lon: float
    arrived: datetime | None = None
    done: datetime | None = None
    """When its delivery was made, or was not."""
    seen: tuple[datetime, datetime | None] | None = None


class Actual(msgspec.Struct, frozen=True):
    """What came of a stop; None is not known, or has not happened."""

    arrival: datetime | None = None
    departure: datetime | None = None
    drive_s: int | None = None
    distance_m: int | None = None


def actual_of(
    began: datetime, stops: Sequence[Reported], stays: Sequence[Stay], drives: Sequence[Drive]
) -> dict[int, Actual]:
    """What came of each stop of a route that `began` then. Driving leads from the stop that was
    left before, in whatever order they were reached."""
    times = {stop.id: _times(stop, stays) for stop in stops}
    found: dict[int, Actual] = {}
    left = began
    for id_, (arrival, departure) in sorted(times.items(), key=_by_arrival):
        if arrival is None:
            found[id_] = Actual()
            continue
        seconds, metres = driven(drives, min(left, arrival), arrival)
        found[id_] = Actual(arrival, departure, seconds, metres)
        left = max(departure or arrival, left)
    return found


def driven(
    drives: Sequence[Drive], begun: datetime, ended: datetime
) -> tuple[int, int] | tuple[int, None]:
    """Seconds and metres driven between two moments; without any trip all of the time, and nobody
    knows how far."""
    seconds = metres = 0.0
    for drive in drives:
        shared = (min(drive.ended, ended) - max(drive.began, begun)).total_seconds()
        lasted = (drive.ended - drive.began).total_seconds()
        if shared > 0:
            seconds += shared
            metres += drive.metres * (shared / lasted)
    if not seconds:
        return round((ended - begun).total_seconds()), None
    return round(seconds), round(metres)


def _by_arrival(one: tuple[int, tuple[datetime | None, datetime | None]]) -> tuple[bool, float]:
    arrival = one[1][0]
    return arrival is None, 0.0 if arrival is None else arrival.timestamp()


def _times(stop: Reported, stays: Sequence[Stay]) -> tuple[datetime | None, datetime | None]:
    """When it was reached and left: as the vehicle stood there, else as it was seen on the way,
    else as it was reported."""
    if stop.done is None:
        return stop.arrived, None
    reported = stop.done
    stay = _stay(stop, stays)
    if stay is not None:
        return stay.began, stay.ended
    if stop.seen is not None and abs(_middle(stop.seen) - reported) <= SLACK * 3:
        return stop.seen
    return stop.arrived or reported, reported


def _stay(stop: Reported, stays: Sequence[Stay]) -> Stay | None:
    """The stay there that the report is about: the nearest in time."""
    reported = stop.done or stop.arrived
    near = [
        stay
        for stay in stays
        if reported is not None
        and distance_m(stay.lat, stay.lon, stop.lat, stop.lon) <= NEAR_M
        and stay.began - SLACK <= reported <= (stay.ended or reported) + SLACK
    ]
    return min(near, key=lambda stay: _off(stay, reported), default=None)


def _off(stay: Stay, reported: datetime | None) -> float:
    if reported is None:
        return 0.0
    before = (stay.began - reported).total_seconds()
    after = 0.0 if stay.ended is None else (reported - stay.ended).total_seconds()
    return max(before, after, 0.0)


def _middle(seen: tuple[datetime, datetime | None]) -> datetime:
    return seen[0] if seen[1] is None else seen[0] + (seen[1] - seen[0]) / 2
