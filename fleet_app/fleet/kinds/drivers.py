"""Drivers: what people write about them."""

from __future__ import annotations

from typing import Any

from sqlmodel import col

from fleet_app.access.principal import Principal
from fleet_app.fleet.kinds.vehicles import SKILLS
from fleet_app.fleet.models import Driver, DriverStatus
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.languages import LANGUAGES, OptionalLanguage
from fleet_app.records.types import (
    Date,
    Email,
    Hours,
    Integer,
    Lines,
    Name,
    Number,
    OptionalLine,
    Phone,
    Reference,
    Tags,
)

DUTY_CHANGED = "driver.duty_changed"
"""The event of a driver who comes on duty, goes off it, or leaves."""
CLASSES = ("AM", "A", "B", "BE", "C1", "C", "CE", "D1", "D")

# fmt: off


class DriverFields(Fields):
    """A driver as people write it."""

    name: Name = field("Name", max_length=120, example="Aino Virtanen", group="Person",
                       aliases=("driver", "driver name", "full name"))
    phone: Phone = field("Phone", default=None, max_length=32, example="+358 40 123 4567",
                         group="Person", aliases=("mobile", "telephone", "phone number"))
    email: Email = field("E-mail", default=None, max_length=254, example="aino@example.com",
                         group="Person", shown=False, aliases=("email", "mail"))
    language: OptionalLanguage = field("Language", default=None, max_length=8, example="fi",
                                       group="Person", shown=False, input="known", known=LANGUAGES)
    status: DriverStatus = field("Duty", FieldType.CHOICE, default=DriverStatus.OFF_DUTY,
                                 choices=DriverStatus, group="Work", example="on_duty",
                                 aliases=("status", "duty status"))
    vehicle_id: Reference = field("Vehicle", FieldType.REFERENCE, default=None,
                                  reference="vehicles", group="Work",
                                  aliases=("current vehicle", "registration"))
    depot_id: Reference = field("Depot", FieldType.REFERENCE, default=None, reference="depots",
                                group="Work", aliases=("home depot", "base"))
    shift: Hours = field("Shift", default="", max_length=200, example="Mon-Fri 07:00-15:30",
                         group="Work", help="Like Mon-Fri 07:00-15:30; Sat 08:00-12:00",
                         aliases=("shift pattern", "working hours"))
    max_hours: Number = field("Longest day", FieldType.NUMBER, default=None, ge=0.5, le=24,
                              unit="h", group="Work", shown=False, example=9,
                              help="From leaving to coming back; empty means the whole shift",
                              aliases=("max hours", "longest tour"))
    break_minutes: Number = field("Break", FieldType.NUMBER, default=None, ge=0, le=240,
                                  unit="min", usual=30, group="Work", shown=False, example=30,
                                  help="When the day is long enough for one",
                                  aliases=("break minutes", "break length"))
    skills: Tags = field("Skills", FieldType.TAGS, default=[], group="Work", shown=False,
                         suggestions=SKILLS, example=["hazardous"])
    license_number: Name = field(
        "Licence number", max_length=32, example="FI-410137", group="Licence",
        aliases=("license number", "driving licence", "licence", "license"),
    )
    license_classes: Tags = field("Licence classes", FieldType.TAGS, default=[], group="Licence",
                                  suggestions=CLASSES, example=["B", "C1"], shown=False,
                                  aliases=("classes", "license classes"))
    license_expires_on: Date = field(
        "Licence valid until", FieldType.DATE, default=None, example="2030-05-31", group="Licence",
        aliases=("licence expiry", "license expiry", "license expires on"),
    )
    user_id: Reference = field("Sign-in", FieldType.REFERENCE, default=None, reference="users",
                               shown=False, importable=False, group="Work",
                               help="The account this driver uses on the phone")
    photo_file_id: Integer = field("Photo", FieldType.INTEGER, default=None, ge=1, le=2**63 - 1,
                                   shown=False, sortable=False, filterable=False, importable=False,
                                   input="photo", group="Person")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Person",
        help="The number in another system, such as payroll",
        aliases=("employee number", "personnel number", "external id"),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Person", aliases=("notes", "comment"))


def _own(principal: Principal) -> Any:
    return col(Driver.id) == (principal.driver_id or 0)


async def _after_save(write: Write) -> None:
    """Everybody who plans or dispatches hears of a change of duty."""
    driver, before = write.row, None if write.is_new else write.before.get("status")
    if "status" not in write.values or before == driver.status:
        return
    if write.is_new and driver.status == DriverStatus.OFF_DUTY:
        return  # nobody is on duty by being known
    data = {
        "driver_id": driver.id, "vehicle_id": driver.vehicle_id,
        "status": DriverStatus(driver.status).value,
        "previous": None if before is None else DriverStatus(before).value,
    }  # fmt: skip
    subject = f"driver:{driver.id}"
    event = DomainEvent(type=DUTY_CHANGED, fleet_id=driver.fleet_id, subject=subject, data=data)
    publish(write.session, event)


DRIVERS = Kind(
    name="driver",
    plural="drivers",
    label="Driver",
    label_plural="Drivers",
    model=Driver,
    fields=DriverFields,
    search=("name", "license_number", "phone", "email", "external_reference"),
    key="license_number",
    unique={
        "uq_drivers_license": ("license_number", "this licence number is in use by another driver"),
        "uq_drivers_user_id": ("user_id", "this account is another driver's already"),
    },
    own=_own,
    after_save=_after_save,
    icon="id-card",
)
