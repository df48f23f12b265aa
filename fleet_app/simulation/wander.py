"""A vehicle that goes from wherever it stands to places, without ever leaping."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.simulation.drive import SHORTEST_SEGMENT_M, Drive, Road, Style, plan_drive
from fleet_app.simulation.tours import (
    SHORTEST_TRIP_M,
    TRIES,
    Area,
    FindRoad,
    NoRoads,
    Place,
    joined,
    reaches,
)
from fleet_app.simulation.traffic import Pace, slowed

_BACK_M = (60.0, 120.0, 240.0, 480.0, 960.0)
"""So far a vehicle turns back where no road leads on, until one does."""
_ASIDE_M = (60.0, 120.0, 240.0, 480.0)
_BEARINGS = range(0, 360, 60)
_OTHER_GOALS = 5
SLOWEST_MPS = 2.5
"""Nobody creeps for a whole trip: no traffic makes a road slower than this."""


class Wander:
    """Trips from wherever the vehicle is: to a place that is asked for, or anywhere.

    Each trip begins exactly where the last one ended. From a yard or a door to the road it goes
    straight and slowly, and out of a street that leads nowhere (at the edge of a map one-way
    streets do) back the way it came.
    """

    def __init__(
        self, area: Area, find: FindRoad, style: Style, seed: str, start: Place,
        *, pace: Pace | None = None,
    ) -> None:  # fmt: skip
        """`pace` is asked before each trip how much of the usual speeds is driven."""
        self._area = area
        self._find = find
        self._style = style
        self._pace = pace
        self._random = Random(seed)  # noqa: S311 - a simulation, not a secret
        self.here = start
        """Where the next trip begins."""
        self.last: Drive | None = None
        """The trip that led there, if it is known."""

    def goes_on_from(self, other: Wander) -> None:
        """Be where another one is: the same vehicle, driven in another way."""
        self.here, self.last = other.here, other.last

    def to(self, place: Place) -> Drive | None:
        """The trip to an address; None when no road leads there, or it is at the same kerb."""
        road = self._way(place)
        return None if road is None else self._driven(road)

    def into(self, place: Place) -> Drive | None:
        """The trip to a place beside the road: where the road ends, it goes on straight."""
        road = self._way(place)
        return None if road is None else self._driven(joined(road, to=place))

    def through(self, *places: Place) -> Drive | None:
        """One trip by way of places; None when no road leads along all of them."""
        road = self._way(places[0])
        for place in places[1:]:
            on = road and self._find(road.points[-1], place)
            if road is None or on is None or not reaches(on, road.points[-1], place):
                return None
            road = joined(road, on)
        return None if road is None else self._driven(road)

    def anywhere(self) -> Drive:
        """A trip of some length. Raises `NoRoads`."""
        for _ in range(TRIES):
            road = self._way(self._area.somewhere(self._random))
            if road is None or not self._leads_on(road):
                continue
            if drive := self._driven(road, SHORTEST_TRIP_M):
                return drive
        return self._aside()

    def _way(self, place: Place) -> Road | None:
        """From here to a place, also where the vehicle has to turn back first."""
        if distance_m(*self.here, *place) < SHORTEST_SEGMENT_M:
            return None
        if (road := self._found(self.here, place)) is not None:
            return joined(self.here, road)
        for back in self._backwards():
            if (road := self._found(back[-1], place)) is not None:
                return joined(*back, road)
        return None

    def _found(self, begin: Place, end: Place) -> Road | None:
        road = self._find(begin, end)
        return road if road is not None and reaches(road, begin, end) else None

    def _backwards(self) -> Iterator[list[Place]]:
        """The way it came, further and further back."""
        if self.last is None:
            return
        far = iter(_BACK_M)
        wanted, gone, back = next(far), 0.0, [self.here]
        for point in reversed(self.last.points):
            gone += distance_m(*back[-1], *point)
            back.append(point)
            if gone >= wanted:
                yield back
                wanted = next((metres for metres in far if metres > gone), 0.0)
                if not wanted:
                    return
        yield back

    def _leads_on(self, road: Road) -> bool:
        """Whether the end of a road can be left again."""
        begin, end = road.points[0], road.points[-1]
        return self._found(end, begin) is not None

    def _driven(self, road: Road, shortest: float = 0.0) -> Drive | None:
        try:
            road = road if self._pace is None else slowed(road, self._pace(), SLOWEST_MPS)
            drive = plan_drive(road, self._style, self._random)
        except ValueError:  # both ends are the same spot
            return None
        if drive.length < shortest:
            return None
        self.here, self.last = road.points[-1], drive
        return drive

    def _aside(self) -> Drive:
        """Straight to a road nearby that leads on, where none does from here."""
        goals = [self._area.somewhere(self._random) for _ in range(_OTHER_GOALS)]
        for metres in _ASIDE_M:
            for bearing in _BEARINGS:
                near = destination(*self.here, bearing, metres)
                roads = (self._found(near, goal) for goal in goals)
                if road := next((road for road in roads if road is not None), None):
                    drive = self._driven(joined(self.here, road), SHORTEST_TRIP_M)
                    if drive is not None:
                        return drive
        raise NoRoads(self.here)
