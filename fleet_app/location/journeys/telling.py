"""How a stop and a trip are told."""

from __future__ import annotations

from typing import Any

import msgspec

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.polyline import encode_places, encode_times, simplified
from fleet_app.location.journeys.rest import Rest
from fleet_app.location.journeys.way import PATH_TOLERANCE_M, Way


class Stop(msgspec.Struct, omit_defaults=True):
    """Where the vehicle stands; `told` when it has stood long enough for a fact.

    Shunting within the stop changes `rest`; `longest` is the place where it stood longest before.
    """

    started_ms: int
    rest: Rest
    told: bool = False
    longest: Rest | None = None
    fixes: int = 0
    unseen_s: float = 0.0

    def moved_to(self, rest: Rest) -> None:
        """Go on at another place of the same yard."""
        self.fixes += self.rest.fixes
        self.unseen_s += self.rest.unseen_s
        if self.longest is None or self.rest.lasted_ms > self.longest.lasted_ms:
            self.longest = self.rest
        self.rest = rest

    @property
    def place(self) -> Rest:
        """The rest that says where the stop was."""
        longest = self.longest
        if longest is not None and longest.lasted_ms > self.rest.lasted_ms:
            return longest
        return self.rest


def stop_fact(stop: Stop, ended_ms: int | None) -> Fact:
    """The stop until `ended_ms`, None while it goes on."""
    place = stop.place
    values: dict[str, Any] = {"fixes": stop.fixes + stop.rest.fixes}
    if unseen_s := stop.unseen_s + stop.rest.unseen_s:
        values["unseen_s"] = round(unseen_s)
    return Fact(
        kind=FactKind.STOP,
        started_ms=stop.started_ms,
        ended_ms=ended_ms,
        lat=round(place.lat, 6),
        lon=round(place.lon, 6),
        values=values,
    )


def trip_fact(way: Way, ended_ms: int | None, whole: bool = False) -> Fact:
    """The trip until `ended_ms`; its path only when it is `whole`."""
    _, end_lat, end_lon = way.path[-1]
    values = _times(way)
    if whole:
        path = simplified(way.path, PATH_TOLERANCE_M)
        values |= {"polyline6": encode_places(path), "times": encode_times(path)}
    return Fact(
        kind=FactKind.TRIP,
        started_ms=way.started_ms,
        ended_ms=ended_ms,
        lat=round(way.lat, 6),
        lon=round(way.lon, 6),
        end_lat=round(end_lat, 6),
        end_lon=round(end_lon, 6),
        distance_m=round(way.distance_m, 1),
        values=values,
    )


def _times(way: Way) -> dict[str, Any]:
    values: dict[str, Any] = {
        "max_speed": round(way.max_speed, 2),
        "avg_speed": round(_average(way), 2),
        "moving_s": round(way.moving_s),
        "idle_s": round(way.idle_s),
        "fixes": way.fixes,
    }
    if way.unseen_s:
        values |= {"unseen_s": round(way.unseen_s), "gap_m": round(way.gap_m)}
    return values


def _average(way: Way) -> float:
    """While moving, over the part that was seen; never above the fastest."""
    if way.moving_s <= 0:
        return 0.0
    seen_m = max(0.0, way.distance_m - way.gap_m)
    return min(seen_m / way.moving_s, way.max_speed or seen_m / way.moving_s)
