"""Which tracking device is reporting, as established at the edge."""

from __future__ import annotations

import msgspec

from fleet_app.identity.models import SpeedUnit


class DeviceIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A tracking device that showed a valid, unrevoked token."""

    device_id: int
    vehicle_id: int
    fleet_id: int
    speed_unit: SpeedUnit = SpeedUnit.KNOTS
