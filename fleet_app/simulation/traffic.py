"""How slowly traffic moves at an hour, and what each driver makes of it. Pure.

Nobody is told these: whoever wants to know when a vehicle arrives has to learn it from its fixes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from fleet_app.simulation.drive import Road

Pace = Callable[[], float]
"""The share of the usual speeds that is driven now."""
WORKDAY = (
    (0.0, 1.0), (6.0, 0.98), (7.5, 0.72), (8.5, 0.66), (9.5, 0.85), (12.0, 0.88), (14.5, 0.82),
    (16.0, 0.62), (17.0, 0.60), (18.5, 0.82), (20.0, 0.95), (24.0, 1.0),
)  # fmt: skip
"""(hour, share of the usual speeds), interpolated between."""
WEEKEND = ((0.0, 1.0), (10.0, 0.97), (13.0, 0.86), (16.0, 0.88), (19.0, 0.97), (24.0, 1.0))
_CALMEST = 0.86
_SATURDAY = 5


def flow(at: datetime) -> float:
    """The share of the usual speeds at a local time."""
    curve = WEEKEND if at.weekday() >= _SATURDAY else WORKDAY
    hour = at.hour + at.minute / 60 + at.second / 3600
    for (begins, before), (ends, after) in pairwise(curve):
        if hour <= ends:
            return before + (after - before) * (hour - begins) / (ends - begins)
    return curve[-1][1]


def calm(seed: str) -> float:
    """How much of the traffic's pace a driver makes use of: the same every day."""
    return Random(f"{seed} calm").uniform(_CALMEST, 1.0)  # noqa: S311 - a simulation


def pace_of(seed: str, zone: str, now: Callable[[], float]) -> Pace:
    """The pace of a driver in a place; `now` tells epoch seconds."""
    own, place = calm(seed), ZoneInfo(zone)
    return lambda: own * flow(datetime.fromtimestamp(now(), dt.UTC).astimezone(place))


def slowed(road: Road, pace: float, slowest: float) -> Road:
    """The road at that pace; nowhere faster than before, or slower than `slowest` for it."""
    limits: Sequence[float] = [max(limit * pace, min(limit, slowest)) for limit in road.limits]
    return Road(road.points, tuple(limits))
