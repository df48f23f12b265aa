"""Zones on and beside the way of a day, and when the vehicle was truly inside."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, radians, sin
from random import Random
from typing import NamedTuple

import numpy as np

from bench._truth.world import Day, Span
from fleet_app.kernel.geo import destination
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.shapes import (
    METRES_PER_DEGREE,
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
)
from fleet_app.location.zones.zone import Zone

LEFT_M = 25.0
"""A true visit is over when the vehicle got so far away; a way along the edge is one visit."""
EDGE_M = 10.0
"""A visit never deeper than this cannot be told from noise: it may be told or not."""
STEP_S = 1.0


class TrueVisit(NamedTuple):
    """From the first crossing of the edge to the last."""

    span: Span
    depth_m: float

    @property
    def on_edge(self) -> bool:
        """Whether nobody can know."""
        return self.depth_m < EDGE_M


def kind_of(zone: Zone) -> str:
    """The word for its shape in the figures."""
    return type(zone.shape).__name__.lower()


def zones_for(seed: str, day: Day) -> list[Zone]:
    """Around stops, across roads, along them, and close beside where the vehicle parks."""
    random = Random(f"{seed} zones")
    stops, legs = day.stops(), [leg for leg in day.legs if leg.drive.length > 700]
    shapes: list[Shape] = []
    for stop in random.sample(stops, min(5, len(stops))):
        shapes.append(_circle(random, stop.lat, stop.lon, 20, (50, 160)))
    for stop in random.sample(stops, min(3, len(stops))):
        shapes.append(_polygon(random, stop.lat, stop.lon, (70, 220)))
    for stop in random.sample(stops, min(2, len(stops))):
        radius = random.uniform(50, 150)
        near = destination(stop.lat, stop.lon, random.uniform(0, 360),
                           radius + random.uniform(12, 40))  # fmt: skip
        shapes.append(Circle((near[1], near[0]), radius))
    for number in range(9):
        leg = random.choice(legs)
        seconds = random.uniform(0.1, 0.7) * leg.drive.duration
        where = leg.drive.at(seconds)
        if number % 3 == 0:
            shapes.append(_circle(random, where.lat, where.lon, 60, (60, 250)))
        elif number % 3 == 1:
            shapes.append(_polygon(random, where.lat, where.lon, (60, 250)))
        elif corridor := _corridor(random, day, leg.start + seconds):
            shapes.append(corridor)
    return [Zone(id=number, shape=checked(shape)) for number, shape in enumerate(shapes, 1)]


def _circle(
    random: Random, lat: float, lon: float, off: float, radius: tuple[float, float]
) -> Circle:
    lat, lon = destination(lat, lon, random.uniform(0, 360), random.uniform(0, off))
    return Circle((lon, lat), random.uniform(*radius))


def _polygon(random: Random, lat: float, lon: float, size: tuple[float, float]) -> Polygon:
    reach, corners = random.uniform(*size) / METRES_PER_DEGREE, random.randint(4, 11)
    ring: list[Position] = []
    for corner in range(corners):
        turn, far = 2 * pi * corner / corners, reach * random.uniform(0.6, 1.0)
        ring.append((lon + far * cos(turn) / cos(radians(lat)), lat + far * sin(turn)))
    return Polygon(tuple(ring))


def _corridor(random: Random, day: Day, moment: float) -> Corridor | None:
    """Along the next minute or two of the way."""
    line: list[Position] = []
    for step in range(random.randint(6, 14)):
        where = day.at(moment + 10.0 * step)
        if not line or (where.lon, where.lat) != line[-1]:
            line.append((where.lon, where.lat))
    return Corridor(tuple(line), random.uniform(40, 90)) if len(line) > 2 else None


def true_visits(day: Day, index: ZoneIndex) -> dict[int, list[TrueVisit]]:
    """By zone id, from the true way, a place a second."""
    moments = np.array([*_looks(day)])
    places = [day.at(moment) for moment in moments]
    found = index.around(
        [place.lon for place in places], [place.lat for place in places], LEFT_M + EDGE_M
    )
    visits: dict[int, list[TrueVisit]] = {zone.id: [] for zone in index.zones}
    for number, zone in enumerate(index.zones):
        signed = np.full(len(moments), np.inf)
        mine = found.zone == number
        signed[found.place[mine]] = found.signed_m[mine]
        visits[zone.id] = [*_visits(moments.tolist(), signed.tolist())]
    return visits


def _looks(day: Day) -> Iterator[float]:
    """Every second of the drives; standing needs only its beginning and end."""
    yield day.begin
    for leg in day.legs:
        yield from np.arange(leg.start, leg.end, STEP_S)
        yield leg.end
    yield day.end


def _visits(moments: list[float], signed: list[float]) -> Iterator[TrueVisit]:
    since, last, depth = None, 0.0, 0.0
    for at, (moment, metres) in enumerate(zip(moments, signed, strict=True)):
        if metres <= 0:
            since = moment if since is None else since
            last = moments[min(at + 1, len(moments) - 1)]
            depth = max(depth, -metres)
        elif since is not None and metres >= LEFT_M:
            yield TrueVisit(Span(since, last), depth)
            since, depth = None, 0.0
    if since is not None:
        yield TrueVisit(Span(since, moments[-1]), depth)
