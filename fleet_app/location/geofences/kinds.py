"""Geofences: what people write about them."""

from __future__ import annotations

from typing import Any

from sqlmodel import col

from fleet_app.location.geofences.models import Geofence, GeofenceKind
from fleet_app.location.geofences.shaping import before_save
from fleet_app.location.geofences.spelling import Geometry, Ids, look_at_shapes
from fleet_app.location.zones.checking import (
    MAX_LAT,
    MAX_RADIUS_M,
    MAX_WIDTH_M,
    MIN_RADIUS_M,
    MIN_WIDTH_M,
)
from fleet_app.records.fields import Computed, Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.types import Color, Flag, Hours, Line, Lines, Name, Number, OptionalLine

# fmt: off


class GeofenceFields(Fields):
    """A zone as people write it."""

    name: Name = field("Name", max_length=120, example="Customer yard", group="Zone",
                       aliases=("geofence", "zone", "title"))
    group_name: Line = field("Group", default="", max_length=80, example="Customers", group="Zone",
                             help="Zones of a group are found and shown together",
                             aliases=("folder", "category"))
    color: Color = field("Colour", default=None, max_length=7, example="#1a73e8", group="Zone",
                         input="color", shown=False, aliases=("color",))
    active: Flag = field("Active", FieldType.FLAG, default=True, example=True, group="Zone",
                         help="Visits are noticed only while it is")
    kind: GeofenceKind = field("Shape", FieldType.CHOICE, default=GeofenceKind.CIRCLE,
                               choices=GeofenceKind, example="circle", group="Place",
                               for_many=False, aliases=("type", "shape type"))
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-MAX_LAT, le=MAX_LAT,
                        example=60.1699, group="Place", shown=False, for_many=False,
                        help="Of the middle of a circle", aliases=("latitude",))
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180,
                        example=24.9384, group="Place", shown=False, for_many=False,
                        help="Of the middle of a circle",
                        aliases=("longitude", "lng", "long"))
    radius_m: Number = field("Radius", FieldType.NUMBER, default=None, ge=MIN_RADIUS_M,
                             le=MAX_RADIUS_M, unit="m", example=150, group="Place", shown=False,
                             help="Of a circle", aliases=("radius",))
    width_m: Number = field("Width", FieldType.NUMBER, default=None, ge=MIN_WIDTH_M, le=MAX_WIDTH_M,
                            unit="m", group="Place", shown=False, help="Of a corridor",
                            aliases=("width",))
    geometry: Geometry = field("Outline", FieldType.GEOMETRY, default=None, group="Place",
                               shown=False, sortable=False, filterable=False, for_many=False,
                               help="Of a polygon or a corridor, as GeoJSON",
                               aliases=("geojson", "geometry", "coordinates"))
    schedule: Hours = field("Hours", default="", max_length=200, group="Rules", shown=False,
                            example="Mon-Fri 07:00-18:00",
                            help="Like Mon-Fri 22:00-06:00; Sat 10:00-14:00; empty means always",
                            aliases=("schedule", "weekly hours"))
    dwell_after_min: Number = field("Long stay after", FieldType.NUMBER, default=None, gt=0,
                                    le=43_200, unit="min", example=30, group="Rules",
                                    help="Whoever stays longer is noticed once more",
                                    aliases=("dwell", "dwell time", "dwell after"))
    speed_limit: Number = field("Speed limit", FieldType.NUMBER, default=None, gt=0, le=100,
                                unit="m/s", example=8.3333, group="Rules",
                                help="Driving faster inside is noticed",
                                aliases=("maximum speed", "max speed"))
    vehicle_ids: Ids = field("Only for vehicles", FieldType.TAGS, default=[], group="Rules",
                             shown=False, sortable=False, filterable=False, importable=False,
                             for_many=False, example=[], help="None means for all vehicles")
    driver_ids: Ids = field("Only for drivers", FieldType.TAGS, default=[], group="Rules",
                            shown=False, sortable=False, filterable=False, importable=False,
                            for_many=False, example=[], help="None means for all drivers")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Zone",
        help="Its number in another system", aliases=("external id",),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Zone", aliases=("notes", "comment", "description"))


# fmt: on


def _column(name: str) -> Any:
    return lambda _: getattr(Geofence, name)


GEOFENCES = Kind(
    name="geofence",
    plural="geofences",
    label="Zone",
    label_plural="Zones",
    model=Geofence,
    fields=GeofenceFields,
    search=("name", "group_name", "note", "external_reference"),
    key="name",
    unique={"uq_geofences_name": ("name", "there is a zone of this name already")},
    computed=(
        Computed(name="area_m2", title="Area", type=FieldType.NUMBER, unit="m²",
                 expression=_column("area_m2"), shown=False, example=70685.8,
                 extra={"digits": 0}),
        Computed(name="corners", title="Corners", type=FieldType.INTEGER, shown=False,
                 expression=_column("corners"), example=0),
        Computed(name="center_lat", title="Latitude of its middle", type=FieldType.NUMBER,
                 shown=False, expression=_column("center_lat"), example=60.1699),
        Computed(name="center_lon", title="Longitude of its middle", type=FieldType.NUMBER,
                 shown=False, expression=_column("center_lon"), example=24.9384),
    ),
    before_save=before_save,
    prepare=look_at_shapes,
    own=lambda principal: col(Geofence.fleet_id) == principal.fleet_id,
    icon="hexagon",
    extra={"together": (("kind", "lat", "lon", "radius_m", "width_m", "geometry"),)},
)  # fmt: skip
