"""The port every road network stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal, Protocol

from fleet_app.kernel.errors import InvalidInput

LatLon = tuple[float, float]
"""(latitude, longitude), WGS 84 degrees."""

Costing = Literal["auto", "truck", "bicycle"]
"""Whose roads, speeds and restrictions apply."""


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


class RoadNetwork(Protocol):
    """Finds ways along roads. Calls block (about 1 to 50 ms a city route) and may come from any
    thread: from a coroutine use `asyncio.to_thread`."""

    @property
    def is_estimate(self) -> bool:
        """Whether every route is a guess, because there is no road data."""
        ...

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points` in this order.

        Raises `InvalidInput` for fewer than two points or impossible coordinates, `NoRoute` if
        roads do not connect them.
        """
        ...


def check_points(points: Sequence[LatLon]) -> None:
    """Raises `InvalidInput` unless these are two or more places on Earth."""
    if len(points) < 2:
        raise InvalidInput("a route needs at least two points", fields={"points": "too few"})
    for number, (lat, lon) in enumerate(points):
        if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
            raise InvalidInput(
                f"point {number} is not on Earth: {lat}, {lon}",
                fields={f"points.{number}": "latitude -90..90, longitude -180..180"},
            )
