"""How the phone trackers' addresses describe themselves."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mobile_api.schemas.errors import ErrorEnvelope


def _parameter(name: str, description: str, example: Any, kind: str = "number") -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": kind},
        "example": example,
    }


def _body(media_type: str, example: Any) -> dict[str, Any]:
    schema = {"type": "string"} if isinstance(example, str) else {"type": ["object", "array"]}
    return {media_type: {"schema": schema, "example": example}}


_TOKEN = _parameter("id", "The device token.", "fdt_…", "string")
_TAKEN: dict[str, Any] = {"description": "Taken over (also when it holds no readable position)."}

OSMAND: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: _TAKEN,
        404: {"model": ErrorEnvelope, "description": "Unknown device (JSON form only)."},
    },
    "openapi_extra": {
        "parameters": [
            _TOKEN,
            _parameter("lat", "Degrees.", 60.1699),
            _parameter("lon", "Degrees.", 24.9384),
            _parameter(
                "timestamp", "Epoch s or ms, ISO 8601, or UTC text.", "1795342530", "string"
            ),
            _parameter("speed", "In the device's unit, knots by default.", 16.1),
            _parameter("bearing", "Degrees from north; also `heading`.", 271.5),
            _parameter("accuracy", "m; 0 is unknown.", 4),
            _parameter("altitude", "m.", 12),
            _parameter("batt", "Percent.", 83),
        ],
        "requestBody": {
            "content": {
                **_body("application/x-www-form-urlencoded", "id=fdt_…&lat=60.1699&lon=24.9384"),
                **_body(
                    "application/json",
                    {
                        "device_id": "fdt_…",
                        "location": {
                            "timestamp": "2026-11-22T10:15:30Z",
                            "coords": {"latitude": 60.1699, "longitude": 24.9384, "speed": 8.3},
                            "battery": {"level": 0.83, "is_charging": False},
                        },
                    },
                ),
            }
        },
    },
}
OWNTRACKS: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {
            "description": "Taken over; no messages for the phone.",
            "content": {"application/json": {"example": []}},
        }
    },
    "openapi_extra": {
        "security": [{"DeviceBasic": []}],
        "requestBody": {
            "content": _body(
                "application/json",
                {
                    "_type": "location",
                    "lat": 60.1699,
                    "lon": 24.9384,
                    "tst": 1795342530,
                    "tid": "v1",
                    "vel": 30,
                    "cog": 271,
                    "batt": 83,
                },
            )
        },
    },
}
GPSLOGGER: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: _TAKEN},
    "openapi_extra": {
        "security": [{"DeviceBasic": []}, {}],
        "parameters": [
            _TOKEN,
            _parameter("lat", "Degrees (`%LAT`).", 60.1699),
            _parameter("lon", "Degrees (`%LON`).", 24.9384),
            _parameter("timestamp", "Epoch s (`%TIMESTAMP`).", 1795342530),
            _parameter("time", "ISO 8601 UTC (`%TIME`); also `timeoffset`.", "", "string"),
            _parameter("spd", "m/s (`%SPD`).", 8.3),
            _parameter("spd_kph", "km/h (`%SPD_KPH`).", 30),
            _parameter("dir", "Degrees (`%DIR`).", 271.5),
            _parameter("acc", "m (`%ACC`).", 4),
            _parameter("alt", "m (`%ALT`).", 12),
            _parameter("batt", "Percent (`%BATT`).", 83),
        ],
    },
}
DEVICE_BASIC = {
    "type": "http",
    "scheme": "basic",
    "description": "Any user name; the device token as password.",
}


def _without_body(described: dict[str, Any]) -> dict[str, Any]:
    extra = {k: v for k, v in described["openapi_extra"].items() if k != "requestBody"}
    return {**described, "openapi_extra": extra}


OSMAND_GET = _without_body(OSMAND)
GPSLOGGER_GET = _without_body(GPSLOGGER)
