"""Files and collections of geofences as the API describes them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fleet_app.catalogue.corridors import MOST_PLACES
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.geofences.drawing import ZoneForm
from fleet_app.location.geofences.kinds import GEOFENCES
from fleet_app.location.zones.checking import MAX_WIDTH_M, MIN_WIDTH_M
from mobile_api.schemas.errors import ErrorEnvelope
from mobile_api.schemas.forms import file_form
from mobile_api.schemas.records import (
    NOT_ALLOWED,
    TAKEN,
    UNKNOWN,
    answers,
    example_row,
    of_rows,
    with_etag,
)

_OUTCOME = {
    "dry_run": False, "created": 1, "updated": 0, "unchanged": 0, "failed": 1,
    "zones": [{"name": "Customer yard", "what": "created", "id": 12, "message": "", "fields": {},
               "question": ""}],
    "problems": ["Old yard: The outline crosses or touches itself at 60.17000, 24.94000."],
}  # fmt: skip
IMPORTED = answers(_OUTCOME, _403=NOT_ALLOWED, _404=UNKNOWN)
FORM = file_form("A GeoJSON, KML or KMZ file of up to 32 MB and 2,000 zones.")
_COLLECTION = {
    "type": "FeatureCollection",
    "features": [{
        "type": "Feature", "id": 12,
        "properties": {"id": 12, "name": "Customer yard", "group": "Customers", "color": "#1a73e8",
                       "kind": "circle", "radius_m": 150.0, "width_m": None, "version": 1},
        "geometry": {"type": "Point", "coordinates": [24.9384, 60.1699]},
    }],
}  # fmt: skip
_GEOJSON = {"schema": {"type": "object"}, "example": _COLLECTION}
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorEnvelope, "description": NOT_ALLOWED},
    404: {"model": ErrorEnvelope, "description": UNKNOWN},
}
SHAPES: dict[int | str, dict[str, Any]] = {
    200: {"description": "All zones that count.", "content": {ZoneForm.GEOJSON.media: _GEOJSON}},
    304: {"description": "You have it already, as your `If-None-Match` says."},
    **_ERRORS,
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {ZoneForm.GEOJSON.media: _GEOJSON, ZoneForm.KML.media: _BYTES},
    },
    **_ERRORS,
}
MADE = of_rows(
    GEOFENCES,
    with_etag(
        answers(example_row(GEOFENCES), code=201, _403=NOT_ALLOWED, _404=UNKNOWN, _409=TAKEN)
    ),
)


class PlaceIn(BaseModel):
    """A place on the way."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    lat: float = Field(ge=-85, le=85)
    lon: float = Field(ge=-180, le=180)


class CorridorIn(BaseModel):
    """Where a corridor is to lead: along a route, or through places."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "example": {
                "name": "To the harbour",
                "width_m": 100,
                "fleet_id": 1,
                "points": [{"lat": 60.17, "lon": 24.93}, {"lat": 60.19, "lon": 24.96}],
            }
        },
    )

    name: str = Field(min_length=1, max_length=120)
    width_m: float = Field(ge=MIN_WIDTH_M, le=MAX_WIDTH_M)
    group_name: str = Field(default="", max_length=80)
    route_id: int | None = Field(default=None, gt=0, lt=2**63)
    points: list[PlaceIn] = Field(default_factory=list, max_length=MOST_PLACES)
    fleet_id: int | None = Field(
        default=None, gt=0, lt=2**63, description="Whose it will be, for administrators."
    )

    @model_validator(mode="after")
    def _one_way(self) -> CorridorIn:
        if (self.route_id is None) == (not self.points):
            raise ValueError("name a route, or at least two points")
        return self


def no_way(route_id: int) -> InvalidInput:
    """A route that leads nowhere yet."""
    message = f"Route {route_id} has fewer than two places: plan its stops first"
    return InvalidInput(message, fields={"route_id": message})
