"""An extract -> the file in which addresses are searched without a network."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from fleet_app.mapbuild.address_rows import RawRow, raw_rows
from fleet_app.mapbuild.errors import MapBuildError
from fleet_app.mapbuild.extract import Extract
from fleet_app.mapbuild.nearby import Nearby
from fleet_app.routing.geocoding.store import KINDS, LAYOUT, SCHEMA
from fleet_app.routing.geocoding.words import key

SAME_HOUSE_M = 150.0
"""Things with one address are one house up to this distance."""
SAME_STREET_M = 3_000.0
"""Pieces of one name are one street up to this distance."""
SAME_TOWN_M = 500.0
"""A house without a town has that of a neighbour in its street."""

_COLUMNS = ", ".join(RawRow._fields)
_MARKS = ", ".join("?" * len(RawRow._fields))


def write_addresses(extract: Extract, target: Path, scratch: Path) -> Counter[str]:
    """Writes `target`, whole or not at all; rows by kind. Raises `MapBuildError`.

    Works through files in `scratch`, so that a whole country needs little memory.
    """
    fresh = scratch / f"{target.name}.fresh"
    fresh.unlink(missing_ok=True)
    try:
        with closing(_staged(raw_rows(extract), scratch)) as staging:
            counts = _write(fresh, staging)
    except sqlite3.Error as error:  # a full disk, or an SQLite without full-text search
        raise MapBuildError(f"cannot write the addresses of the map: {error}") from error
    fresh.chmod(0o644)
    fresh.replace(target)
    return counts


def _staged(rows: Iterable[RawRow], scratch: Path) -> sqlite3.Connection:
    """The rows in a file, which is gone when its connection is closed."""
    path = scratch / "addresses.raw"
    path.unlink(missing_ok=True)
    staging = sqlite3.connect(path)
    path.unlink()
    staging.execute("PRAGMA journal_mode = OFF")
    staging.execute(f"CREATE TABLE raw ({_COLUMNS})")
    staging.executemany(f"INSERT INTO raw VALUES ({_MARKS})", rows)  # noqa: S608 - our own names
    staging.execute("CREATE INDEX raw_by ON raw (kind, key, number_key, rank)")
    return staging


def _write(fresh: Path, staging: sqlite3.Connection) -> Counter[str]:
    counts: Counter[str] = Counter()
    with closing(sqlite3.connect(fresh)) as file:
        file.execute("PRAGMA journal_mode = OFF")  # a broken file is thrown away
        file.executescript(SCHEMA)
        for kind in KINDS:
            for found in _found(staging, kind):
                _insert(file, kind, found)
                counts[kind] += 1
        file.execute("INSERT INTO words (words) VALUES ('optimize')")
        file.execute(f"PRAGMA user_version = {LAYOUT}")
        file.commit()
    return counts


@dataclass
class _Found:
    """Things of the extract that are one and the same."""

    best: RawRow
    names: dict[str, RawRow] = field(default_factory=dict)
    postcode: str = ""
    city: str = ""
    country: str = ""
    aliases: str = ""

    def add(self, row: RawRow) -> None:
        self.postcode = self.postcode or row.postcode
        self.city = self.city or row.city
        self.country = self.country or row.country
        if row.name:
            self.names.setdefault(key(row.name), row)


def _found(staging: sqlite3.Connection, kind: str) -> Iterator[_Found]:
    """What there is of one kind, by name."""
    raw = "place" if kind == "place" else "street" if kind == "street" else "address"
    for name_key, rows in groupby(_raw(staging, raw), key=lambda row: row.key):
        if kind == "street":
            yield from _street(staging, name_key, list(rows))
        elif kind == "place":
            yield from (_Found(row, aliases=row.aliases) for row in rows)
        else:
            for house in _houses(staging, name_key, rows):
                yield from [house] if kind == "address" else _named(house)


def _street(staging: sqlite3.Connection, name_key: str, rows: list[RawRow]) -> Iterator[_Found]:
    towns: Nearby[RawRow] = Nearby(SAME_STREET_M)
    for row in _raw(staging, "address", name_key):
        if row.city:
            towns.add(row.lat, row.lon, row)
    aliases = " ".join(dict.fromkeys(row.aliases for row in rows if row.aliases))
    for street in _merged(rows, SAME_STREET_M):
        street.aliases = aliases
        town = towns.nearest(street.best.lat, street.best.lon)
        if town is not None:
            street.city, street.country = town.city, town.country
        yield street


def _houses(staging: sqlite3.Connection, name_key: str, rows: Iterable[RawRow]) -> Iterator[_Found]:
    houses, towns = [], Nearby[_Found](SAME_TOWN_M)
    for _, same in groupby(rows, key=lambda row: row.number_key):
        houses.extend(_merged(same, SAME_HOUSE_M))
    for house in houses:
        if house.city:
            towns.add(house.best.lat, house.best.lon, house)
    streets = {row.aliases for row in _raw(staging, "street", name_key) if row.aliases}
    for house in houses:
        house.aliases = " ".join(sorted(streets))
        town = None if house.city else towns.nearest(house.best.lat, house.best.lon)
        if town is not None:
            house.city, house.country = town.city, house.country or town.country
        yield house


def _named(house: _Found) -> Iterator[_Found]:
    """The shops and other named things in a house, each with the address of the house."""
    for row in house.names.values():
        yield _Found(row, {}, house.postcode, house.city, house.country, house.aliases)


def _merged(rows: Iterable[RawRow], metres: float) -> list[_Found]:
    """One entry for rows that are near each other; the first row of each says where it is."""
    found: list[_Found] = []
    heads: Nearby[_Found] = Nearby(metres)
    for row in rows:
        same = heads.nearest(row.lat, row.lon)
        if same is None:
            same = _Found(row)
            found.append(same)
            heads.add(row.lat, row.lon, same)
        same.add(row)
    return found


def _raw(staging: sqlite3.Connection, kind: str, name_key: str | None = None) -> Iterator[RawRow]:
    query = f"SELECT {_COLUMNS} FROM raw WHERE kind = ?"  # noqa: S608 - our own names
    values = [kind]
    if name_key is not None:
        query, values = query + " AND key = ?", [kind, name_key]
    for row in staging.execute(query + " ORDER BY kind, key, number_key, rank", values):
        yield RawRow(*row)


def _insert(file: sqlite3.Connection, kind: str, found: _Found) -> None:
    best = found.best
    name = best.name if kind in ("poi", "place") else ""
    cursor = file.execute(
        "INSERT INTO places VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(kind, name, best.street, best.number, best.number_key, key(name) or best.key),
            *(found.postcode, found.city, found.country, best.lat, best.lon),
        ),
    )
    spoken = (name, best.street, best.number, found.postcode, found.city, found.aliases)
    text = " ".join(dict.fromkeys(key(" ".join(spoken)).split()))
    file.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (cursor.lastrowid, text))
