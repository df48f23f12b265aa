"""Maintenance schedules, work orders and records: what people write about them."""

from __future__ import annotations

from pydantic import model_validator

from fleet_app.fleet.maintenance.hooks import (
    announce_schedule,
    check_order,
    check_order_deletion,
)
from fleet_app.fleet.maintenance.models import (
    MaintenanceKind,
    MaintenanceRecord,
    MaintenanceSchedule,
    WorkOrder,
    WorkOrderStatus,
)
from fleet_app.records.fields import Computed, Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.types import (
    Date,
    Flag,
    Integer,
    Lines,
    Name,
    NeededDate,
    NeededReference,
    Number,
    OptionalLine,
    Reference,
)

KINDS = tuple(kind.value for kind in MaintenanceKind)

# fmt: off


class MaintenanceRecordFields(Fields):
    """Work done, as people write it."""

    date: NeededDate = field("Date", FieldType.DATE, example="2026-11-20", group="Work")
    vehicle_id: NeededReference = field("Vehicle", FieldType.REFERENCE, reference="vehicles",
                                        group="Work", example=12,
                                        aliases=("registration", "plate"))
    kind: Name = field("Kind", max_length=60, example="service", suggestions=KINDS, group="Work",
                       aliases=("type",))
    description: Lines = field("Description", FieldType.LONGTEXT, default="", max_length=2000,
                               example="Oil and filters", group="Work")
    odometer_km: Number = field("Odometer", FieldType.NUMBER, default=None, ge=0, le=10_000_000,
                                unit="km", example=84210, group="Work",
                                aliases=("mileage", "km"))
    engine_hours: Number = field("Engine hours", FieldType.NUMBER, default=None, ge=0,
                                 le=1_000_000, unit="h", shown=False, group="Work")
    supplier: OptionalLine = field("Workshop", default=None, max_length=120, group="Cost",
                                   example="City Garage", aliases=("supplier", "garage"))
    invoice_number: OptionalLine = field("Invoice", default=None, max_length=60, group="Cost",
                                         shown=False, aliases=("invoice number",))
    cost: Number = field("Cost", FieldType.MONEY, default=None, ge=0, le=9_999_999, example=420.5,
                         group="Cost", aliases=("price", "amount"))
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Cost",
        help="Its number in another system", aliases=("external id",),
    )


class MaintenanceScheduleFields(Fields):
    """Work that comes back, as people write it."""

    name: Name = field("Name", max_length=120, example="Yearly service", group="Schedule")
    vehicle_id: NeededReference = field("Vehicle", FieldType.REFERENCE, reference="vehicles",
                                        group="Schedule", example=12,
                                        aliases=("registration", "plate"))
    kind: MaintenanceKind = field("Kind", FieldType.CHOICE, default=MaintenanceKind.SERVICE,
                                  choices=MaintenanceKind, group="Schedule",
                                  example="service")
    every_km: Number = field("Every", FieldType.NUMBER, default=None, gt=0, le=1_000_000, unit="km",
                             example=20000, group="Every", aliases=("every km",))
    every_hours: Number = field("Every", FieldType.NUMBER, default=None, gt=0, le=100_000,
                                unit="engine hours", group="Every", shown=False,
                                aliases=("every hours",))
    every_days: Integer = field("Every", FieldType.INTEGER, default=None, gt=0, le=10_000,
                                unit="days", example=365, group="Every",
                                aliases=("every days",))
    last_on: Date = field("Last done on", FieldType.DATE, default=None,
                                       example="2026-03-01", group="Last time")
    last_km: Number = field("Last done at", FieldType.NUMBER, default=None, ge=0, le=10_000_000,
                            unit="km", example=64000, group="Last time",
                            aliases=("last km",))
    last_hours: Number = field("Last done at", FieldType.NUMBER, default=None, ge=0, le=1_000_000,
                               unit="engine hours", group="Last time", shown=False,
                               aliases=("last hours",))
    warn_km: float = field("Warn before", FieldType.NUMBER, default=1000.0, ge=0, le=100_000,
                           unit="km", group="Warning", shown=False)
    warn_hours: float = field("Warn before", FieldType.NUMBER, default=25.0, ge=0, le=10_000,
                              unit="engine hours", group="Warning", shown=False)
    warn_days: int = field("Warn before", FieldType.INTEGER, default=14, ge=0, le=1000, unit="days",
                           group="Warning", shown=False)
    active: Flag = field("Active", FieldType.FLAG, default=True, group="Schedule", example=True)
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Schedule",
        help="Its number in another system", aliases=("external id",),
    )

    @model_validator(mode="after")
    def _comes_back(self) -> MaintenanceScheduleFields:
        if self.every_km is None and self.every_hours is None and self.every_days is None:
            raise ValueError("say after what distance, engine hours or days it comes back")
        return self


