"""What a phone's receiver makes of a true position. Pure: a random source in, offsets out."""

from __future__ import annotations

from math import cos, exp, radians, sqrt
from random import Random

from fleet_app.kernel.geo import EARTH_RADIUS_M

LARGEST_ERROR_M = 12.0
"""No reported position is further than this from the true one along either axis."""
_METRES_PER_DEGREE = radians(1.0) * EARTH_RADIUS_M


class GpsNoise:
    """Correlated position error (first-order Gauss-Markov on both axes): it drifts, never hops."""

    def __init__(
        self, random: Random, *, sigma_m: float = 2.5, correlation_s: float = 40.0
    ) -> None:
        self._random = random
        self._sigma = sigma_m
        self._correlation = correlation_s
        self._east = random.gauss(0.0, sigma_m)
        self._north = random.gauss(0.0, sigma_m)

    def apply(self, lat: float, lon: float, passed_s: float) -> tuple[float, float, float]:
        """(lat, lon, claimed accuracy in m) as reported `passed_s` after the last call."""
        keep = exp(-max(passed_s, 0.0) / self._correlation)
        fresh = self._sigma * sqrt(1.0 - keep * keep)
        self._east = _bounded(self._east * keep + self._random.gauss(0.0, fresh))
        self._north = _bounded(self._north * keep + self._random.gauss(0.0, fresh))
        accuracy = 3.0 + abs(self._random.gauss(0.0, 1.5)) + abs(self._east + self._north) / 3
        shift = self._east / (_METRES_PER_DEGREE * max(cos(radians(lat)), 0.01))
        return lat + self._north / _METRES_PER_DEGREE, lon + shift, round(accuracy, 1)


def _bounded(metres: float) -> float:
    return min(max(metres, -LARGEST_ERROR_M), LARGEST_ERROR_M)
