"""What an OSRM server answers, and how its turns are put into words."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleet_app.routing.roads.ports import LatLon
from fleet_app.routing.roads.wire import Table


class Waypoint(msgspec.Struct):
    """Where a point was put: (longitude, latitude), and how far away that is."""

    location: tuple[float, float]
    distance: float = 0.0


class Nearest(msgspec.Struct):
    """The roads near a point."""

    waypoints: list[Waypoint]


class TableAnswer(msgspec.Struct):
    """Seconds and metres."""

    durations: list[list[float | None]]
    distances: list[list[float | None]]
    sources: list[Waypoint]
    destinations: list[Waypoint]

    @property
    def table(self) -> Table:
        """Both as one."""
        return Table(self.durations, self.distances)


class Turn(msgspec.Struct):
    """What kind of thing is to be done."""

    type: str = ""
    modifier: str = ""
    exit: int = 0


class Step(msgspec.Struct):
    """One thing to do, and the way from there to the next."""

    geometry: str
    distance: float
    duration: float
    maneuver: Turn
    name: str = ""


class Annotation(msgspec.Struct):
    """Of each segment of the shape."""

    speed: list[float] = []


class Leg(msgspec.Struct):
    """From one point to the next."""

    steps: list[Step] = []
    annotation: Annotation | None = None

    @property
    def speeds(self) -> list[float]:
        """Metres a second of each segment."""
        return self.annotation.speed if self.annotation else []


class Route(msgspec.Struct):
    """A way."""

    distance: float
    duration: float
    geometry: str
    legs: list[Leg] = []


class Routes(msgspec.Struct):
    """The fastest way first."""

    routes: list[Route]
    waypoints: list[Waypoint]


class Tracepoint(msgspec.Struct):
    """Where a fix was put, and on which of the ways."""

    location: tuple[float, float]
    matchings_index: int = 0


class Matching(msgspec.Struct):
    """One way without a break."""

    geometry: str


class MatchAnswer(msgspec.Struct):
    """Ways, and each fix; None for one that fits nowhere."""

    matchings: list[Matching]
    tracepoints: list[Tracepoint | None]


_SIDES = {"fork": "Keep", "on ramp": "Take the ramp", "off ramp": "Take the exit"}


def coordinates(points: Sequence[LatLon]) -> str:
    """Points as OSRM wants them."""
    return ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)


def instruction_of(step: Step) -> str:
    """The turn in plain English."""
    onto = f" onto {step.name}" if step.name else ""
    turn, way = step.maneuver, step.maneuver.modifier
    if turn.type == "depart":
        return f"Drive along {step.name}" if step.name else "Drive off"
    if turn.type == "arrive":
        return "You have arrived" + (f", on the {way}" if way in ("left", "right") else "")
    return _turn(turn) + onto


def _turn(turn: Turn) -> str:
    if turn.type in ("roundabout", "rotary"):
        return f"At the roundabout take exit {turn.exit}" if turn.exit else "Take the roundabout"
    if turn.modifier == "uturn":
        return "Make a U-turn"
    if turn.type == "merge":
        return "Merge"
    if turn.type in ("new name", "continue") or turn.modifier in ("", "straight"):
        return "Continue"
    return f"{_SIDES.get(turn.type, 'Turn')} {turn.modifier}"
