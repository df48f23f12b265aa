"""Fleets: what people write about them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from sqlmodel import col

from fleet_app.fleet.kinds.plan_rules import PlanRules
from fleet_app.fleet.kinds.trip_rules import TripRules
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.units import Units
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.languages import LANGUAGES, Language
from fleet_app.records.types import Color, Email, Hours, Integer, Name, OptionalLine, Phone, Zone


def _currency(text: str) -> str:
    code = text.upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise ValueError("must be three letters, such as EUR")
    return code


def _not_a_number(text: str) -> str:
    if text.isdigit():
        raise ValueError("must not be only digits")
    return text


# fmt: off


class _Fleet(Fields):
    """What it is called, how it reads and writes, and what its customers see."""

    name: Annotated[Name, AfterValidator(_not_a_number)] = field(
        "Name", max_length=120, example="Helsinki Couriers", group="Fleet", aliases=("fleet",)
    )
    time_zone: Zone = field("Time zone", default="UTC", max_length=64, example="Europe/Helsinki",
                            group="Fleet", input="zone")
    units: Units = field("Units", FieldType.CHOICE, default=Units.METRIC, choices=Units,
                         group="Fleet", example="metric",
                         help="What screens show and take; the API is always metric")
    currency: Annotated[Name, AfterValidator(_currency)] = field(
        "Currency", default="EUR", max_length=3, example="EUR", group="Fleet"
    )
    language: Language = field("Language", default="en", max_length=8, example="en",
                               group="Fleet", input="known", known=LANGUAGES)
    working_hours: Hours = field("Working hours", default="", max_length=200, group="Fleet",
                                 example="Mon-Fri 07:00-18:00", shown=False,
                                 help="Like Mon-Fri 07:00-18:00; Sat 09:00-14:00")
    brand_name: OptionalLine = field("Name for customers", default=None, max_length=80,
                                     group="Branding", shown=False, example="HelCo",
                                     help="Shown on the tracking page")
    brand_color: Color = field("Colour", default=None, max_length=7, example="#1a73e8",
                               group="Branding", input="color", shown=False)
    logo_file_id: Integer = field("Logo", FieldType.INTEGER, default=None, ge=1, le=2**63 - 1,
                                  shown=False, sortable=False, filterable=False, importable=False,
                                  input="photo", group="Branding")
    support_phone: Phone = field("Customer service phone", default=None, max_length=32,
                                 group="Branding", shown=False, example="+358 9 123 456")
    support_email: Email = field("Customer service e-mail", default=None, max_length=254,
                                 group="Branding", shown=False,
                                 example="help@example.com")


class FleetFields(PlanRules, TripRules, _Fleet):
    """A fleet as people write it."""


FLEETS = Kind(
    name="fleet",
    plural="fleets",
    label="Fleet",
    label_plural="Fleets",
    model=Fleet,
    fields=FleetFields,
    tenant="id",
    key="name",
    unique={"uq_fleets_name": ("name", "there is a fleet of this name already")},
    own=lambda principal: col(Fleet.id) == principal.fleet_id,
    icon="building-2",
)
