"""Schedules, work orders and the record of work done."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, moment, money, primary_key, reference
from fleet_app.records.base import Record, by_text, of_fleet, unique_alive


class WorkOrderStatus(StrEnum):
    """The life of a work order; while `in_progress` the vehicle may be blocked."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


class MaintenanceKind(StrEnum):
    """What sort of work."""

    SERVICE = "service"
    INSPECTION = "inspection"
    TYRES = "tyres"
    BRAKES = "brakes"
    REPAIR = "repair"
    CLEANING = "cleaning"
    OTHER = "other"


class TrackedWay(SQLModel, table=True):
    """How far a vehicle was tracked driving and how long its engine ran, in metres and seconds.

    The trips told of it say so (`location.past.odometer`): each total changes with them, in their
    transaction. Only what was driven after the vehicle's last reading changes it, or after `since`
    when there is none; `before_m` and `before_s` had been tracked by then.
    """

    __tablename__ = "tracked_ways"

    vehicle_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("vehicles.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        )
    )
    distance_m: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    engine_s: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    since: datetime | None = moment(optional=True)
    before_m: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    before_s: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})


class MaintenanceRecord(Record, table=True):
    """Work done on a vehicle, and its cost."""

    __tablename__ = "maintenance_records"
    __table_args__ = (
        unique_alive("uq_maintenance_records_external_reference", "fleet_id", "external_reference"),
        *of_fleet("maintenance_records", "date"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int = reference("vehicles.id", ondelete="CASCADE")
    work_order_id: int | None = reference("work_orders.id", optional=True, ondelete="SET NULL")
    date: dt.date = Field(index=True)
    kind: str = Field(max_length=60)
    description: str = Field(default="", max_length=2000)
    odometer_km: float | None = None
    engine_hours: float | None = None
    supplier: str | None = Field(default=None, max_length=120)
    invoice_number: str | None = Field(default=None, max_length=60)
    cost: float | None = money()


class MaintenanceSchedule(Record, table=True):
    """Work that comes back every so many kilometres, engine hours or days, whichever is first."""

    __tablename__ = "maintenance_schedules"
    __table_args__ = (
        unique_alive(
            "uq_maintenance_schedules_external_reference", "fleet_id", "external_reference"
        ),
        *by_text("maintenance_schedules", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int = reference("vehicles.id", ondelete="CASCADE")
    name: str = Field(max_length=120)
    kind: MaintenanceKind = choice(MaintenanceKind, MaintenanceKind.SERVICE)
    every_km: float | None = None
    every_hours: float | None = None
    every_days: int | None = None
    last_on: dt.date | None = None
    last_km: float | None = None
    last_hours: float | None = None
    warn_km: float = 1000.0
    warn_hours: float = 25.0
    warn_days: int = 14
    active: bool = True
    announced: str | None = Field(default=None, max_length=16)


class WorkOrder(Record, table=True):
    """A job for the workshop."""

    __tablename__ = "work_orders"
    __table_args__ = (
        unique_alive("uq_work_orders_external_reference", "fleet_id", "external_reference"),
        Index("ix_work_orders_vehicle_id_status", "vehicle_id", "status"),
        *of_fleet("work_orders", "due_on"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int = reference("vehicles.id", ondelete="CASCADE")
    schedule_id: int | None = reference(
        "maintenance_schedules.id", optional=True, ondelete="SET NULL"
    )
    title: str = Field(max_length=120)
    kind: MaintenanceKind = choice(MaintenanceKind, MaintenanceKind.REPAIR)
    status: WorkOrderStatus = choice(WorkOrderStatus, WorkOrderStatus.OPEN, index=True)
    blocks_vehicle: bool = True
    due_on: dt.date | None = None
    started_at: datetime | None = moment(optional=True)
    finished_at: datetime | None = moment(optional=True)
    supplier: str | None = Field(default=None, max_length=120)
    cost: float | None = money()
    note: str = Field(default="", max_length=2000)
