"""The map of a trip report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import shapely

from fleet_app.analytics.map_files.drawing import (
    Mark,
    Zone,
    a_map,
    add_marks,
    add_way,
    add_zones,
    parts_of,
)  # fmt: skip
from fleet_app.analytics.map_files.reading import DrawnZone, Material
from fleet_app.analytics.map_files.report_parts import Places, numbers_of
from fleet_app.analytics.map_files.texts import SIGNS, duration
from fleet_app.analytics.map_files.track import (
    LIMITS,
    MOST_POINTS,
    around,
    box_of,
    near,
    unwrapped,
    way_of,
)  # fmt: skip
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.replay import Columns, thinned
from fleet_app.location.zones.outlines import outline_of
from fleet_app.routing.background import Line, background_of

MOST_MARKS = 600
_TEAL = "#0f766e"
_TOLERANCE = 1e-5
"""Degrees, about a metre: what a zone's outline loses."""


def map_of(
    material: Material, columns: Columns, places: Places, folder: Path
) -> tuple[str, str] | None:
    """The element and the script; None when there is nothing to draw."""
    columns = thinned(columns, material.gap_ms, MOST_POINTS)
    path = _path(columns)
    facts = [*material.listed, *material.noticed]
    box = box_of(path or [(fact.lat, fact.lon) for fact in facts])
    if box is None:
        return None
    middle = (box.west + box.east) / 2
    drawn = a_map(box, background_of(folder, around(box)), material.words.ruler.units)
    add_zones(drawn, (zone for one in material.zones for zone in _drawn(one, middle)))
    if len(columns) > 1:
        ruler = material.words.ruler
        measure = ruler.of("m/s")
        limits = [measure.stored(one) if measure else one for one in LIMITS[ruler.units]]
        add_way(drawn, way_of(columns, material.gap_ms, limits))
    add_marks(drawn, list(_marks(material, places, path, middle))[:MOST_MARKS])
    return parts_of(drawn)


def _path(columns: Columns) -> Line:
    if not len(columns):
        return []
    return list(zip(columns.lat.tolist(), unwrapped(columns.lon).tolist(), strict=True))


def _drawn(zone: DrawnZone, middle: float) -> Iterator[Zone]:
    outline = outline_of(zone.shape).simplify(_TOLERANCE)
    for polygon in shapely.get_parts(outline):
        if polygon.is_empty:
            continue
        rings = [polygon.exterior, *polygon.interiors]
        yield Zone(
            name=zone.name, color=zone.color or _TEAL,
            rings=[[(round(lat, 6), round(near(lon, middle), 6)) for lon, lat in ring.coords]
                   for ring in rings],
        )  # fmt: skip


def _marks(material: Material, places: Places, path: Line, middle: float) -> Iterator[Mark]:
    words = material.words
    if path:
        for kind, sign, title, (lat, lon) in (
            ("start", "▶", "Beginning", path[0]), ("end", "■", "End", path[-1]),
        ):  # fmt: skip
            yield Mark(lat=lat, lon=lon, kind=kind, sign=sign, title=title, rank=1)
    numbers = numbers_of(material.listed)
    for fact in material.listed:
        if fact.kind is FactKind.STOP:
            yield _stop(material, fact, numbers, places, middle)
    for fact in material.noticed:
        title = words.event(fact, material.names.geofences)
        kind = fact.kind.value if fact.kind in SIGNS else "other"
        yield Mark(
            lat=fact.lat, lon=near(fact.lon, middle), kind=kind, sign=SIGNS.get(fact.kind, "•"),
            title=title, lines=[words.moment(fact.started_at)], rank=2,
        )  # fmt: skip


def _stop(
    material: Material, fact: StoredFact, numbers: Mapping[int, int], places: Places, middle: float
) -> Mark:
    words, number = material.words, numbers[fact.id or 0]
    place = places.get(fact.id or 0, (None, None))[0]
    lasted = duration(((fact.ended_at or material.now) - fact.started_at).total_seconds())
    when = words.span(fact.started_at, fact.ended_at, fact.started_at)
    return Mark(
        lat=fact.lat, lon=near(fact.lon, middle), kind="stop", sign=str(number), rank=3,
        title=f"Stop {number}" + (f": {place}" if place else ""),
        lines=[words.day(fact.started_at), f"{when}, {lasted}"],
    )  # fmt: skip
