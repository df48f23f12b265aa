"""Where vehicles go: rounds of addresses on real roads, planned leg by leg and shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Lock

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.simulation.drive import SHORTEST_SEGMENT_M, Drive, Road, Style, plan_drive

Place = tuple[float, float]
"""(lat, lon) in degrees."""
FindRoad = Callable[[Place, Place], Road | None]
"""The road between two places; None when there is none."""
TRIES = 40
STARTS = 25
SHORTEST_TRIP_M = 400.0
_ROAD_ENDS_WITHIN_M = 400.0
OFF_ROAD_MPS = 4.0
"""How fast a vehicle goes where there is no road: between a door or a yard and the kerb."""


class NoRoads(Exception):
    """No drivable trip was found from a place; carries it."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"no road leads from {place[0]:.5f}, {place[1]:.5f} to any other address")
        self.place = place


@dataclass(frozen=True)
class Area:
    """Where addresses lie: a box in degrees."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        if not (self.south < self.north and self.west < self.east):
            raise ValueError(f"an area needs south < north and west < east: {self}")

    def contains(self, place: Place) -> bool:
        """Whether the place is inside."""
        return self.south <= place[0] <= self.north and self.west <= place[1] <= self.east

    def somewhere(self, random: Random) -> Place:
        """A random place, more often near the middle, as addresses are."""
        return (
            random.triangular(self.south, self.north),
            random.triangular(self.west, self.east),
        )


class Tour:
    """A round of `stops` trips that ends where it began and then starts over.

    The round is planned when its first leg is asked for, so a seed gives the same tour however
    many vehicles share it. Safe to use from several threads.
    """

    def __init__(
        self, area: Area, find: FindRoad, style: Style, seed: str, stops: int = 12
    ) -> None:
        if stops < 2:
            raise ValueError(f"a tour needs at least 2 stops: got {stops}")
        self._area = area
        self._find = find
        self._style = style
        self._random = Random(seed)  # noqa: S311 - a simulation, not a secret
        self._stops = stops
        self._drives: list[Drive] = []
        self._lock = Lock()
        self._start: Place | None = None
        self._here: Place = area.somewhere(self._random)

    def leg(self, number: int) -> Drive:
        """Leg `number` of the endless round. Raises `NoRoads`."""
        with self._lock:
            if not self._drives:
                self._drives = self._plan_round()
        return self._drives[number % len(self._drives)]

    def _plan_round(self) -> list[Drive]:
        """The whole round, from another start when one turns out to be a trap.

        Where a map is cut, one-way streets lead out of it: some places cannot be left.
        """
        for _ in range(STARTS):
            self._start, self._here = None, self._area.somewhere(self._random)
            drives: list[Drive] = []
            while len(drives) < self._stops and (drive := self._plan_next(len(drives))):
                drives.append(drive)
            if len(drives) == self._stops:
                return drives
        raise NoRoads(self._here)

    def _plan_next(self, done: int) -> Drive | None:
        if self._start and done == self._stops - 1:
            return self._home(self._start)
        for _ in range(TRIES):
            begin = self._here if self._start else self._area.somewhere(self._random)
            if drive := self._try(begin, self._next_address(begin)):
                return drive
        return None

    def _home(self, start: Place) -> Drive:
        """The way back to exactly where the round began, as it starts over from there."""
        road = self._find(self._here, start)
        if road is None or not reaches(road, self._here, start):
            return plan_drive(joined(self._here, to=start), self._style, self._random)
        return plan_drive(joined(self._here, road, to=start), self._style, self._random)

    def _next_address(self, begin: Place) -> Place:
        for _ in range(TRIES):
            away = self._random.uniform(2 * SHORTEST_TRIP_M, 5_000.0)
            place = destination(*begin, self._random.uniform(0, 360), away)
            if self._area.contains(place):
                return place
        return self._area.somewhere(self._random)

    def _try(self, begin: Place, end: Place) -> Drive | None:
        road = self._find(begin, end)
        if road is None or not reaches(road, begin, end):
            return None
        if self._start:
            road = joined(begin, road)
        try:
            drive = plan_drive(road, self._style, self._random)
        except ValueError:  # both ends are the same spot of the same road
            return None
        if drive.length < SHORTEST_TRIP_M or not self._leads_back(road):
            return None
        self._start = self._start or road.points[0]
        self._here = road.points[-1]
        return drive

    def _leads_back(self, road: Road) -> bool:
        """Whether the tour can end where it began, also from here."""
        home, end = self._start or road.points[0], road.points[-1]
        if distance_m(*home, *end) < SHORTEST_TRIP_M:
            return True
        back = self._find(end, home)
        return back is not None and reaches(back, end, home)


def reaches(road: Road, begin: Place, end: Place) -> bool:
    """Whether the road really serves both addresses (not an island, not the middle of a bay)."""
    return (
        distance_m(*road.points[0], *begin) < _ROAD_ENDS_WITHIN_M
        and distance_m(*road.points[-1], *end) < _ROAD_ENDS_WITHIN_M
    )


def joined(*parts: Place | Road, to: Place | None = None) -> Road:
    """One way along places and roads, and `to` a last place; slow where there is no road.

    Where two parts meet at the same spot, nothing lies between.
    """
    points: list[Place] = []
    limits: list[float] = []
    for part in (*parts, *(() if to is None else (to,))):
        places = part.points if isinstance(part, Road) else (part,)
        if points and distance_m(*points[-1], *places[0]) > SHORTEST_SEGMENT_M:
            limits.append(OFF_ROAD_MPS)
        elif points:
            points.pop()
        points += places
        limits += part.limits if isinstance(part, Road) else ()
    if len(points) < 2:
        points, limits = points * 2, [OFF_ROAD_MPS]
    return Road(tuple(points), tuple(limits))
