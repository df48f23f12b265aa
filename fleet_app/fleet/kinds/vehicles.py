"""Vehicles: what people write about them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator
from sqlmodel import col

from fleet_app.access.principal import Principal
from fleet_app.fleet.models import EnergyType, Vehicle, VehicleStatus, VehicleType
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.types import Integer, Lines, Name, Number, OptionalLine, Reference, Tags

_VIN_LETTERS = set("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")


def _vin(text: str | None) -> str | None:
    """ISO 3779: 17 letters and digits without I, O and Q."""
    if text is None:
        return None
    vin = text.replace(" ", "").upper()
    if len(vin) != 17 or not set(vin) <= _VIN_LETTERS:
        raise ValueError("must be 17 letters and digits, without I, O and Q")
    return vin


Vin = Annotated[OptionalLine, AfterValidator(_vin)]
Plate = Annotated[Name, BeforeValidator(lambda v: " ".join(v.split()) if isinstance(v, str) else v)]
SKILLS = ("cooled", "heavy", "hazardous", "fragile", "tail lift", "two people")

_ENERGIES = {"bike": EnergyType.HUMAN, "scooter": EnergyType.ELECTRIC}


def _size(title: str, unit: str, high: float, example: float, **details: Any) -> Any:
    """How large a truck is; as far as road networks tell sizes apart."""
    return field(
        title, FieldType.NUMBER, default=None, ge=0.5, le=high, unit=unit, example=example,
        group="Size", shown=False, **details,
    )  # fmt: skip


# fmt: off


class VehicleFields(Fields):
    """A vehicle as people write it."""

    name: Name = field("Name", max_length=120, example="Van 12", group="Vehicle",
                       aliases=("vehicle", "van", "vehicle name", "fleet number", "call sign"))
    registration_number: Plate = field(
        "Registration", max_length=20, example="ABC-123", group="Vehicle", width=130,
        aliases=("plate", "licence plate", "license plate", "number plate", "reg no", "reg",
                 "registration number", "registration plate"),
    )
    type: VehicleType = field("Type", FieldType.CHOICE, default=VehicleType.VAN,
                              choices=VehicleType, group="Vehicle", example="van",
                              aliases=("vehicle type", "category"))
    service_status: VehicleStatus = field(
        "In service", FieldType.CHOICE, default=VehicleStatus.ACTIVE, choices=VehicleStatus,
        column="status", group="Vehicle", example="active", aliases=("service status",),
        help="Vehicles in the workshop cannot be planned.",
    )
    depot_id: Reference = field("Depot", FieldType.REFERENCE, default=None, reference="depots",
                                group="Vehicle", aliases=("home depot", "base"))
    make: OptionalLine = field("Make", default=None, max_length=60, example="Ford", group="Details",
                               shown=False, aliases=("manufacturer", "brand"))
    model: OptionalLine = field("Model", default=None, max_length=60, example="Transit",
                                group="Details", shown=False)
    year: Integer = field("Model year", FieldType.INTEGER, default=None, ge=1950, le=2100,
                          example=2024, group="Details", shown=False,
                          aliases=("year",))
    vin: Vin = field("VIN", default=None, max_length=17, example="WF0XXXTTGXKA12345",
                     group="Details", shown=False, help="17 characters, on the type plate",
                     aliases=("chassis number", "vehicle identification number"))
    energy: EnergyType = field("Energy", FieldType.CHOICE, default=EnergyType.DIESEL,
                               choices=EnergyType, group="Details", shown=False, example="diesel",
                               aliases=("fuel", "fuel type", "energy type"))
    consumption_per_100km: Number = field(
        "Consumption", FieldType.NUMBER, default=None, ge=0, le=500, unit="l or kWh/100 km",
        group="Details", shown=False, example=8.4, for_many=False, aliases=("fuel consumption",),
    )
    odometer_km: Number = field(
        "Odometer reading", FieldType.NUMBER, default=None, ge=0, le=10_000_000, unit="km",
        secret=True, shown=False, group="Details", aliases=("odometer", "mileage", "km"),
        help="What the dashboard shows now; left empty, it stays as it is",
    )
    capacity_kg: Number = field("Payload", FieldType.NUMBER, default=None, ge=0, le=100_000,
                                unit="kg", group="Capacity", example=1100, shown=False,
                                aliases=("capacity weight", "max weight", "capacity kg"))
    capacity_m3: Number = field("Volume", FieldType.NUMBER, default=None, ge=0, le=1000, unit="m³",
                                group="Capacity", example=9.5, shown=False,
                                aliases=("capacity volume", "load volume", "capacity m3"))
    capacity_parcels: Integer = field(
        "Parcels", FieldType.INTEGER, default=None, ge=0, le=100_000, group="Capacity", shown=False,
        example=120, aliases=("capacity parcels", "max parcels"),
    )
    height_m: Number = _size("Height", "m", 10, 3.8, aliases=("height m", "vehicle height"),
                             help="Of a truck: keeps it away from bridges that are too low")
    width_m: Number = _size("Width", "m", 10, 2.55, aliases=("width m", "vehicle width"),
                            help="Of a truck, without its mirrors")
    length_m: Number = _size("Length", "m", 50, 9.5, aliases=("length m", "vehicle length"),
                             help="Of a truck with its trailer")
    weight_t: Number = _size("Total weight", "t", 100, 18, help="Of a truck with its load and "
                             "trailer: keeps it away from roads and bridges that are too weak",
                             aliases=("weight t", "gross weight", "gvw", "total mass"))
    skills: Tags = field("Skills", FieldType.TAGS, default=[], group="Capacity", shown=False,
                         suggestions=SKILLS, example=["cooled"],
                         help="What it can carry that others cannot")
    equipment: Tags = field("Equipment", FieldType.TAGS, default=[], group="Capacity", shown=False,
                            suggestions=("trolley", "ramp", "straps", "card reader"),
                            example=["trolley"])
    max_stops: Integer = field("Stops at most", FieldType.INTEGER, default=None, ge=1, le=500,
                               group="Planning", shown=False, example=60,
                               help="On one route; empty means any number",
                               aliases=("max stops", "maximum stops"))
    max_distance_km: Number = field(
        "Range", FieldType.NUMBER, default=None, ge=1, le=10_000, unit="km", group="Planning",
        shown=False, example=180, help="The most that it drives in a day; empty means any distance",
        aliases=("max distance", "max distance km", "maximum distance", "driving range"),
    )
    cost_per_km: Number = field("Cost of a kilometre", FieldType.NUMBER, default=None, ge=0,
                                le=1_000, usual=0.3, group="Planning", shown=False, example=0.35,
                                help="Energy, tyres, wear; in the fleet's currency",
                                aliases=("cost per km", "kilometre cost"))
    cost_per_hour: Number = field("Cost of an hour", FieldType.NUMBER, default=None, ge=0,
                                  le=10_000, usual=25, group="Planning", shown=False, example=28,
                                  help="Of the driver, from leaving to coming back",
                                  aliases=("cost per hour", "hourly cost"))
    fixed_cost: Number = field("Cost of a day in use", FieldType.NUMBER, default=None, ge=0,
                               le=100_000, usual=20, group="Planning", shown=False, example=20,
                               help="What it costs to take the vehicle at all",
                               aliases=("fixed cost", "daily cost"))
    co2_per_km: Number = field("CO2", FieldType.NUMBER, default=None, ge=0, le=5_000, unit="g/km",
                               group="Planning", shown=False, example=225,
                               help="Empty means as its energy and its consumption say",
                               aliases=("co2 per km", "co2 emissions"))
    photo_file_id: Integer = field("Photo", FieldType.INTEGER, default=None, ge=1, le=2**63 - 1,
                                   shown=False, sortable=False, filterable=False, importable=False,
                                   input="photo", group="Details")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Details",
        help="Its number in another system", aliases=("external id", "reference", "erp id"),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Details", aliases=("notes", "comment"))

    @model_validator(mode="before")
    @classmethod
    def _usual_energy(cls, given: Any) -> Any:
        """What a bicycle or a scooter runs on, unless somebody says otherwise."""
        usual = _ENERGIES.get(str(given.get("type"))) if isinstance(given, dict) else None
        return given if usual is None or "energy" in given else {**given, "energy": usual}


def _own(principal: Principal) -> Any:
    return col(Vehicle.id) == (principal.vehicle_id or 0)


VEHICLES = Kind(
    name="vehicle",
    plural="vehicles",
    label="Vehicle",
    label_plural="Vehicles",
    model=Vehicle,
    fields=VehicleFields,
    search=("name", "registration_number", "vin", "external_reference"),
    key="registration_number",
    loose=frozenset({"registration_number"}),
    unique={
        "uq_vehicles_registration": (
            "registration_number", "this registration number is in use by another vehicle"
        ),
        "uq_vehicles_vin": ("vin", "this VIN is in use by another vehicle"),
    },
    own=_own,
    icon="truck",
    extra={"first": ("driver", "last_seen", "registration_number", "type", "service_status")},
)
