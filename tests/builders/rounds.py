"""Routes in progress for tests of estimates: stops on a straight street, positions along it."""

from __future__ import annotations

from typing import Any

from fleet_app.kernel.geo import destination
from fleet_app.planning.live.following import Sight, Ways
from fleet_app.planning.live.sheet import Sheet, Stop
from fleet_app.planning.live.ways import Way

START = (60.0, 25.0)
APART_M, MPS = 2_000.0, 10.0
"""From stop to stop along the street, and how fast it goes by the network."""
LEG_S = APART_M / MPS
NOON = 1_772_452_800.0
"""2026-03-02, a Monday, 12:00 UTC."""


def on_street(metres: float, beside: float = 0.0) -> tuple[float, float]:
    """A place on the street, or to the north of it."""
    place = destination(*START, 90.0, metres)
    return destination(*place, 0.0, beside) if beside else place


def a_sheet(count: int = 4, *, done: int = 0, **said: Any) -> Sheet:
    """A route with stops 1, 2, … two kilometres from each other, the first so far from the start;
    the first `done` of them are over. `said` is of every stop."""
    stops = tuple(
        Stop(
            id=number, delivery_id=100 + number, lat=on_street(number * APART_M)[0],
            lon=on_street(number * APART_M)[1], is_open=number > done,
            **{"service_s": 120.0, **said},
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    legs = {(one.id, other.id): LEG_S * abs(other.id - one.id) for one in stops for other in stops}
    return Sheet(route_id=7, stops=stops, legs=legs)


def way_to(stop: int, start_m: float = 0.0) -> Ways:
    """The way along the street to a stop."""
    end = stop * APART_M
    way = Way([on_street(start_m), on_street(end)], [0.0, (end - start_m) / MPS])
    return Ways(way, way)


def a_sight(after: float, metres: float, beside: float = 0.0, **said: Any) -> Sight:
    """A position so many seconds after noon."""
    lat, lon = on_street(metres, beside)
    return Sight(at=NOON + after, lat=lat, lon=lon, **{"speed": MPS, **said})
