"""Tracking devices as the API shows them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from pydantic import BaseModel, Field

from fleet_app.identity.models import DeviceToken, SpeedUnit
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers


class DeviceCreate(BaseModel):
    """A device to be registered for a vehicle."""

    vehicle_id: int = Field(gt=0, lt=2**63)
    name: str = Field(min_length=1, max_length=120, examples=["Phone of van 12"])
    speed_unit: SpeedUnit = Field(
        SpeedUnit.KNOTS,
        description="Unit of `speed` where the device's protocol leaves it open (OsmAnd).",
    )


class DeviceView(msgspec.Struct, frozen=True):
    """A device without its token; `hint` is the token's last characters."""

    id: int
    fleet_id: int
    vehicle_id: int
    name: str
    hint: str
    speed_unit: SpeedUnit
    created_at: datetime
    revoked_at: datetime | None


class NewDeviceView(msgspec.Struct, frozen=True):
    """A device just registered, with the token that is never shown again."""

    device: DeviceView
    token: str


def device_view(device: DeviceToken) -> DeviceView:
    """What the API shows of a device."""
    return DeviceView(
        id=device.id or 0,
        fleet_id=device.fleet_id,
        vehicle_id=device.vehicle_id,
        name=device.name,
        hint=device.hint,
        speed_unit=device.speed_unit,
        created_at=device.created_at,
        revoked_at=device.revoked_at,
    )


_DEVICE = {
    "id": 3,
    "fleet_id": 1,
    "vehicle_id": 12,
    "name": "Phone of van 12",
    "hint": "x7Qa",
    "speed_unit": "kn",
    "created_at": "2026-11-22T10:15:30Z",
    "revoked_at": None,
}
_NEW = {"device": _DEVICE, "token": "fdt_…"}
DEVICES = answers([_DEVICE], _403=NOT_ALLOWED)
CREATED = answers(_NEW, code=201, _403=NOT_ALLOWED, _404=UNKNOWN)
REVOKED = answers(_DEVICE, _403=NOT_ALLOWED, _404=UNKNOWN)
