"""The path of a trip as short text: Google's encoded polyline at six decimals, and its times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians

PRECISION = 1e6
_METRES_PER_DEGREE = 111_195.0
Vertex = tuple[int, float, float]
"""Epoch milliseconds, latitude, longitude."""


def encode_places(path: Iterable[Vertex]) -> str:
    """Latitudes and longitudes, as Valhalla and the map read them."""
    numbers: list[int] = []
    lat0 = lon0 = 0
    for _, lat, lon in path:
        lat1, lon1 = round(lat * PRECISION), round(lon * PRECISION)
        numbers += (lat1 - lat0, lon1 - lon0)
        lat0, lon0 = lat1, lon1
    return encode_numbers(numbers)


def encode_times(path: Sequence[Vertex]) -> str:
    """Whole seconds from each vertex to the next; the first is the start of the trip, zero."""
    seconds = [round((vertex[0] - path[0][0]) / 1000) for vertex in path]
    return encode_numbers([b - a for a, b in zip([0, *seconds], seconds, strict=False)])


def encode_numbers(numbers: Iterable[int]) -> str:
    """Signed integers as printable text, five bits a character."""
    text: list[str] = []
    for number in numbers:
        value = number << 1 if number >= 0 else ~(number << 1)
        while value >= 0x20:
            text.append(chr((0x20 | (value & 0x1F)) + 63))
            value >>= 5
        text.append(chr(value + 63))
    return "".join(text)


def decode_numbers(text: str) -> list[int]:
    """What `encode_numbers` was given."""
    numbers, value, shift = [], 0, 0
    for character in text:
        chunk = ord(character) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return numbers


def decode_path(places: str, times: str, started_ms: int) -> list[Vertex]:
    """The vertices again, to a second and a tenth of a metre."""
    deltas, path, lat, lon, at_ms = decode_numbers(places), [], 0, 0, started_ms
    for i, seconds in enumerate(decode_numbers(times)):
        lat, lon, at_ms = lat + deltas[2 * i], lon + deltas[2 * i + 1], at_ms + 1000 * seconds
        path.append((at_ms, lat / PRECISION, lon / PRECISION))
    return path


def simplified(path: list[Vertex], tolerance_m: float) -> list[Vertex]:
    """`path` without vertices closer than `tolerance_m` to the line that stays.

    Douglas and Peucker (1973), without recursion: a path of thousands must not end the stack.
    """
    if len(path) < 3:
        return list(path)
    flat = _metric(path)
    kept = {0, len(path) - 1}
    spans = [(0, len(path) - 1)]
    while spans:
        first, last = spans.pop()
        worst, distance = _farthest(flat, first, last)
        if distance > tolerance_m:
            kept.add(worst)
            spans += ((first, worst), (worst, last))
    return [path[i] for i in sorted(kept)]


def _metric(path: list[Vertex]) -> list[tuple[float, float]]:
    """Metres east and north of the first vertex; exact enough for the shape of a trip."""
    _, lat0, lon0 = path[0]
    east = _METRES_PER_DEGREE * cos(radians(lat0))
    flat = []
    for _, lat, lon in path:
        turned = (lon - lon0 + 180.0) % 360.0 - 180.0  # a path may cross the antimeridian
        flat.append((turned * east, (lat - lat0) * _METRES_PER_DEGREE))
    return flat


def _farthest(flat: list[tuple[float, float]], first: int, last: int) -> tuple[int, float]:
    (x0, y0), (x1, y1) = flat[first], flat[last]
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    worst, most = first, -1.0
    for i in range(first + 1, last):
        x, y = flat[i][0] - x0, flat[i][1] - y0
        along = min(1.0, max(0.0, (x * dx + y * dy) / square)) if square else 0.0
        ex, ey = x - along * dx, y - along * dy
        if (error := ex * ex + ey * ey) > most:
            worst, most = i, error
    return worst, max(most, 0.0) ** 0.5
