"""Encoded polylines: with six decimals Valhalla and OSRM write lines, Google with five."""

from __future__ import annotations

from collections.abc import Iterator

from fleet_app.routing.roads.ports import LatLon

DECIMALS = 6


def decode(text: str, decimals: int = DECIMALS) -> list[LatLon]:
    """The points of an encoded line. Raises `ValueError` for text that is none."""
    values = list(_numbers(text))
    if len(values) % 2:
        raise ValueError("an encoded line holds pairs of numbers")
    points, lat, lon, scale = [], 0, 0, 10.0**decimals
    for north, east in zip(values[::2], values[1::2], strict=True):
        lat, lon = lat + north, lon + east
        points.append((lat / scale, lon / scale))
    return points


def _numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        chunk = ord(character) - 63
        if not 0 <= chunk < 64:
            raise ValueError(f"{character!r} does not belong in an encoded line")
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
    if shift:
        raise ValueError("the encoded line stops within a number")
