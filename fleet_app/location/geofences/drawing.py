"""Geofences as files for other map programs, and as one collection for ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.location.geofences.fleet_zones import version_of
from fleet_app.location.geofences.kinds import GEOFENCES
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.geofences.spelling import geometry_of, shape_from, shape_of
from fleet_app.location.zones.drawn import DrawnZone
from fleet_app.location.zones.geojson import write_geojson
from fleet_app.location.zones.kml import write_kml
from fleet_app.records.listing import visible

_SAID = ("external_reference", "color", "schedule", "dwell_after_min", "speed_limit", "note")


class ZoneForm(StrEnum):
    """What a file of zones can be."""

    GEOJSON = "geojson"
    KML = "kml"

    @property
    def media(self) -> str:
        """Its media type."""
        return {"geojson": "application/geo+json",
                "kml": "application/vnd.google-earth.kml+xml"}[self.value]  # fmt: skip


def written(form: ZoneForm, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A file of zones, which an import reads back."""
    zones = [_drawn(row) for row in rows]
    return write_kml(zones) if form is ZoneForm.KML else write_geojson(zones)


def _drawn(row: Mapping[str, Any]) -> DrawnZone:
    said = {name: row[name] for name in _SAID if row[name] not in (None, "")}
    if row["group_name"]:
        said["group"] = row["group_name"]
    if not row["active"]:
        said["active"] = False
    return DrawnZone(row["name"], shape_from(row), said)


async def shapes_version(session: AsyncSession, principal: Principal, fleet_id: int | None) -> str:
    """Differs whenever what `shapes` answers does. Raises `Forbidden`, `NotFound`."""
    return await version_of(session, visible(principal, GEOFENCES, fleet_id))


async def shapes(
    session: AsyncSession, principal: Principal, fleet_id: int | None, *, inactive: bool = False
) -> bytes:
    """All zones that count, and `inactive` ones where they are asked for, as one collection.

    Each is in one piece: longitudes run on across the antimeridian, as maps draw them.
    Raises `Forbidden`, `NotFound`.
    """
    query = select(Geofence).where(
        *visible(principal, GEOFENCES, fleet_id),
        col(Geofence.deleted_at).is_(None),
        *([] if inactive else [col(Geofence.active)]),
    )
    features = [_feature(row) for row in await session.exec(query.order_by(col(Geofence.id)))]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _feature(row: Geofence) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.id,
        "properties": {
            "id": row.id, "name": row.name, "group": row.group_name, "color": row.color,
            "kind": row.kind, "radius_m": row.radius_m, "width_m": row.width_m,
            "version": row.version, "active": row.active, "schedule": row.schedule,
            "speed_limit": row.speed_limit,
        },
        "geometry": row.geometry or geometry_of(shape_of(row)),
    }  # fmt: skip
