"""Addresses of the installed map, without any network."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Mapping, Sequence
from math import cos, isfinite, radians
from pathlib import Path
from typing import NamedTuple

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.geocoding.errors import GeocoderUnavailable
from fleet_app.routing.geocoding.labels import label_of
from fleet_app.routing.geocoding.ports import Coordinate, Place, Precision, Standing
from fleet_app.routing.geocoding.store import is_current, reading
from fleet_app.routing.geocoding.words import Wanted, simpler, wanted

NEAREST_M = 200.0
"""A point without an address this near has none."""
NEIGHBOURHOOD_M = 2_000.0
"""Up to this distance, what is near is as good as what is nearer."""
MOST_CANDIDATES = 3_000
"""So many places are ranked."""
MOST_MATCHES = 20_000
"""From so many the nearest are taken, when it is known what is near."""
_METRES_PER_DEGREE = 111_195.0

NO_ADDRESSES = "No addresses are installed yet. Set the pin on the map, or type its coordinates."
COLUMNS = "kind, name, street, number, number_key, name_key, postcode, city, country, lat, lon"
_MATCHING = f"""
SELECT {COLUMNS} FROM places
WHERE id IN (SELECT rowid FROM words WHERE words MATCH :match LIMIT :most)
ORDER BY (lat - :lat) * (lat - :lat) + (lon - :lon) * (lon - :lon) * :narrowing LIMIT :kept
"""  # noqa: S608 - our own column names
_AROUND = f"""
SELECT {COLUMNS} FROM places
WHERE kind = 'address' AND lat BETWEEN :south AND :north AND lon BETWEEN :west AND :east
"""  # noqa: S608 - our own column names


class Row(NamedTuple):
    """One row of the file."""

    kind: str
    name: str
    street: str
    number: str
    number_key: str
    name_key: str
    postcode: str
    city: str
    country: str
    lat: float
    lon: float


class OfflineGeocoder:
    """Searches the file that comes with a built map; a rebuilt map counts at once."""

    def __init__(self, addresses: Path) -> None:
        """`addresses` need not be there yet."""
        self._path = addresses

    @property
    def standing(self) -> Standing:
        """Ready as soon as the map has addresses."""
        ready = is_current(self._path)
        return Standing(ready=ready, reason="" if ready else NO_ADDRESSES, as_you_type=True)

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """Places whose words begin with those of `text`, the likeliest first."""
        ways = [asked for one in simpler(text) if (asked := wanted(one)).words]
        if not ways or limit < 1:
            return []
        return await asyncio.to_thread(self._search, ways, near, limit)

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """The nearest address within 200 m."""
        if not (isfinite(lat) and isfinite(lon)):
            return None
        return await asyncio.to_thread(self._reverse, lat, lon)

    async def close(self) -> None:
        """Nothing stays open."""

    def _search(self, ways: Sequence[Wanted], near: Coordinate | None, limit: int) -> list[Place]:
        for find in (self._houses, self._streets):
            for asked in ways:
                if found := find(asked, near):
                    found.sort(key=lambda row: _rank(row, asked, near))
                    return [as_place(row) for row in found[:limit]]
        return []

    def _houses(self, asked: Wanted, near: Coordinate | None) -> list[Row]:
        return self._matching(asked, near) or self._matching(asked.without_letters(), near)

    def _streets(self, asked: Wanted, near: Coordinate | None) -> list[Row]:
        """The house is not on the map, but its street may be."""
        if not asked.digits:
            return []
        rows = self._matching(asked.without_numbers(), near)
        return [row for row in rows if row.kind == "street"]

    def _reverse(self, lat: float, lon: float) -> Place | None:
        north = NEAREST_M / _METRES_PER_DEGREE
        east = north / max(0.01, cos(radians(lat)))
        box = {"south": lat - north, "north": lat + north, "west": lon - east, "east": lon + east}
        rows = self._rows(_AROUND, box)
        near = [(distance_m(lat, lon, row.lat, row.lon), row) for row in rows]
        distance, row = min(near, default=(NEAREST_M + 1, None))
        return as_place(row) if row is not None and distance <= NEAREST_M else None

    def _matching(self, asked: Wanted, near: Coordinate | None) -> list[Row]:
        if not asked.words:
            return []
        values = {"match": _match(asked), "most": MOST_CANDIDATES, "kept": MOST_CANDIDATES}
        if near is None:  # all the same to the order below
            return self._rows(_MATCHING, {**values, "lat": None, "lon": None, "narrowing": None})
        narrowing = cos(radians(near.lat)) ** 2
        at = {"lat": near.lat, "lon": near.lon, "narrowing": narrowing}
        return self._rows(_MATCHING, {**values, **at, "most": MOST_MATCHES})

    def _rows(self, query: str, values: Mapping[str, object]) -> list[Row]:
        if not is_current(self._path):
            return []
        try:
            with reading(self._path) as file:
                return [Row(*row) for row in file.execute(query, dict(values))]
        except sqlite3.Error as error:
            raise GeocoderUnavailable from error


def as_place(row: Row) -> Place:
    """A row as the port shows it."""
    precision: Precision = "address"
    if row.kind in ("street", "place"):
        precision = "street" if row.kind == "street" else "place"
    return Place(
        label=label_of(
            name=row.name, street=row.street, house_number=row.number, postcode=row.postcode,
            city=row.city if row.city != row.name else "", country=row.country,
        ),
        street=row.street,
        house_number=row.number,
        postcode=row.postcode,
        city=row.city,
        country=row.country,
        lat=row.lat,
        lon=row.lon,
        source="offline",
        precision=precision,
    )  # fmt: skip


def _match(asked: Wanted) -> str:
    """Every word must occur; those that may still be growing only as a beginning."""
    last = len(asked.words) - 1
    terms = (
        f'"{word}"*' if place == last or (len(word) > 1 and not word.isdecimal()) else f'"{word}"'
        for place, word in enumerate(asked.words)
    )
    return " AND ".join(terms)


_Rank = tuple[int, int, int, float, str, list[int], str]


def _rank(row: Row, asked: Wanted, near: Coordinate | None) -> _Rank:
    """What sorts first is likeliest: the exact house, the name it begins with, the nearest."""
    first = next((word for word in asked.words if not word.isdecimal()), "")
    away = distance_m(near.lat, near.lon, row.lat, row.lon) if near else 0.0
    if not asked.digits:  # whoever reads down the houses of a street wants them in order
        away = away // NEIGHBOURHOOD_M
    return (
        _house_rank(row, asked),
        0 if row.name_key.startswith(first) else 1,
        _kind_rank(row, asked),
        away,
        row.name_key,
        [int(part) for part in re.findall(r"[0-9]+", row.number_key)],
        row.number_key,
    )


def _house_rank(row: Row, asked: Wanted) -> int:
    if not asked.digits:
        return 0
    if row.number_key in asked.numbers:
        return 0
    return 1 if row.number_key.split(" ")[0] in asked.digits else 2


def _kind_rank(row: Row, asked: Wanted) -> int:
    """Without a house number the street itself is likelier than any of its houses."""
    order = ("address", "poi", "street", "place") if asked.digits else ("street", "place", "poi")
    return order.index(row.kind) if row.kind in order else len(order)
