"""What `POST /api/v1/locations` takes, as structs for decoding and for the API's description."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from fleet_app.kernel.clock import CALENDAR_MS
from fleet_app.location.protocols.values import (
    ALTITUDES,
    MAX_ACCURACY,
    MAX_ATTRIBUTES,
    MAX_KEY,
    MAX_SPEED,
    MAX_TEXT,
)
from mobile_api.schemas.errors import ErrorEnvelope, answer_example

MAX_FIXES = 500
MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds (1973), below it seconds (until the year 5138)."""

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Key = Annotated[str, Meta(min_length=1, max_length=MAX_KEY)]
Integer = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class FixIn(msgspec.Struct, frozen=True, kw_only=True):
    """One position report as it comes in."""

    recorded_at: datetime | Annotated[float, Meta(ge=0, le=CALENDAR_MS[1])]
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    speed: Annotated[float, Meta(ge=0, le=MAX_SPEED)] | None = None
    heading: Annotated[float, Meta(ge=0, le=360)] | None = None
    accuracy: Annotated[float, Meta(ge=0, le=MAX_ACCURACY)] | None = None
    altitude: Annotated[float, Meta(ge=ALTITUDES[0], le=ALTITUDES[1])] | None = None
    battery: Annotated[float, Meta(ge=0, le=100)] | None = None
    event_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    attributes: (
        Annotated[dict[Key, Text | Integer | float | bool | None], Meta(max_length=MAX_ATTRIBUTES)]
        | None
    ) = None
    vehicle_id: int | None = None


class PostIn(msgspec.Struct, frozen=True, kw_only=True):
    """A post that names its vehicle and wraps its fixes. Without `fixes` it is a single fix."""

    fixes: Annotated[list[FixIn], Meta(max_length=MAX_FIXES)] | UnsetType = UNSET
    vehicle_id: int | None = None


class LoosePost(msgspec.Struct, frozen=True, kw_only=True):
    """A post whose fixes are looked at one by one, to say what is wrong with each."""

    fixes: list[msgspec.Raw] | UnsetType = UNSET
    vehicle_id: Any = None


def request_schema() -> dict[str, Any]:
    """The JSON schema of the request body, references resolved inside itself."""
    _, components = msgspec.json.schema_components([FixIn], ref_template="#/$defs/{name}")
    fix = components["FixIn"]
    many = {"type": "array", "items": fix, "minItems": 1, "maxItems": MAX_FIXES}
    wrapped = {
        "type": "object",
        "required": ["fixes"],
        "properties": {"fixes": many, "vehicle_id": {"type": "integer"}},
    }
    return {"anyOf": [wrapped, fix, many]}


EXAMPLE_FIX = {
    "recorded_at": "2026-11-22T10:15:30Z",
    "latitude": 60.1699,
    "longitude": 24.9384,
    "speed": 8.3,
    "heading": 271.5,
    "accuracy": 4.0,
    "battery": 83,
    "event_id": "0d5e1c1e-7c4e-4b8e-9a53-0a8a4f6f2a51",
}
REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": request_schema(),
            "examples": {
                "one": {"summary": "One fix", "value": EXAMPLE_FIX},
                "many": {"summary": "Several fixes", "value": {"fixes": [EXAMPLE_FIX]}},
            },
        }
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Every fix is on disk.",
        "content": {
            "application/json": {
                "example": answer_example(
                    {
                        "accepted": 2,
                        "duplicates": 0,
                        "quarantined": [{"index": 1, "reason": "zero_island"}],
                        "received_at": "2026-11-22T10:15:31Z",
                    }
                )
            }
        },
    },
    403: {"model": ErrorEnvelope, "description": "The token's owner does not drive."},
    404: {"model": ErrorEnvelope, "description": "Not the vehicle that this token speaks for."},
}
