"""The way to the next stop: how far along it a vehicle is, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.roads import LatLon, RoadRoute

_METRES = 111_195.0
"""Of a degree of latitude."""
BACK_M = 60.0
"""A receiver's noise may seem to lead back so far."""
_AS_NEAR_M = 12.0
"""Of places on the way that are about as near, the first one counts: a way may cross itself."""


class Way:
    """A line with the seconds it takes to each of its points. Immutable."""

    def __init__(self, shape: Sequence[LatLon], seconds: Sequence[float]) -> None:
        """`seconds` are those since the beginning, one for each point of `shape`."""
        if len(shape) < 2 or len(seconds) != len(shape):
            raise ValueError("a way has two points or more, and a moment for each")
        self._origin = shape[0]
        self._scale = (_METRES, _METRES * max(cos(radians(shape[0][0])), 0.01))
        points = (np.asarray(shape, dtype=np.float64) - self._origin) * self._scale
        self._from, self._step = points[:-1], np.diff(points, axis=0)
        lengths = np.hypot(self._step[:, 0], self._step[:, 1])
        self._squares = np.maximum(lengths**2, 1e-9)
        self._metres: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(lengths)))
        self._seconds = np.maximum.accumulate(np.asarray(seconds, dtype=np.float64))

    @classmethod
    def along(cls, route: RoadRoute) -> Way:
        """The way of a road network's answer, with its own pace on each part of it."""
        shape = np.asarray(route.shape, dtype=np.float64)
        east = max(cos(radians(route.shape[0][0])), 0.01)
        lengths = np.hypot(*(np.diff(shape, axis=0) * (_METRES, _METRES * east)).T)
        speeds = np.maximum(np.asarray(route.speeds_mps or np.ones(len(lengths))), 0.5)
        seconds = np.concatenate(([0.0], np.cumsum(lengths / speeds)))
        whole = seconds[-1]
        if whole > 0:
            seconds = seconds * (route.duration_s / whole)
        else:
            seconds[-1] = route.duration_s
        return cls(route.shape, seconds.tolist())

    @property
    def length(self) -> float:
        """Metres of the line."""
        return float(self._metres[-1])

    @property
    def duration(self) -> float:
        """Seconds from its beginning to its end."""
        return float(self._seconds[-1])

    def left(self, along: float) -> float:
        """Seconds from `along` metres on to the end."""
        return self.duration - float(np.interp(along, self._metres, self._seconds))

    def find(self, lat: float, lon: float, after: float = 0.0) -> tuple[float, float]:
        """How many metres along a place lies, and how far beside; not before `after`, unless it
        lies much nearer to what comes before."""
        here = (np.array((lat, lon)) - self._origin) * self._scale
        share = ((here - self._from) * self._step).sum(axis=1) / self._squares
        share = np.clip(share, 0.0, 1.0)
        feet = self._from + share[:, None] * self._step
        beside = np.hypot(*(feet - here).T)
        along = self._metres[:-1] + share * np.diff(self._metres)
        ahead = along >= after - BACK_M
        if not ahead.any() or beside[ahead].min() > 3 * (beside.min() + _AS_NEAR_M):
            ahead = np.ones(len(along), dtype=bool)
        near = np.flatnonzero(ahead & (beside <= beside[ahead].min() + _AS_NEAR_M))
        first = int(near[0])
        run = [first]
        for one in near[1:].tolist():  # the nearest of those that follow upon each other
            if one != run[-1] + 1:
                break
            run.append(one)
        best = min(run, key=lambda one: float(beside[one]))
        return float(along[best]), float(beside[best])
