"""Positions and fixes kept apart, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from fleet_app.kernel.clock import from_ms
from fleet_app.location.frames import LivePosition
from fleet_app.location.models import (
    Fix,
    KeptApart,
    MotionStatus,
    RejectedPayload,
    VehicleLive,
)
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vehicle is, or was last: `stale` when that is too long ago to say it is online."""

    vehicle_id: int
    latitude: float
    longitude: float
    speed: float | None
    heading: float | None
    battery: float | None
    status: str
    recorded_at: datetime
    stale: bool


class QuarantineView(msgspec.Struct, frozen=True, kw_only=True):
    """A fix kept apart, and why. Its vehicle may have been deleted since."""

    vehicle_id: int
    vehicle: str
    vehicle_deleted: bool
    fleet_id: int
    reason: str
    recorded_at: datetime
    received_at: datetime
    latitude: float
    longitude: float
    source: str
    payload: dict[str, Any]


class UnreadableView(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a payload that nobody could read, and why."""

    vehicle_id: int
    received_at: datetime
    source: str
    reason: str
    message: str
    text: str


def live_view(position: LivePosition, seen_after: datetime) -> PositionView:
    """A position out of the live store; as old as it says, whenever it was uploaded."""
    recorded_at = from_ms(round(position.recorded_at * 1000))
    return _position_view(position, recorded_at, seen_after)


def stored_view(last: VehicleLive, seen_after: datetime) -> PositionView:
    """A position out of the database."""
    return _position_view(last, last.recorded_at, seen_after)


def _position_view(
    position: LivePosition | VehicleLive, recorded_at: datetime, seen_after: datetime
) -> PositionView:
    stale = recorded_at < seen_after
    return PositionView(
        vehicle_id=position.vehicle_id,
        latitude=position.lat,
        longitude=position.lon,
        speed=position.speed,
        heading=position.heading,
        battery=position.battery,
        status=word(MotionStatus.OFFLINE if stale else MotionStatus(position.status)),
        recorded_at=recorded_at,
        stale=stale,
    )


def quarantine_view(kept: KeptApart) -> QuarantineView:
    """What the API shows of a fix kept apart."""
    fix = kept.fix
    return QuarantineView(
        vehicle_id=fix.vehicle_id,
        vehicle=kept.vehicle,
        vehicle_deleted=kept.deleted,
        fleet_id=fix.fleet_id,
        reason=fix.reason,
        recorded_at=fix.recorded_at,
        received_at=fix.received_at,
        latitude=fix.lat,
        longitude=fix.lon,
        source=fix.source,
        payload=fix.payload,
    )


def unreadable_view(payload: RejectedPayload) -> UnreadableView:
    """What the API shows of an unreadable payload."""
    return UnreadableView(
        vehicle_id=payload.vehicle_id,
        received_at=from_ms(payload.received_at_ms),
        source=payload.source,
        reason=payload.reason,
        message=payload.message,
        text=payload.text,
    )


def trail_points(fixes: list[Fix]) -> list[list[float | None]]:
    """`[lon, lat, epoch seconds, m/s]` of each fix, oldest first."""
    return [[fix.lon, fix.lat, fix.recorded_at_ms / 1000, fix.speed] for fix in fixes]


def word(status: MotionStatus) -> str:
    """A status as the API writes it."""
    return status.name.lower()


_POSITION = {
    "vehicle_id": 12,
    "latitude": 60.1699,
    "longitude": 24.9384,
    "speed": 8.3,
    "heading": 271.5,
    "battery": 83.0,
    "status": "moving",
    "recorded_at": "2026-11-22T10:15:30Z",
    "stale": False,
}
HEALTH = answers({"status": "ok", "stores": {"database": "ok", "live": "ok"}})
ROSTER = answers(
    {
        "columns": ["id", "name", "registration_number", "type", "driver"],
        "rows": [[12, "Van 12", "ABC-123", "van", "Aino Virtanen"]],
    },
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
POSITION = answers(_POSITION, _403=NOT_ALLOWED, _404=UNKNOWN + " Or never seen yet.")
TRAIL = answers(
    {"vehicle_id": 12, "points": [[24.9384, 60.1699, 1795342530.0, 8.3]]},
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
QUARANTINE = answers(
    [
        {
            "vehicle_id": 12,
            "vehicle": "Van 12",
            "vehicle_deleted": False,
            "fleet_id": 1,
            "reason": "zero_island",
            "recorded_at": "2026-11-22T10:15:30Z",
            "received_at": "2026-11-22T10:15:31Z",
            "latitude": 0.0,
            "longitude": 0.0,
            "source": "owntracks",
            "payload": {},
        }
    ],
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
UNREADABLE = answers(
    [
        {
            "vehicle_id": 12,
            "received_at": "2026-11-22T10:15:31Z",
            "source": "owntracks",
            "reason": "coordinates",
            "message": "latitude and longitude must both be numbers",
            "text": '{"_type":"location"}',
        }
    ],
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
STATS = answers(
    {
        "fleet_id": 1,
        "accepted": 10250,
        "duplicates": 3,
        "without_position": 12,
        "quarantined": {"impossible_jump": 1, "zero_island": 2},
        "unreadable": {"json": 1},
        "rejected": {"400": 4},
    },
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
