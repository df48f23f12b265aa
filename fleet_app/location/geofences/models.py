"""The table of the zones that fleets drew."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from fleet_app.kernel.columns import choice, primary_key, reference, tags
from fleet_app.records.base import Record, by_text, unique_alive


class GeofenceKind(StrEnum):
    """What a zone looks like."""

    CIRCLE = "circle"
    POLYGON = "polygon"
    CORRIDOR = "corridor"


class Geofence(Record, table=True):
    """A place that a fleet wants to hear about.

    A circle is `lat`, `lon` and `radius_m`; a polygon a GeoJSON Polygon in `geometry`, a corridor a
    LineString there with `width_m`, both in the one spelling of `zones.checking`, whose longitudes
    run on across the antimeridian. What follows from the shape stands from `center_lat` on.
    """

    __tablename__ = "geofences"
    __table_args__ = (
        unique_alive("uq_geofences_name", "fleet_id", text("lower(name)")),
        unique_alive("uq_geofences_external_reference", "fleet_id", "external_reference"),
        Index("ix_geofences_fleet_version", "fleet_id", "version"),
        *by_text("geofences", "group_name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=120)
    group_name: str = Field(default="", max_length=80)
    color: str | None = Field(default=None, max_length=7)
    kind: GeofenceKind = choice(GeofenceKind)
    lat: float | None = None
    lon: float | None = None
    radius_m: float | None = None
    width_m: float | None = None
    geometry: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    schedule: str = Field(default="", max_length=200)
    dwell_after_min: float | None = None
    speed_limit: float | None = None
    """m/s"""
    vehicle_ids: list[int] = tags()
    driver_ids: list[int] = tags()
    active: bool = True
    note: str = Field(default="", max_length=2000)
    center_lat: float
    center_lon: float
    area_m2: float
    corners: int
    west: float
    south: float
    east: float
    north: float
