"""Files of other map programs as geofences, the way people would have typed them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import msgspec

from fleet_app.kernel.errors import InvalidInput, TooLarge
from fleet_app.kernel.texts import one_line
from fleet_app.location.geofences.models import GeofenceKind
from fleet_app.location.geofences.shaping import columns_of
from fleet_app.location.zones.drawn import DrawnZone
from fleet_app.location.zones.geojson import read_geojson
from fleet_app.location.zones.kml import read_kml

MOST_AT_ONCE = 2_000
"""Zones of a file: they are stored in one transaction, in which everybody else waits for names."""
_SAID = {
    "group_name": ("group_name", "group", "folder"),
    "color": ("color",),
    "active": ("active",),
    "schedule": ("schedule", "hours"),
    "dwell_after_min": ("dwell_after_min",),
    "speed_limit": ("speed_limit",),
    "external_reference": ("external_reference", "external_id"),
    "note": ("note", "description"),
}
"""Fields, and what files call them."""
_STYLES = ("fill", "stroke")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds: the values of records, and what was wrong with the other features."""

    rows: list[dict[str, Any]]
    problems: list[str]


def read_file(data: bytes, name: str) -> ReadFile:
    """The zones of a GeoJSON, KML or KMZ file; what it is shows from its content.

    Raises `InvalidInput` or `TooLarge` when it is none as a whole.
    """
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"{":
        found = read_geojson(data)
    elif start == b"<" or data.startswith(b"PK"):
        found = read_kml(data)
    else:
        message = "Choose a GeoJSON, KML or KMZ file"
        raise InvalidInput(message, fields={"file": "is no GeoJSON, KML or KMZ"})
    if len(found.zones) > MOST_AT_ONCE:
        raise TooLarge(
            f"The file has {len(found.zones):,} zones; the most at once is {MOST_AT_ONCE:,}."
        )
    stem = one_line(PurePath(name).stem)[:100].strip() or "Zone"
    rows = [_row(zone, f"{stem} {number}") for number, zone in enumerate(found.zones, 1)]
    return ReadFile(rows=rows, problems=found.problems)


def _row(zone: DrawnZone, otherwise: str) -> dict[str, Any]:
    shape = columns_of(zone.shape)
    shape["kind"] = GeofenceKind(shape["kind"]).value
    return {"name": zone.name or otherwise, **_said(zone.properties), **shape}


def _said(properties: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, names in _SAID.items():
        told = (properties.get(name) for name in names)
        value = next((one for one in told if one not in (None, "")), None)
        if value is not None:
            found[field] = value
    styles = (properties.get(name) for name in _STYLES)
    drawn = (one for one in styles if isinstance(one, str) and _COLOR.fullmatch(one))
    style = next(drawn, None)
    return {"color": style, **found} if style else found
