"""What Google's Routes API is asked and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fleet_app.routing.roads import polyline
from fleet_app.routing.roads.costing import Costing, Mode, mode_of
from fleet_app.routing.roads.ports import Directions, LatLon, Maneuver, RoadRoute
from fleet_app.routing.roads.ports import Leg as RoadLeg

ROUTES = "/directions/v2:computeRoutes"
MATRIX = "/distanceMatrix/v2:computeRouteMatrix"
MATRIX_FIELDS = "originIndex,destinationIndex,condition,distanceMeters,duration"
_LEG = "routes.legs.distanceMeters,routes.legs.duration"
_STEP = "routes.legs.steps.distanceMeters,routes.legs.steps.staticDuration"
_LINE = "routes.legs.steps.polyline.encodedPolyline"
ROUTE_FIELDS = f"{_LEG},{_STEP},{_LINE}"
TURN_FIELDS = f"{ROUTE_FIELDS},routes.legs.steps.navigationInstruction.instructions"
EXISTS = "ROUTE_EXISTS"
_MODES: dict[Mode, str] = {
    "auto": "DRIVE", "truck": "DRIVE", "motor_scooter": "TWO_WHEELER", "bicycle": "BICYCLE",
}  # fmt: skip
_DECIMALS = 5
LONGEST_S = 9_000_000.0


class Element(msgspec.Struct):
    """One pair; numbers that are 0 are left out."""

    originIndex: int = 0  # noqa: N815 - Google's name
    destinationIndex: int = 0  # noqa: N815
    condition: str = ""
    distanceMeters: int = 0  # noqa: N815
    duration: str = "0s"


class Line(msgspec.Struct):
    """A line with five decimals."""

    encodedPolyline: str = ""  # noqa: N815


class Words(msgspec.Struct):
    """What a driver is told."""

    instructions: str = ""


class Step(msgspec.Struct):
    """One thing to do, and the way from there to the next."""

    polyline: Line
    distanceMeters: int = 0  # noqa: N815
    staticDuration: str = "0s"  # noqa: N815
    navigationInstruction: Words = msgspec.field(default_factory=Words)  # noqa: N815


class Leg(msgspec.Struct):
    """From one point to the next."""

    steps: list[Step] = []
    distanceMeters: int = 0  # noqa: N815
    duration: str = "0s"


class Route(msgspec.Struct):
    """A way."""

    legs: list[Leg] = []


class Routes(msgspec.Struct):
    """The fastest way first; none at all where there is no way."""

    routes: list[Route] = []


def seconds(text: str) -> float:
    """`"12.5s"` as a number. Raises `ValueError`."""
    if not text.endswith("s"):
        raise ValueError("a duration ends with s")
    value = float(text[:-1])
    if not 0 <= value <= LONGEST_S:
        raise ValueError("a duration out of bounds")
    return value


def point(place: LatLon) -> dict[str, Any]:
    """A waypoint."""
    return {"location": {"latLng": {"latitude": place[0], "longitude": place[1]}}}


def ends(points: Sequence[LatLon]) -> list[dict[str, Any]]:
    """The ends of a matrix."""
    return [{"waypoint": point(place)} for place in points]


def has_traffic(costing: Costing) -> bool:
    """Whether traffic holds up who travels so."""
    return mode_of(costing) != "bicycle"


def travel(costing: Costing) -> dict[str, Any]:
    """How one travels. Google knows no trucks, so they are cars."""
    traffic = {"routingPreference": "TRAFFIC_AWARE"} if has_traffic(costing) else {}
    return {"travelMode": _MODES[mode_of(costing)], **traffic}


def route_request(points: Sequence[LatLon], costing: Costing, language: str) -> dict[str, Any]:
    """A way through points."""
    first, *between, last = [point(place) for place in points]
    asked = {"origin": first, "destination": last, "languageCode": language, "units": "METRIC"}
    return {**asked, **({"intermediates": between} if between else {}), **travel(costing)}


def directions_of(legs: Sequence[Leg], language: str) -> Directions:
    """All legs as one. Raises `ValueError` where they have no line."""
    shape: list[LatLon] = []
    told: list[Maneuver] = []
    found = [_add(leg, shape, told) for leg in legs]
    if not shape:
        raise ValueError("a way without a line")
    shape = shape if len(shape) > 1 else shape * 2
    length = sum(leg.distance_m for leg in found)
    lasts = sum(leg.duration_s for leg in found)
    return Directions(length, lasts, tuple(shape), tuple(told), language, False, tuple(found))


def _add(leg: Leg, shape: list[LatLon], told: list[Maneuver]) -> RoadLeg:
    for step in leg.steps:
        line = polyline.decode(step.polyline.encodedPolyline, _DECIMALS)
        words = step.navigationInstruction.instructions
        at = max(0, len(shape) - 1)
        told.append(Maneuver(words, step.distanceMeters, seconds(step.staticDuration), at))
        shape += line[1 if shape and line and shape[-1] == line[0] else 0 :]
    end, count = max(0, len(shape) - 1), len(leg.steps)
    return RoadLeg(float(leg.distanceMeters), seconds(leg.duration), end, count)


def route_of(told: Directions) -> RoadRoute:
    """The way alone. Each stretch between two turns has one speed: its own, as far as known."""
    segments = len(told.shape) - 1
    average = told.distance_m / told.duration_s if told.duration_s > 0 else 0.0
    speeds = [average] * segments
    usual = sum(each.duration_s for each in told.maneuvers)
    slower = told.duration_s / usual if usual > 0 else 1.0
    stops = [*(each.shape_index for each in told.maneuvers[1:]), segments]
    for each, until in zip(told.maneuvers, stops, strict=True):
        if each.duration_s > 0 and each.length_m > 0:
            speed = each.length_m / (each.duration_s * slower)
            speeds[each.shape_index : until] = [speed] * max(0, until - each.shape_index)
    return RoadRoute(told.distance_m, told.duration_s, told.shape, tuple(speeds[:segments]), False)
