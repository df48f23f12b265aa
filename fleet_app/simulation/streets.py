"""Roads for the simulator: the installation's own map, or estimates where there is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fleet_app.fleet.models import VehicleType
from fleet_app.kernel.errors import FleetError
from fleet_app.routing.roads import Costing, RoadNetwork, RoadRoute, open_roads
from fleet_app.simulation.drive import Road, Style
from fleet_app.simulation.tours import Area, FindRoad, Place, Tour
from fleet_app.simulation.traffic import Pace
from fleet_app.simulation.wander import Wander

HELSINKI = Area(60.155, 24.90, 60.195, 24.98)
"""Where vehicles drive when there is no map."""
SLOWEST_MPS = 1.4
TOURS = 60
"""Rounds planned at most for each way of travelling; more vehicles share them at other times."""

COSTING: dict[VehicleType, Costing] = {
    VehicleType.TRUCK: "truck",
    VehicleType.BIKE: "bicycle",
    VehicleType.SCOOTER: "bicycle",
}
STYLE = {
    VehicleType.TRUCK: Style(top_speed=22.0, acceleration=0.8, braking=1.4, limit_factor=0.9),
    VehicleType.BIKE: Style(top_speed=6.5, acceleration=0.8, braking=1.5, halt_chance=0.1),
    VehicleType.SCOOTER: Style(top_speed=12.0, acceleration=1.5, braking=2.0, halt_chance=0.1),
    VehicleType.CAR: Style(acceleration=1.8, braking=2.4, limit_factor=1.0),
}


HURRY_MPS = 15.0
"""What somebody in a hurry drives in a town, 54 km/h, where turns allow it."""


@dataclass(frozen=True)
class Sign:
    """A lower limit, m/s, inside an outline of (lon, lat)."""

    outline: tuple[tuple[float, float], ...]
    limit: float

    def holds_at(self, place: Place) -> bool:
        """Whether the place is inside: a ray from it crosses the outline an odd number of times."""
        lat, lon = place
        odd = False
        for (x1, y1), (x2, y2) in zip(
            self.outline, self.outline[1:] + self.outline[:1], strict=True
        ):
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
                odd = not odd
        return odd


class Streets:
    """The map of one installation and the tours on it. Calls block: use them in a thread."""

    def __init__(self, map_dir: Path, seed: int, signs: Sequence[Sign] = ()) -> None:
        self._roads = open_roads(map_dir)
        self._signs = tuple(signs)
        self.area = area_of(map_dir)
        self._seed = seed
        self._tours: dict[tuple[VehicleType, int], Tour] = {}

    @property
    def are_real(self) -> bool:
        """Whether there is road data."""
        return not self._roads.is_estimate

    def tour(self, kind: VehicleType, number: int) -> Tour:
        """The round of vehicle `number` of its type."""
        key = kind, number % TOURS
        if key not in self._tours:
            find = self._finder(kind)
            seed = f"{self._seed} {kind.value} {key[1]}"
            self._tours[key] = Tour(self.area, find, STYLE.get(kind, Style()), seed)
        return self._tours[key]

    def wander(
        self, kind: VehicleType, seed: str, start: Place, *, in_a_hurry: bool = False,
        pace: Pace | None = None,
    ) -> Wander:  # fmt: skip
        """Trips of a vehicle from `start` on; in a hurry, no sign and no limit counts."""
        find = self._finder(kind)
        if in_a_hurry:
            find = hurried(finder(self._roads, COSTING.get(kind, "auto")))
        return Wander(self.area, find, STYLE.get(kind, Style()), seed, start, pace=pace)

    def _finder(self, kind: VehicleType) -> FindRoad:
        return heeding(finder(self._roads, COSTING.get(kind, "auto")), self._signs)


def area_of(map_dir: Path) -> Area:
    """The map's box without its outermost tenth, where roads are cut off."""
    try:
        info = json.loads((map_dir / "basemap.json").read_text(encoding="utf-8"))
        west, south, east, north = (float(degrees) for degrees in info["bounds"])
    except (OSError, ValueError, KeyError, TypeError):
        return HELSINKI
    high, wide = (north - south) / 10, (east - west) / 10
    return Area(south + high, west + wide, north - high, east - wide)


def finder(roads: RoadNetwork, costing: Costing) -> FindRoad:
    """`roads` as a tour needs it."""

    def find(begin: Place, end: Place) -> Road | None:
        try:
            return road_of(roads.route([begin, end], costing))
        except (FleetError, ValueError):
            return None

    return find


def road_of(route: RoadRoute) -> Road:
    """The road of a route; its segment speeds are the limits."""
    average = route.distance_m / max(route.duration_s, 1.0)
    speeds = route.speeds_mps or (average,) * (len(route.shape) - 1)
    return Road(route.shape, tuple(max(speed, SLOWEST_MPS) for speed in speeds))


def heeding(find: FindRoad, signs: Sequence[Sign]) -> FindRoad:
    """Roads with the limits that the signs add."""
    if not signs:
        return find

    def slower(begin: Place, end: Place) -> Road | None:
        road = find(begin, end)
        if road is None:
            return None
        slow = [_limit(pair, limit, signs) for pair, limit in
                zip(pairwise(road.points), road.limits, strict=True)]  # fmt: skip
        return Road(road.points, tuple(slow))

    return slower


def _limit(segment: tuple[Place, Place], limit: float, signs: Sequence[Sign]) -> float:
    (lat1, lon1), (lat2, lon2) = segment
    looked_at = (segment[0], ((lat1 + lat2) / 2, (lon1 + lon2) / 2), segment[1])
    held = (sign.limit for sign in signs if any(map(sign.holds_at, looked_at)))
    return min((limit, *held))


def hurried(find: FindRoad) -> FindRoad:
    """Roads as somebody takes them who minds no limit."""

    def faster(begin: Place, end: Place) -> Road | None:
        road = find(begin, end)
        if road is None:
            return None
        return Road(road.points, tuple(max(limit, HURRY_MPS) for limit in road.limits))

    return faster
