"""The rectangle an extract covers, and positions along its edge. Degrees of longitude, latitude."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

Point = tuple[float, float]
"""(longitude, latitude), WGS 84 degrees."""

METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that does not cross the date line."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> Point:
        return ((self.west + self.east) / 2, (self.south + self.north) / 2)

    @property
    def corners(self) -> list[Point]:
        """Corners in the order of the edge: south-west, south-east, north-east, north-west."""
        w, s, e, n = self.west, self.south, self.east, self.north
        return [(w, s), (e, s), (e, n), (w, n)]

    @property
    def perimeter(self) -> float:
        """Length of the edge, degrees."""
        return 2 * (self.east - self.west + self.north - self.south)

    def square_metres(self, square_degrees: float) -> float:
        """An area near this rectangle, from square degrees."""
        return square_degrees * METRES_PER_DEGREE**2 * cos(radians(self.centre[1]))

    def as_list(self) -> list[float]:
        return [self.west, self.south, self.east, self.north]

    def edge_position(self, point: Point) -> float:
        """Where the edge point nearest to `point` lies, as distance from the south-west corner
        counter-clockwise, 0 <= position < perimeter."""
        x = min(max(point[0], self.west), self.east)
        y = min(max(point[1], self.south), self.north)
        width, height = self.east - self.west, self.north - self.south
        _, position = min(
            (y - self.south, x - self.west),
            (self.east - x, width + y - self.south),
            (self.north - y, width + height + self.east - x),
            (x - self.west, 2 * width + height + self.north - y),
        )
        return position % self.perimeter

    def edge_point(self, position: float) -> Point:
        """The point at a position that `edge_position` gave."""
        width, height = self.east - self.west, self.north - self.south
        rest = position % self.perimeter
        if rest <= width:
            return (self.west + rest, self.south)
        if rest <= width + height:
            return (self.east, self.south + rest - width)
        if rest <= 2 * width + height:
            return (self.east - (rest - width - height), self.north)
        return (self.west, self.north - (rest - 2 * width - height))

    def along_edge(self, start: Point, end: Point) -> list[Point]:
        """The shorter way along the edge from near `start` to near `end`, corners included."""
        first, last = self.edge_position(start), self.edge_position(end)
        forward = (last - first) % self.perimeter
        if forward <= self.perimeter / 2:
            return self._walk(first, forward)
        return self._walk(last, self.perimeter - forward)[::-1]

    def _walk(self, start: float, distance: float) -> list[Point]:
        turns = [self.edge_position(corner) for corner in self.corners]
        passed = sorted((turn - start) % self.perimeter for turn in turns)
        steps = [0.0, *(step for step in passed if 0 < step < distance), distance]
        return [self.edge_point(start + step) for step in steps]
