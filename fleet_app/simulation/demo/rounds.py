"""Who drives when, and which stops in which order. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import atan2, cos, hypot, radians
from zoneinfo import ZoneInfo

from fleet_app.fleet.models import VehicleType
from fleet_app.simulation import cast

ZONE = ZoneInfo(cast.TIME_ZONE)
Point = tuple[float, float]


@dataclass(frozen=True)
class Shift:
    """When rounds of a kind are driven, at the fleet's place. There is one at any hour."""

    name: str
    starts: dt.time
    ends: dt.time
    crews: tuple[int, ...]
    pattern: str
    """The shift in the driver's record."""


SHIFTS = (
    Shift("Night", dt.time(0, 10), dt.time(6, 40), (19, 20, 21, 22), "Mon-Sun 00:00-07:00"),
    Shift("Day", dt.time(6, 30), dt.time(14, 50), (2, 3, 4, 5, 6, 7, 8, 9, 23, 25),
          "Mon-Sun 06:15-15:00"),
    Shift("Evening", dt.time(14, 40), dt.time(23, 40), (10, 11, 12, 13, 14, 15, 16, 17, 18),
          "Mon-Sun 14:30-24:00"),
)  # fmt: skip
NIGHT, DAY, EVENING = SHIFTS
PLANNED_AT = dt.time(0, 2)
"""When the rounds of a day are made."""
_SHARES = {
    VehicleType.VAN: 12.8,
    VehicleType.TRUCK: 11.0,
    VehicleType.CAR: 12.2,
    VehicleType.BIKE: 10.0,
    VehicleType.SCOOTER: 8.0,
}


@dataclass(frozen=True)
class Round:
    """One vehicle's tour of one day."""

    day: dt.date
    shift: Shift
    crew: int

    @property
    def name(self) -> str:
        """What the office calls it."""
        return f"{self.shift.name} {self.shift.crews.index(self.crew) + 1}"

    @property
    def reference(self) -> str:
        """Its name for finding it again."""
        return f"R-{self.day:%Y%m%d}-{self.crew:02}"

    @property
    def starts_at(self) -> datetime:
        """When the vehicle leaves."""
        return moment(self.day, self.shift.starts)

    @property
    def ends_at(self) -> datetime:
        """When the vehicle is back."""
        return moment(self.day, self.shift.ends)


@dataclass(frozen=True)
class Seat:
    """Where an order is on a round, and when the vehicle is there; `joins` where that is later than
    the round is planned."""

    tour: Round
    place: int
    arrival: datetime
    joins: datetime | None = None


def moment(day: dt.date, time: dt.time) -> datetime:
    """A time of day where the fleet is."""
    return datetime.combine(day, time, ZONE).astimezone(dt.UTC)


def rounds_of(day: dt.date) -> list[Round]:
    """Every round of a day."""
    return [Round(day, shift, crew) for shift in SHIFTS for crew in shift.crews]


def shift_of(crew: int) -> Shift | None:
    """The shift a crew works, if it drives rounds."""
    return next((shift for shift in SHIFTS if crew in shift.crews), None)


def shares(total: int) -> dict[int, int]:
    """How many stops each crew gets of a day's `total`."""
    wanted = {crew: _SHARES[cast.CREWS[crew - 1].type] for shift in SHIFTS for crew in shift.crews}
    scale = total / sum(wanted.values())
    given = {crew: int(share * scale) for crew, share in wanted.items()}
    for crew in list(given)[: total - sum(given.values())]:
        given[crew] += 1
    return given


def sectors(points: Sequence[Point], sizes: dict[int, int]) -> dict[int, list[int]]:
    """Indexes of `points` for each crew: slices of the city as seen from its middle."""
    middle = _middle(points)
    around = sorted(range(len(points)), key=lambda index: _angle(middle, points[index]))
    found: dict[int, list[int]] = {}
    for crew, size in sizes.items():
        found[crew], around = around[:size], around[size:]
    return found


def in_driving_order(indexes: Sequence[int], points: Sequence[Point], start: Point) -> list[int]:
    """Always the nearest of those that are left."""
    left, here, ordered = list(indexes), start, []
    while left:
        nearest = min(left, key=lambda index: _apart(here, points[index]))
        left.remove(nearest)
        ordered.append(nearest)
        here = points[nearest]
    return ordered


def _middle(points: Sequence[Point]) -> Point:
    count = max(len(points), 1)
    return sum(lat for lat, _ in points) / count, sum(lon for _, lon in points) / count


def _angle(middle: Point, point: Point) -> float:
    return atan2(point[0] - middle[0], (point[1] - middle[1]) * cos(radians(middle[0])))


def _apart(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0])))
