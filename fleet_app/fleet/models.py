"""What a fleet owns and who runs it."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, moment, primary_key, reference


class VehicleType(StrEnum):
    """What the vehicle looks like on the map and which roads it may take."""

    VAN = "van"
    TRUCK = "truck"
    CAR = "car"
    BIKE = "bike"
    SCOOTER = "scooter"


class VehicleStatus(StrEnum):
    """Whether the vehicle may be used at all (not what it is doing right now)."""

    ACTIVE = "active"
    WORKSHOP = "workshop"
    RETIRED = "retired"


class DriverStatus(StrEnum):
    """Whether the driver is employed and on duty."""

    OFF_DUTY = "off_duty"
    ON_DUTY = "on_duty"
    INACTIVE = "inactive"


class Fleet(SQLModel, table=True):
    """The tenant: everything else belongs to exactly one fleet."""

    __tablename__ = "fleets"

    id: int | None = primary_key()
    name: str = Field(max_length=120, unique=True)
    time_zone: str = Field(default="UTC", max_length=64)
    created_at: datetime = moment(now=True)


class Vehicle(SQLModel, table=True):
    """A vehicle of a fleet."""

    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("fleet_id", "registration_number", name="uq_vehicles_registration"),
        Index("ix_vehicles_fleet_id_status", "fleet_id", "status"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=120)
    registration_number: str = Field(max_length=20, index=True)
    type: VehicleType = choice(VehicleType, VehicleType.VAN)
    status: VehicleStatus = choice(VehicleStatus, VehicleStatus.ACTIVE, index=True)
    created_at: datetime = moment(now=True)


class Driver(SQLModel, table=True):
    """A driver; `vehicle_id` is the vehicle driven at present."""

    __tablename__ = "drivers"
    __table_args__ = (UniqueConstraint("fleet_id", "license_number", name="uq_drivers_license"),)

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    user_id: int | None = reference("users.id", optional=True, unique=True, ondelete="SET NULL")
    vehicle_id: int | None = reference("vehicles.id", optional=True, ondelete="SET NULL")
    name: str = Field(max_length=120)
    license_number: str = Field(max_length=32, index=True)
    phone: str | None = Field(default=None, max_length=32)
    status: DriverStatus = choice(DriverStatus, DriverStatus.OFF_DUTY, index=True)
    created_at: datetime = moment(now=True)


class FleetManager(SQLModel, table=True):
    """Who manages a fleet; a user with that role may stand behind it."""

    __tablename__ = "fleet_managers"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    user_id: int | None = reference("users.id", optional=True, unique=True, ondelete="SET NULL")
    name: str = Field(max_length=120)
    email: str = Field(max_length=254, index=True)


class MaintenanceRecord(SQLModel, table=True):
    """Work done, or to be done, on a vehicle."""

    __tablename__ = "maintenance_records"

    id: int | None = primary_key()
    vehicle_id: int = reference("vehicles.id", ondelete="CASCADE")
    date: dt.date = Field(index=True)
    kind: str = Field(max_length=60)
    description: str = Field(default="", max_length=2000)
    odometer_km: float | None = None
    cost: float | None = Field(default=None, sa_column=Column(Numeric(12, 2, asdecimal=False)))
