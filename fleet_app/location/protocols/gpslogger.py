"""GPSLogger's custom URL: the names of its placeholders, its `%ALL` short forms, and usual names.

A placeholder that the phone left unfilled (`%SPD`) counts as not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fleet_app.identity.models import SpeedUnit
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix
from fleet_app.location.protocols.values import (
    Pairs,
    Reading,
    coordinates,
    moment_ms,
    plain,
)

Message = dict[str, Any]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude", "lng"),
    "time": ("timestamp", "timeoffset", "time"),
    "spd": ("spd", "s", "speed"),
    "spd_kph": ("spd_kph",),
    "dir": ("dir", "bearing", "heading", "direction"),
    "acc": ("acc", "accuracy"),
    "alt": ("alt", "altitude"),
    "batt": ("batt", "battery"),
}
_IDENTITY = ("id", "deviceid", "device_id")
_UNUSED = {"act"}  # always empty
_USED = {name for names in _NAMES.values() for name in names} | {*_IDENTITY, *_UNUSED}


def from_pairs(pairs: Pairs) -> Message:
    """One message from a query string or form; names in lower case, the first of each counts."""
    message: Message = {}
    for name, value in pairs:
        if _is_filled(value):
            message.setdefault(name.strip().lower(), value)
    return message


def from_json(body: bytes) -> Message:
    """One message from a JSON object. Raises `MalformedPayload`."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedPayload("json", "the body is not valid JSON") from None
    if not isinstance(decoded, dict):
        raise MalformedPayload("json", "the body must be one object")
    return {name.strip().lower(): value for name, value in decoded.items() if _is_filled(value)}


def token_of(message: Message) -> str | None:
    """What the device identifies itself with when it does not use Basic authentication."""
    for name in _IDENTITY:
        if isinstance(message.get(name), str):
            return str(message[name])
    return None


def read(message: Message, received_at_ms: int) -> Fix:
    """The fix of a message; one without a time was taken just now. Raises `MalformedPayload`."""
    place = coordinates(_first(message, "lat"), _first(message, "lon"))
    recorded = _first(message, "time")
    reading = Reading()
    values = {
        "speed": _speed(reading, message),
        "heading": reading.heading("dir", _first(message, "dir")),
        "accuracy": reading.accuracy("acc", _first(message, "acc")),
        "altitude": reading.altitude("alt", _first(message, "alt")),
        "battery": reading.battery("batt", _first(message, "batt")),
    }
    for name, value in message.items():
        if name not in _USED:
            reading.keep(name, plain(value) if isinstance(value, str) else value)
    moment = received_at_ms if recorded is None else moment_ms(recorded)
    return reading.fix(place, moment, received_at_ms, **values)


def _speed(reading: Reading, message: Message) -> float | None:
    metres = _first(message, "spd")
    if metres is not None:
        return reading.speed("spd", metres, SpeedUnit.METRES_PER_SECOND)
    return reading.speed("spd_kph", _first(message, "spd_kph"), SpeedUnit.KILOMETRES_PER_HOUR)


def _first(message: Message, what: str) -> Any:
    return next((message[name] for name in _NAMES[what] if name in message), None)


def _is_filled(value: object) -> bool:
    return (
        value is not None
        and value != ""
        and not (
            isinstance(value, str)
            and value.startswith("%")
            and value[1:].replace("_", "").isalpha()
        )
    )
