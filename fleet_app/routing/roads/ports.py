"""The port every road network stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fleet_app.kernel.errors import InvalidInput
from fleet_app.routing.roads.costing import Costing, Mode, costing_of

__all__ = [
    "MOST_MATRIX_POINTS",
    "UNREACHABLE",
    "Costing",
    "Directions",
    "LatLon",
    "Leg",
    "Maneuver",
    "Mode",
    "Reach",
    "RoadMatrix",
    "RoadNetwork",
    "RoadRoute",
    "Snap",
    "check_places",
    "check_points",
    "costing_of",
]

LatLon = tuple[float, float]
"""(latitude, longitude), WGS 84 degrees."""

UNREACHABLE = 10_000_000
"""Stands in a matrix, as seconds or metres, where no road leads."""
MOST_MATRIX_POINTS = 2_000
"""On either side of a matrix."""


@dataclass(frozen=True, slots=True)
class RoadRoute:
    """A way along roads, in driving order."""

    distance_m: float
    """Length, metres."""
    duration_s: float
    """Driving time without stops at the points, seconds; turns and crossings count."""
    shape: tuple[LatLon, ...]
    """The line driven, at least two points."""
    speeds_mps: tuple[float, ...]
    """Speed on each segment of `shape`, metres a second: one less than points; () if unknown."""
    is_estimate: bool
    """True if no roads were looked at: a straight line with a guessed detour."""

    def __post_init__(self) -> None:
        if len(self.shape) < 2:
            raise ValueError("a route has at least two points")
        if self.speeds_mps and len(self.speeds_mps) != len(self.shape) - 1:
            raise ValueError("one speed for each segment of the shape")


@dataclass(frozen=True, slots=True)
class RoadMatrix:
    """What driving takes from each source (row) to each target (column), in whole seconds and
    metres; `UNREACHABLE` in both where no road leads."""

    durations_s: NDArray[np.int64]
    distances_m: NDArray[np.int64]
    is_estimate: bool
    is_stand_in: bool = False
    """Whether it comes from elsewhere because the road service did not answer."""
    knows_traffic: bool = False
    """Whether the traffic of the hour is in it already."""

    def __post_init__(self) -> None:
        if self.durations_s.shape != self.distances_m.shape:
            raise ValueError("as many durations as distances")

    def part(self, rows: Sequence[int], columns: Sequence[int]) -> RoadMatrix:
        """Some rows and columns, in that order."""
        chosen = np.ix_(rows, columns)
        return replace(
            self, durations_s=self.durations_s[chosen], distances_m=self.distances_m[chosen]
        )


@dataclass(frozen=True, slots=True)
class Maneuver:
    """One thing to do on the way."""

    instruction: str
    """For people, in the language of the directions."""
    length_m: float
    """From here to the next."""
    duration_s: float
    shape_index: int
    """Where on the shape of the directions it is done."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of a way from one of its points to the next."""

    distance_m: float
    duration_s: float
    shape_end: int
    """Where on the shape of the directions it ends."""
    maneuvers: int
    """How many of the directions' maneuvers are its own, after those of the legs before."""
    is_estimate: bool = False
    """No road leads along this part alone: it is straight."""


@dataclass(frozen=True, slots=True)
class Directions:
    """A way with everything its driver has to do."""

    distance_m: float
    duration_s: float
    shape: tuple[LatLon, ...]
    maneuvers: tuple[Maneuver, ...]
    language: str
    """The tag of the language used, which is English where the wanted one is not known."""
    is_estimate: bool
    legs: tuple[Leg, ...]
    """One for each point but the first."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one gets in so many minutes: the outer rings of what can be reached."""

    minutes: float
    rings: tuple[tuple[LatLon, ...], ...]
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Snap:
    """The place on a road that is nearest to a point."""

    lat: float
    lon: float
    distance_m: float


class RoadNetwork(Protocol):
    """Finds ways along roads. Calls block (about 1 to 50 ms a city route, seconds for a matrix of
    hundreds) and may come from any thread: from a coroutine use `RoadService`.

    Every call raises `InvalidInput` for impossible coordinates and `RoadsUnavailable` when a
    service outside does not answer.
    """

    name: str
    """What it is, for people."""

    version: str
    """Differs where answers may differ: another map, another service."""

    languages: tuple[str, ...]
    """In which turns are told."""

    @property
    def is_estimate(self) -> bool:
        """Whether every route is a guess, because there is no road data."""
        ...

    @property
    def knows_traffic(self) -> bool:
        """Whether durations depend on when one departs."""
        ...

    @property
    def knows_sizes(self) -> bool:
        """Whether large trucks are led round low bridges and weak roads."""
        ...

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points` in this order.

        Raises `InvalidInput` for fewer than two points or impossible coordinates, `NoRoute` if
        roads do not connect them.
        """
        ...

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """From each of `points` to each of `targets`, which are the same points unless given."""
        ...

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """The way through `points` with its turns. Raises as `route`."""
        ...

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """How far one gets from `point`, for each of `minutes`. Raises `NoRoute` off the roads."""
        ...

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """The nearest place on a road for each point; None where there is none within reach."""
        ...


def check_points(points: Sequence[LatLon]) -> None:
    """Raises `InvalidInput` unless these are two or more places on Earth."""
    if len(points) < 2:
        raise InvalidInput("a route needs at least two points", fields={"points": "too few"})
    check_places(points)


def check_places(points: Sequence[LatLon], most: int | None = None) -> None:
    """Raises `InvalidInput` unless all are places on Earth, and at most so many."""
    if most is not None and len(points) > most:
        raise InvalidInput(
            f"{len(points)} places are too many; the most are {most}", fields={"points": "too many"}
        )
    for number, (lat, lon) in enumerate(points):
        if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
            raise InvalidInput(
                f"point {number} is not on Earth: {lat}, {lon}",
                fields={f"points.{number}": "latitude -90..90, longitude -180..180"},
            )
