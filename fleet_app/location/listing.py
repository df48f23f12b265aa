"""Which vehicles somebody wants to see, and what a row of the list holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from fleet_app.fleet.models import Vehicle
from fleet_app.location.models import MotionStatus, VehicleLive


class SortKey(StrEnum):
    """What a vehicle list may be sorted by."""

    NAME = "name"
    REGISTRATION_NUMBER = "registration_number"
    TYPE = "type"
    STATUS = "status"
    SPEED = "speed"
    BATTERY = "battery"
    LAST_SEEN = "last_seen"
    DRIVER = "driver"


class VehicleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which vehicles are wanted. None and empty mean no restriction."""

    fleet_id: int | None = None
    vehicle_id: int | None = None
    statuses: tuple[MotionStatus, ...] = ()
    types: tuple[str, ...] = ()
    search: str = ""
    seen_after: datetime
    """A vehicle whose last fix is older is offline."""


class VehicleRow(msgspec.Struct, frozen=True):
    """A vehicle, who drives it and what it does."""

    vehicle: Vehicle
    driver: str | None
    live: VehicleLive | None
    status: MotionStatus


class VehicleQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of which vehicles; `page` counts from 1."""

    page: int = 1
    limit: int = 50
    sort: SortKey = SortKey.NAME
    descending: bool = False
    statuses: Sequence[MotionStatus] = ()
    types: Sequence[str] = ()
    search: str = ""
    fleet_id: int | None = None
