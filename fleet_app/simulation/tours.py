"""Where vehicles go: rounds of addresses on real roads, planned leg by leg and shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Lock

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.simulation.drive import Drive, Road, Style, plan_drive

Place = tuple[float, float]
"""(lat, lon) in degrees."""
FindRoad = Callable[[Place, Place], Road | None]
"""The road between two places; None when there is none."""
TRIES = 40
STARTS = 25
SHORTEST_TRIP_M = 400.0
_ROAD_ENDS_WITHIN_M = 400.0
OFF_ROAD_MPS = 4.0
"""How fast a vehicle goes where there is no road."""


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
        last = done == self._stops - 1
        if last and self._start and (home := self._try(self._here, self._start)):
            return home
        for _ in range(TRIES):
            begin = self._here if self._start else self._area.somewhere(self._random)
            if drive := self._try(begin, self._next_address(begin)):
                return drive
        return None

    def _next_address(self, begin: Place) -> Place:
        for _ in range(TRIES):
            away = self._random.uniform(2 * SHORTEST_TRIP_M, 5_000.0)
            place = destination(*begin, self._random.uniform(0, 360), away)
            if self._area.contains(place):
                return place
        return self._area.somewhere(self._random)

    def _try(self, begin: Place, end: Place) -> Drive | None:
        road = self._find(begin, end)
        if road is None or not _reaches(road, begin, end):
            return None
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
        return back is not None and _reaches(back, end, home)


class Wander:
    """Trips from wherever the vehicle is: to a place that is asked for, or anywhere."""

    def __init__(self, area: Area, find: FindRoad, style: Style, seed: str, start: Place) -> None:
        self._area = area
        self._find = find
        self._style = style
        self._random = Random(seed)  # noqa: S311 - a simulation, not a secret
        self.here = start
        """Where the next trip begins."""

    def to(self, place: Place) -> Drive | None:
        """The trip to an address; None when no road leads there, or it is at the same kerb."""
        road = self._find(self.here, place)
        if road is None or not _reaches(road, self.here, place):
            return None
        try:
            drive = plan_drive(road, self._style, self._random)
        except ValueError:  # both ends are the same spot of the same road
            return None
        self.here = road.points[-1]
        return drive

    def into(self, place: Place) -> Drive | None:
        """The trip to a place beside the road: where the road ends, it goes on straight."""
        road = self._find(self.here, place)
        if road is None or not _reaches(road, self.here, place):
            return None
        last = Road((road.points[-1], place), (OFF_ROAD_MPS,))
        try:
            drive = plan_drive(
                Road(road.points + last.points[1:], road.limits + last.limits), self._style,
                self._random,
            )  # fmt: skip
        except ValueError:  # it stands there
            return None
        self.here = place
        return drive

    def through(self, *places: Place) -> Drive | None:
        """One trip by way of places; None when no road leads along all of them."""
        roads, begin = [], self.here
        for place in places:
            road = self._find(begin, place)
            if road is None or not _reaches(road, begin, place):
                return None
            roads.append(road)
            begin = road.points[-1]
        points = [point for road in roads for point in road.points]
        # Where two roads meet, the point comes twice.
        limits = [limit for road in roads for limit in (*road.limits, road.limits[-1])][:-1]
        try:
            drive = plan_drive(Road(tuple(points), tuple(limits)), self._style, self._random)
        except ValueError:  # all of them are the same spot
            return None
        self.here = begin
        return drive

    def anywhere(self) -> Drive:
        """A trip of some length. Raises `NoRoads`."""
        start = self.here
        for _ in range(TRIES):
            drive = self.to(self._area.somewhere(self._random))
            if drive is not None and drive.length >= SHORTEST_TRIP_M:
                return drive
            self.here = start
        # Where a map is cut, one-way streets lead out of it: somewhere else there is a way.
        for _ in range(STARTS):
            self.here = self._area.somewhere(self._random)
            if drive := self.to(self._area.somewhere(self._random)):
                return drive
        raise NoRoads(start)


def _reaches(road: Road, begin: Place, end: Place) -> bool:
    """Whether the road really serves both addresses (not an island, not the middle of a bay)."""
    return (
        distance_m(*road.points[0], *begin) < _ROAD_ENDS_WITHIN_M
        and distance_m(*road.points[-1], *end) < _ROAD_ENDS_WITHIN_M
    )