class WorkOrderFields(Fields):
    """A job for the workshop, as people write it. Its status changes by starting and finishing."""

    title: Name = field("Title", max_length=120, example="Replace brake pads", group="Job",
                        aliases=("work order", "job"))
    vehicle_id: NeededReference = field("Vehicle", FieldType.REFERENCE, reference="vehicles",
                                        group="Job", example=12,
                                        aliases=("registration", "plate"))
    kind: MaintenanceKind = field("Kind", FieldType.CHOICE, default=MaintenanceKind.REPAIR,
                                  choices=MaintenanceKind, group="Job", example="brakes")
    due_on: Date = field("Due", FieldType.DATE, default=None, example="2026-12-01",
                                      group="Job", aliases=("due on", "due date"))
    blocks_vehicle: Flag = field("Takes the vehicle out of service", FieldType.FLAG, default=True,
                                 group="Job", example=True, shown=False)
    schedule_id: Reference = field("Schedule", FieldType.REFERENCE, default=None,
                                   reference="maintenance_schedules", group="Job",
                                   shown=False)
    supplier: OptionalLine = field("Workshop", default=None, max_length=120, group="Cost",
                                   example="City Garage", aliases=("supplier", "garage"))
    cost: Number = field("Cost", FieldType.MONEY, default=None, ge=0, le=9_999_999, example=310.0,
                         group="Cost")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Job",
        help="Its number in another system", aliases=("external id",),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Job", aliases=("notes",))


MAINTENANCE_RECORDS = Kind(
    name="maintenance_record",
    plural="maintenance_records",
    label="Maintenance record",
    label_plural="Maintenance records",
    model=MaintenanceRecord,
    fields=MaintenanceRecordFields,
    title="kind",
    search=("kind", "description", "supplier", "invoice_number", "external_reference"),
    sort="-date",
    icon="wrench",
)
MAINTENANCE_SCHEDULES = Kind(
    name="maintenance_schedule",
    plural="maintenance_schedules",
    label="Maintenance schedule",
    label_plural="Maintenance schedules",
    model=MaintenanceSchedule,
    fields=MaintenanceScheduleFields,
    search=("name", "external_reference"),
    after_save=announce_schedule,
    icon="calendar-clock",
)
WORK_ORDERS = Kind(
    name="work_order",
    plural="work_orders",
    label="Work order",
    label_plural="Work orders",
    model=WorkOrder,
    fields=WorkOrderFields,
    title="title",
    search=("title", "supplier", "note", "external_reference"),
    sort="due_on",
    before_save=check_order,
    before_delete=check_order_deletion,
    computed=(
        Computed(
            name="status", title="Status", type=FieldType.CHOICE,
            expression=lambda _: WorkOrder.status,
            options=tuple(status.value for status in WorkOrderStatus), example="open",
        ),
        Computed(name="started_at", title="Started", type=FieldType.MOMENT, shown=False,
                 expression=lambda _: WorkOrder.started_at),
        Computed(name="finished_at", title="Finished", type=FieldType.MOMENT, shown=False,
                 expression=lambda _: WorkOrder.finished_at),
    ),
    icon="hammer",
)
