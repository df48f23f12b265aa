"""OwnTracks in HTTP mode: JSON messages, of which only `location` holds a position."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from fleet_app.identity.models import SpeedUnit
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix
from fleet_app.location.protocols.values import (
    EVENT_ID_LENGTH,
    Reading,
    coordinates,
    event_id,
    moment_ms,
)

MAX_MESSAGES = 500
Message = Mapping[str, Any]

_KEPT = (
    "tid", "t", "bs", "conn", "m", "vac", "p", "inregions", "motionactivities", "created_at",
    "poi", "tag",
)  # fmt: skip
"""What else is worth keeping. A list of what is wanted, so that the names of wireless networks
(SSID, BSSID), which are personal data, never get through by mistake."""


def from_json(body: bytes) -> list[object]:
    """The messages of a body: an object or an array; none for an empty body.

    Raises `MalformedPayload`.
    """
    if not body.strip():
        return []
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedPayload("json", "the body is not valid JSON") from None
    messages = decoded if isinstance(decoded, list) else [decoded]
    if len(messages) > MAX_MESSAGES:
        raise MalformedPayload("json", f"the body holds more than {MAX_MESSAGES} messages")
    return messages


def read(message: object, received_at_ms: int) -> Fix | None:
    """The fix of a `location` message, None for other known kinds. Raises `MalformedPayload`.

    A ping (`t` is `p`) says when the phone was there like any other message: the phone puts its
    own present time into `tst`, and a queued ping may arrive hours later.
    """
    if not isinstance(message, Mapping) or not isinstance(message.get("_type"), str):
        raise MalformedPayload("json", "a message must be an object with a _type")
    if message["_type"] == "encrypted":
        raise MalformedPayload("encrypted", "the phone encrypts its messages; switch that off")
    if message["_type"] != "location":
        return None
    place = coordinates(message.get("lat"), message.get("lon"))
    recorded = moment_ms(message.get("tst"))
    reading = Reading()
    values = {
        "speed": reading.speed("vel", message.get("vel"), SpeedUnit.KILOMETRES_PER_HOUR),
        "heading": reading.heading("cog", message.get("cog")),
        "accuracy": reading.accuracy("acc", message.get("acc")),
        "altitude": reading.altitude("alt", message.get("alt")),
        "battery": reading.battery("batt", message.get("batt")),
    }
    reading.keep_all({name: message.get(name) for name in _KEPT})
    reading.event_id = _event_id(message.get("_id"))
    return reading.fix(place, recorded, received_at_ms, **values)


def _event_id(value: object) -> str | None:
    """The id, or a digest of one that is too long: it must still recognise a retry."""
    if isinstance(value, str) and len(value) > EVENT_ID_LENGTH:
        return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    return event_id(value)
