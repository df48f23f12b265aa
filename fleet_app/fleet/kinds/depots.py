"""Depots: what people write about them."""

from __future__ import annotations

from pydantic import model_validator
from sqlmodel import col

from fleet_app.fleet.models import Depot
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.points import follow_address, whole_point
from fleet_app.records.types import (
    Hours,
    Lines,
    Name,
    Number,
    OptionalLine,
    Phone,
)

# fmt: off


class DepotFields(Fields):
    """A depot as people write it."""

    name: Name = field("Name", max_length=120, example="Depot North", group="Depot",
                       aliases=("depot", "site"))
    address: Name = field("Address", max_length=300, example="Kalevankatu 16, 00100 Helsinki",
                          input="address", group="Place", width=260)
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-90, le=90, example=60.1666,
                        input="hidden", group="Place", shown=False,
                        aliases=("latitude",))
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180,
                        example=24.9348, input="hidden", group="Place", shown=False,
                        aliases=("longitude", "lng", "long"))
    opening_hours: Hours = field("Opening hours", default="", max_length=200, group="Depot",
                                 example="Mon-Fri 06:00-20:00",
                                 help="Like Mon-Fri 06:00-20:00; Sat 08:00-14:00")
    phone: Phone = field("Phone", default=None, max_length=32, example="+358 9 123 456",
                         group="Depot")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Depot",
        help="Its number in another system", aliases=("external id", "depot number"),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Depot", aliases=("notes", "comment"))

    _point = model_validator(mode="after")(whole_point)


DEPOTS = Kind(
    name="depot",
    plural="depots",
    label="Depot",
    label_plural="Depots",
    model=Depot,
    fields=DepotFields,
    search=("name", "address", "external_reference"),
    key="name",
    unique={"uq_depots_name": ("name", "there is a depot of this name already")},
    before_save=follow_address,
    own=lambda principal: col(Depot.fleet_id) == principal.fleet_id,
    icon="warehouse",
)
