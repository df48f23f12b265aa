"""OsmAnd and Traccar Client: query string (up to 8), JSON (9) and form (10), one field set each.

A message without coordinates (heartbeat, cell towers only, push token) is fine and holds no fix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fleet_app.identity.models import SpeedUnit
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix
from fleet_app.location.protocols.values import Pairs, Reading, moment_ms, plain
from fleet_app.location.protocols.values import coordinates as read_coordinates

MAX_MESSAGES = 500
Message = dict[str, Any]

_IDENTITY = ("id", "deviceid", "device_id")
_FORM_USED = {
    *_IDENTITY, "timestamp", "lat", "lon", "location", "speed", "bearing", "heading", "altitude",
    "accuracy", "batt", "notificationToken",
    "wifi",  # names of access points around the driver are personal data
}  # fmt: skip


def from_pairs(pairs: Pairs) -> Message:
    """One flat message from a query string or form; the first of a repeated key counts, `cell`s
    are joined."""
    message: Message = {}
    for name, value in pairs:
        if name == "cell" and name in message:
            message[name] = f"{message[name]}|{value}"
        else:
            message.setdefault(name, value)
    return message


def from_json(body: bytes) -> list[Message]:
    """The messages of a JSON body: one object, or an array of them. Raises `MalformedPayload`."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedPayload("json", "the body is not valid JSON") from None
    messages = decoded if isinstance(decoded, list) else [decoded]
    if not 0 < len(messages) <= MAX_MESSAGES or not all(isinstance(m, dict) for m in messages):
        raise MalformedPayload("json", f"the body must hold 1 to {MAX_MESSAGES} objects")
    return messages


def token_of(message: Message) -> str | None:
    """What the device identifies itself with; None when it does not."""
    for name in _IDENTITY:
        value = message.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def read(message: Message, received_at_ms: int, unit: SpeedUnit) -> Fix | None:
    """The fix in a message, or None when it holds no coordinates. Raises `MalformedPayload`.

    `unit` is the unit of `speed` in flat messages; the nested JSON form always has m/s.
    """
    location = message.get("location")
    if isinstance(location, Mapping):
        return _read_nested(location, received_at_ms)
    if location is not None and not isinstance(location, str):
        raise MalformedPayload("json", "location must be an object")
    return _read_flat(message, received_at_ms, unit)


def _read_flat(message: Message, received_at_ms: int, unit: SpeedUnit) -> Fix | None:
    place = _flat_place(message)
    if place is None:
        return None
    recorded = message.get("timestamp")
    reading = Reading()
    values = {
        "speed": reading.speed("speed", message.get("speed"), unit),
        "heading": reading.heading("heading", message.get("bearing", message.get("heading"))),
        "accuracy": reading.accuracy("accuracy", message.get("accuracy")),
        "altitude": reading.altitude("altitude", message.get("altitude")),
        "battery": reading.battery("batt", message.get("batt")),
    }
    for name, value in message.items():
        if name not in _FORM_USED:
            reading.keep(name, plain(value) if isinstance(value, str) and name != "cell" else value)
    moment = received_at_ms if recorded in (None, "") else moment_ms(recorded)
    return reading.fix(place, moment, received_at_ms, **values)


def _flat_place(message: Message) -> tuple[float, float] | None:
    lat, lon = message.get("lat"), message.get("lon")
    if lat is None and lon is None and isinstance(message.get("location"), str):
        lat, _, lon = message["location"].partition(",")
    if lat in (None, "") and lon in (None, ""):
        return None
    return read_coordinates(lat, lon)


def _read_nested(location: Mapping[str, Any], received_at_ms: int) -> Fix | None:
    coords = location.get("coords")
    if coords is None:
        return None
    if not isinstance(coords, Mapping):
        raise MalformedPayload("json", "coords must be an object")
    if coords.get("latitude") is None and coords.get("longitude") is None:
        return None
    place = read_coordinates(coords.get("latitude"), coords.get("longitude"))
    reading = Reading()
    battery = _part(location, "battery")
    values = {
        "speed": reading.speed("speed", coords.get("speed"), SpeedUnit.METRES_PER_SECOND),
        "heading": reading.heading("heading", coords.get("heading")),
        "accuracy": reading.accuracy("accuracy", coords.get("accuracy")),
        "altitude": reading.altitude("altitude", coords.get("altitude")),
        "battery": reading.battery("battery", battery.get("level"), 100.0),
    }
    _keep_nested(reading, location, battery)
    return reading.fix(place, moment_ms(location.get("timestamp")), received_at_ms, **values)


def _keep_nested(reading: Reading, location: Mapping[str, Any], battery: Mapping[str, Any]) -> None:
    reading.keep("event", location.get("event"))
    reading.keep("motion", location.get("is_moving"))
    reading.keep("odometer", location.get("odometer"))
    reading.keep("activity", _part(location, "activity").get("type"))
    reading.keep("charge", battery.get("is_charging"))
    reading.keep("mock", location.get("mock"))
    reading.keep("alarm", location.get("alarm"))
    reading.keep_all(_part(location, "extras"))


def _part(location: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = location.get(name)
    return value if isinstance(value, Mapping) else {}
