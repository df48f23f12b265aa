"""What an OSRM server answers whose roads are straight, at 10 m/s, with an island off them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import LatLon
from tests.builders.http_server import Answer, Asked

SEA, ISLAND = (59.0, 24.0), (60.5, 25.5)
MPS = 10.0


def encoded(points: list[LatLon]) -> str:
    """The usual encoding, with six decimals."""
    text, before = "", (0, 0)
    for point in points:
        now = round(point[0] * 1e6), round(point[1] * 1e6)
        for step in (now[0] - before[0], now[1] - before[1]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                text += chr((0x20 | (value & 0x1F)) + 63)
                value >>= 5
            text += chr(value + 63)
        before = now
    return text


def waypoint(point: LatLon) -> dict[str, Any]:
    return {"location": [point[1], point[0]], "distance": 9_000.0 if point == SEA else 3.0}


def leg(start: LatLon, end: LatLon) -> dict[str, Any]:
    metres = distance_m(*start, *end)
    drive = {"geometry": encoded([start, end]), "distance": metres, "duration": metres / 10,
             "name": "High Street", "maneuver": {"type": "depart", "modifier": "left"}}  # fmt: skip
    there = {"geometry": encoded([end, end]), "distance": 0, "duration": 0, "name": "",
             "maneuver": {"type": "arrive", "modifier": "right"}}  # fmt: skip
    return {"steps": [drive, there], "annotation": {"speed": [10.0]}}


def osrm(asked: Asked) -> Answer:
    """A server whose roads are straight, at 10 m/s; no road leads to the island."""
    path, _, query = asked.path.partition("?")
    service, _, _, places = path.strip("/").split("/")
    options = dict(part.split("=", 1) for part in query.split("&"))
    points = [
        (float(lat), float(lon)) for lon, lat in (one.split(",") for one in places.split(";"))
    ]
    if service == "table":
        return Answer(body=table(points, options))
    if service == "nearest":
        return Answer(body={"code": "Ok", "waypoints": [waypoint(points[0])]})
    if ISLAND in points:
        return Answer(400, {"code": "NoRoute", "message": "Impossible route between points"})
    legs = [leg(*pair) for pair in pairwise(points)]
    total = sum(each["steps"][0]["distance"] for each in legs)
    route = {"distance": total, "duration": total / 10, "geometry": encoded(points), "legs": legs}
    ends = [waypoint(point) for point in points]
    return Answer(body={"code": "Ok", "routes": [route], "waypoints": ends})


def table(points: list[LatLon], options: dict[str, str]) -> dict[str, Any]:
    rows = [points[int(n)] for n in options["sources"].split(";")]
    columns = [points[int(n)] for n in options["destinations"].split(";")]

    def metres(start: LatLon, end: LatLon) -> float | None:
        return None if ISLAND in (start, end) and start != end else distance_m(*start, *end)

    lengths = [[metres(row, column) for column in columns] for row in rows]
    times = [[each and each / 10 for each in row] for row in lengths]
    ends = {"sources": [*map(waypoint, rows)], "destinations": [*map(waypoint, columns)]}
    return {"code": "Ok", "durations": times, "distances": lengths, **ends}
