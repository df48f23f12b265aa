"""What a position is: the wire value, and the tables that keep it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import moment


class Source(StrEnum):
    """Which wire format a fix arrived in."""

    API = "api"
    OSMAND = "osmand"
    OWNTRACKS = "owntracks"
    GPSLOGGER = "gpslogger"


class MotionStatus(IntEnum):
    """What a vehicle does, as far as its fixes tell. Values are part of the frame format."""

    OFFLINE = 0
    STOPPED = 1
    IDLE = 2
    MOVING = 3


class QuarantineReason(StrEnum):
    """Why a fix is kept out of history and off the map."""

    ZERO_ISLAND = "zero_island"
    INVALID_COORDINATES = "invalid_coordinates"
    FUTURE = "future"
    ANCIENT = "ancient"
    IMPOSSIBLE_JUMP = "impossible_jump"


class Fix(msgspec.Struct, array_like=True, omit_defaults=True, kw_only=True, frozen=True):
    """One position report.

    `recorded_at_ms`: the phone's time, epoch milliseconds; `lat`, `lon`: WGS 84 degrees; `speed`:
    m/s; `heading`: degrees from north; `accuracy`, `altitude`: metres; `battery`: percent. None
    means that the phone did not say. `quarantine` is set when the fix must not count as a place
    the vehicle has been.
    """

    recorded_at_ms: int
    lat: float
    lon: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None
    altitude: float | None = None
    battery: float | None = None
    event_id: str | None = None
    attributes: dict[str, Any] | None = None
    quarantine: QuarantineReason | None = None

    def said(self) -> dict[str, Any]:
        """What the phone said, by name, without what it did not say."""
        named = {name: getattr(self, name) for name in self.__struct_fields__}
        return {
            name: value
            for name, value in named.items()
            if value is not None and name != "quarantine"
        }


class FixBatch(msgspec.Struct, array_like=True, kw_only=True, frozen=True):
    """One accepted post of one vehicle: an entry of the durable log."""

    vehicle_id: int
    fleet_id: int
    received_at_ms: int
    source: Source
    fixes: list[Fix]


class RejectedPayload(msgspec.Struct, kw_only=True, frozen=True):
    """What a known device sent and nobody could read; `text` is its beginning, without secrets."""

    vehicle_id: int
    fleet_id: int
    received_at_ms: int
    source: Source
    reason: str
    message: str
    text: str


class LocationEvent(SQLModel, table=True):
    """History: every plausible fix once. Partitioned by day of `recorded_at` (UTC)."""

    __tablename__ = "location_events"
    __table_args__ = ({"postgresql_partition_by": "RANGE (recorded_at)"},)

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    fleet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime = moment()
    lat: float
    lon: float
    speed: float | None = Field(default=None, sa_column=Column(REAL))
    heading: float | None = Field(default=None, sa_column=Column(REAL))
    accuracy: float | None = Field(default=None, sa_column=Column(REAL))
    altitude: float | None = Field(default=None, sa_column=Column(REAL))
    battery: float | None = Field(default=None, sa_column=Column(REAL))
    source: str = Field(max_length=16)
    event_id: str | None = Field(default=None, max_length=64)
    attributes: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


class LocationEventKey(SQLModel, table=True):
    """The event ids already stored, so that a retry with another time is still stored once."""

    __tablename__ = "location_event_keys"

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: str = Field(primary_key=True, max_length=64)
    recorded_at: datetime = moment()


class QuarantinedFix(SQLModel, table=True):
    """A fix that was acknowledged but is not believed, with the reason."""

    __tablename__ = "quarantined_fixes"
    __table_args__ = (
        Index("ix_quarantined_fixes_fleet_id_received_at", "fleet_id", "received_at"),
    )

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    reason: str = Field(primary_key=True, max_length=32)
    fleet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime = moment()
    lat: float
    lon: float
    source: str = Field(max_length=16)
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class KeptApart(msgspec.Struct, frozen=True):
    """A quarantined fix with the name of its vehicle, which may be deleted by now."""

    fix: QuarantinedFix
    vehicle: str
    deleted: bool


class VehicleLive(SQLModel, table=True):
    """The last believed position of each vehicle. Only ever moves forward in `recorded_at`."""

    __tablename__ = "vehicle_live"
    __table_args__ = (Index("ix_vehicle_live_fleet_id_recorded_at", "fleet_id", "recorded_at"),)

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    fleet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    recorded_at: datetime = moment()
    received_at: datetime = moment()
    lat: float
    lon: float
    speed: float | None = Field(default=None, sa_column=Column(REAL))
    heading: float | None = Field(default=None, sa_column=Column(REAL))
    accuracy: float | None = Field(default=None, sa_column=Column(REAL))
    battery: float | None = Field(default=None, sa_column=Column(REAL))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    tracker: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))
