"""What a fleet owns and who runs it."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference, tags
from fleet_app.kernel.units import Units
from fleet_app.records.base import Record, by_text, of_fleet, unique_alive


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


class EnergyType(StrEnum):
    """What the vehicle runs on."""

    DIESEL = "diesel"
    PETROL = "petrol"
    ELECTRIC = "electric"
    HYBRID = "hybrid"
    GAS = "gas"
    HYDROGEN = "hydrogen"
    HUMAN = "human"


class DriverStatus(StrEnum):
    """Whether the driver is employed and on duty."""

    OFF_DUTY = "off_duty"
    ON_DUTY = "on_duty"
    INACTIVE = "inactive"


class LateDeliveries(StrEnum):
    """Whether a plan may bring a delivery after its time window."""

    NEVER = "never"
    AT_A_COST = "at_a_cost"


class Fleet(Record, table=True):
    """The tenant: everything else belongs to exactly one fleet."""

    __tablename__ = "fleets"
    __table_args__ = (unique_alive("uq_fleets_name", "name"),)

    id: int | None = primary_key()
    name: str = Field(max_length=120)
    time_zone: str = Field(default="UTC", max_length=64)
    units: Units = choice(Units, Units.METRIC, fill=True)
    currency: str = Field(default="EUR", max_length=3, sa_column_kwargs={"server_default": "EUR"})
    language: str = Field(default="en", max_length=8, sa_column_kwargs={"server_default": "en"})
    working_hours: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    brand_name: str | None = Field(default=None, max_length=80)
    brand_color: str | None = Field(default=None, max_length=7)
    logo_file_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    """No foreign key: files belong to fleets already."""
    support_phone: str | None = Field(default=None, max_length=32)
    support_email: str | None = Field(default=None, max_length=254)
    stop_after_min: float | None = None
    min_trip_m: float | None = None
    gap_after_min: float | None = None
    trip_gap_min: float | None = None
    max_accuracy_m: float | None = None
    idle_after_min: float | None = None
    speed_limit: float | None = None
    speeding_over: float | None = None
    harsh_brake: float | None = None
    harsh_accelerate: float | None = None
    harsh_corner: float | None = None
    low_battery_pct: float | None = None
    silent_after_min: float | None = None
    service_minutes: float | None = None
    at_risk_minutes: float | None = None
    late_minutes: float | None = None
    break_after_hours: float | None = None
    even_routes: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    open_routes: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    late_deliveries: LateDeliveries = choice(LateDeliveries, LateDeliveries.NEVER, fill=True)
    movement: dict[str, Any] = document()
    """What differs from the defaults of `location.journeys.parameters.Parameters`: made of the
    fields above whenever they change (`catalogue.trip_rules`)."""


class Depot(Record, table=True):
    """Where vehicles start and end, and goods wait."""

    __tablename__ = "depots"
    __table_args__ = (
        unique_alive("uq_depots_name", "fleet_id", text("lower(name)")),
        unique_alive("uq_depots_external_reference", "fleet_id", "external_reference"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=120)
    address: str = Field(max_length=300)
    lat: float | None = None
    lon: float | None = None
    opening_hours: str = Field(default="", max_length=200)
    phone: str | None = Field(default=None, max_length=32)
    note: str = Field(default="", max_length=2000)


class Vehicle(Record, table=True):
    """A vehicle of a fleet.

    `odometer_m` is the reading in metres when tracked distance stood at `odometer_tracked_m`, so
    the reading now is `odometer_m + tracked - odometer_tracked_m`; engine time in seconds alike.
    What was driven before `odometer_read_at` is in the reading, whenever it becomes known.
    Consumption is litres (electric: kWh) per 100 km. Costs are in the fleet's currency; CO2 is in
    grams per km. What is empty is as `planning.costs` says. Sizes are in metres and tonnes, with
    load and trailer; they count for trucks.
    """

    __tablename__ = "vehicles"
    __table_args__ = (
        unique_alive(
            "uq_vehicles_registration",
            "fleet_id",
            text("lower(translate(registration_number, ' -.', ''))"),
        ),
        unique_alive("uq_vehicles_vin", "fleet_id", "vin"),
        unique_alive("uq_vehicles_external_reference", "fleet_id", "external_reference"),
        Index("ix_vehicles_fleet_id_status", "fleet_id", "status"),
        *by_text("vehicles", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    depot_id: int | None = reference("depots.id", optional=True)
    name: str = Field(max_length=120)
    registration_number: str = Field(max_length=20, index=True)
    vin: str | None = Field(default=None, max_length=17)
    type: VehicleType = choice(VehicleType, VehicleType.VAN)
    status: VehicleStatus = choice(VehicleStatus, VehicleStatus.ACTIVE, index=True)
    make: str | None = Field(default=None, max_length=60)
    model: str | None = Field(default=None, max_length=60)
    year: int | None = None
    capacity_kg: float | None = None
    capacity_m3: float | None = None
    capacity_parcels: int | None = None
    height_m: float | None = None
    width_m: float | None = None
    length_m: float | None = None
    weight_t: float | None = None
    skills: list[str] = tags()
    equipment: list[str] = tags()
    energy: EnergyType = choice(EnergyType, EnergyType.DIESEL, fill=True)
    consumption_per_100km: float | None = None
    cost_per_km: float | None = None
    cost_per_hour: float | None = None
    fixed_cost: float | None = None
    co2_per_km: float | None = None
    max_stops: int | None = None
    max_distance_km: float | None = None
    odometer_m: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    odometer_tracked_m: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    odometer_read_at: datetime | None = moment(optional=True)
    engine_s: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    engine_tracked_s: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    engine_read_at: datetime | None = moment(optional=True)
    photo_file_id: int | None = reference("files.id", optional=True, ondelete="SET NULL")
    note: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})


class Driver(Record, table=True):
    """A driver; `vehicle_id` is the vehicle driven at present."""

    __tablename__ = "drivers"
    __table_args__ = (
        unique_alive("uq_drivers_license", "fleet_id", text("upper(license_number)")),
        unique_alive("uq_drivers_user_id", "user_id"),
        unique_alive("uq_drivers_external_reference", "fleet_id", "external_reference"),
        *by_text("drivers", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    user_id: int | None = reference("users.id", optional=True, ondelete="SET NULL")
    vehicle_id: int | None = reference("vehicles.id", optional=True, ondelete="SET NULL")
    depot_id: int | None = reference("depots.id", optional=True)
    name: str = Field(max_length=120)
    license_number: str = Field(max_length=32, index=True)
    license_classes: list[str] = tags()
    license_expires_on: dt.date | None = None
    phone: str | None = Field(default=None, max_length=32)
    email: str | None = Field(default=None, max_length=254)
    skills: list[str] = tags()
    shift: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    break_minutes: float | None = None
    max_hours: float | None = None
    language: str | None = Field(default=None, max_length=8)
    status: DriverStatus = choice(DriverStatus, DriverStatus.OFF_DUTY, index=True)
    photo_file_id: int | None = reference("files.id", optional=True, ondelete="SET NULL")
    note: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})


class DocumentType(StrEnum):
    """What a document proves."""

    REGISTRATION = "registration"
    INSURANCE = "insurance"
    INSPECTION = "inspection"
    PERMIT = "permit"
    LICENCE = "licence"
    CONTRACT = "contract"
    OTHER = "other"


class Document(Record, table=True):
    """A paper of a vehicle or of a driver, with the day on which it runs out."""

    __tablename__ = "documents"
    __table_args__ = (
        unique_alive("uq_documents_external_reference", "fleet_id", "external_reference"),
        *of_fleet("documents", "expires_on"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int | None = reference("vehicles.id", optional=True)
    driver_id: int | None = reference("drivers.id", optional=True)
    name: str = Field(max_length=120)
    type: DocumentType = choice(DocumentType, DocumentType.OTHER)
    number: str | None = Field(default=None, max_length=60)
    issued_on: dt.date | None = None
    expires_on: dt.date | None = None
    file_id: int | None = reference("files.id", optional=True, ondelete="SET NULL")
    note: str = Field(default="", max_length=2000)


class FleetManager(SQLModel, table=True):
    """Who manages a fleet; a user with that role may stand behind it."""

    __tablename__ = "fleet_managers"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    user_id: int | None = reference("users.id", optional=True, unique=True, ondelete="SET NULL")
    name: str = Field(max_length=120)
    email: str = Field(max_length=254, index=True)


class File(SQLModel, table=True):
    """A file somebody uploaded; its bytes are in the file store under `key`."""

    __tablename__ = "files"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    key: str = Field(max_length=120, unique=True)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    uploaded_by: int | None = reference("users.id", optional=True, ondelete="SET NULL")
    created_at: datetime = moment(now=True)
    details: dict[str, object] = document()
