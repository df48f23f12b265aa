"""Customers: what people write about them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from fleet_app.delivery.models import Customer
from fleet_app.kernel.clock import utc_now
from fleet_app.records.fields import Fields, FieldType, Spec, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.languages import LANGUAGES, OptionalLanguage
from fleet_app.records.points import follow_address, whole_point
from fleet_app.records.types import (
    Email,
    Flag,
    Hours,
    Line,
    Lines,
    Name,
    Number,
    OptionalLine,
    Phone,
)

MOST_ENTRIES = 20


class Contact(Fields):
    """A person to ask for."""

    name: Name = field("Name", max_length=120, example="Liisa Aho")
    phone: Phone = field("Phone", default=None, max_length=32)
    email: Email = field("E-mail", default=None, max_length=254)


class OtherAddress(Fields):
    """A further address of a customer."""

    label: Line = field("Label", default="", max_length=60, example="Warehouse")
    address: Name = field("Address", max_length=300)
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-90, le=90)
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180)


def _contacts(value: Any) -> Any:
    """Contacts from lines such as `Liisa Aho, +358 40 123 4567, liisa@example.com`."""
    if not isinstance(value, str):
        return value or []
    return [_contact(line) for line in value.splitlines() if line.strip()]


def _contact(line: str) -> dict[str, str]:
    name, *rest = (part.strip() for part in line.split(","))
    contact = {"name": name}
    for part in rest:
        contact["email" if "@" in part else "phone"] = part
    return contact


def _addresses(value: Any) -> Any:
    """Addresses from lines, `label: address` or the address alone."""
    if not isinstance(value, str):
        return value or []
    found = []
    for line in filter(None, (one.strip() for one in value.splitlines())):
        label, colon, address = line.partition(":")
        found.append(
            {"label": label.strip(), "address": address.strip()} if colon else {"address": line}
        )
    return found


Contacts = Annotated[list[Contact], BeforeValidator(_contacts)]
Addresses = Annotated[list[OtherAddress], BeforeValidator(_addresses)]

# fmt: off


class CustomerFields(Fields):
    """A customer as people write it."""

    name: Name = field("Name", max_length=160, example="Kahvila Aamu", group="Customer",
                       aliases=("customer", "customer name", "company", "recipient"))
    email: Email = field("E-mail", default=None, max_length=254, example="hello@example.com",
                         group="Customer", aliases=("email", "mail"))
    phone: Phone = field("Phone", default=None, max_length=32, example="+358 40 123 4567",
                         group="Customer", aliases=("mobile", "telephone", "phone number"))
    language: OptionalLanguage = field("Language", default=None, max_length=8, example="fi",
                                       group="Customer", shown=False, input="known",
                                       known=LANGUAGES)
    address: Line = field("Address", default="", max_length=300, input="address", group="Address",
                          example="Kalevankatu 16, 00100 Helsinki", width=260,
                          aliases=("street address", "delivery address"))
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-90, le=90, example=60.1666,
                        input="hidden", group="Address", shown=False, aliases=("latitude",))
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180,
                        example=24.9348, input="hidden", group="Address", shown=False,
                        aliases=("longitude", "lng", "long"))
    addresses: Addresses = field(
        "Other addresses", FieldType.LIST, default=[], max_length=MOST_ENTRIES, group="Address",
        shown=False, sortable=False, help="One a line, like Warehouse: Malminkatu 3, Helsinki",
        example=[{"label": "Warehouse", "address": "Malminkatu 3, Helsinki"}],
    )
    preferred_windows: Hours = field(
        "Preferred times", default="", max_length=200, example="Mon-Fri 09:00-12:00", shown=False,
        group="Wishes", help="Like Mon-Fri 09:00-12:00; Sat 10:00-14:00",
        aliases=("preferred windows", "time windows", "opening hours"),
    )
    contacts: Contacts = field(
        "Contacts", FieldType.LIST, default=[], max_length=MOST_ENTRIES, group="Customer",
        shown=False, sortable=False, help="One a line: name, phone, e-mail",
        example=[{"name": "Liisa Aho", "phone": "+358 40 123 4567"}],
    )
    consent_email: Flag = field("May be mailed", FieldType.FLAG, default=False, group="Wishes",
                                shown=False, example=True, aliases=("consent email",))
    consent_sms: Flag = field("May be texted", FieldType.FLAG, default=False, group="Wishes",
                              shown=False, example=True, aliases=("consent sms",))
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, group="Customer", shown=False,
        help="The number in another system", aliases=("customer number", "external id", "erp id"),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Wishes", aliases=("notes", "comment"))

    _point = model_validator(mode="after")(whole_point)


# fmt: on


async def _before_save(write: Write) -> None:
    """Consent is dated when it changes; lists are kept as JSON."""
    await follow_address(write)
    for name in ("contacts", "addresses"):
        if name in write.values:
            write.values[name] = [one.model_dump() for one in write.values[name]]
    for name in ("consent_email", "consent_sms"):
        if name in write.values and write.values[name] != write.before.get(name, False):
            write.values["consent_at"] = utc_now()


CUSTOMERS = Kind(
    name="customer",
    plural="customers",
    label="Customer",
    label_plural="Customers",
    model=Customer,
    fields=CustomerFields,
    search=("name", "email", "phone", "address", "external_reference"),
    before_save=_before_save,
    behind=(Spec(name="consent_at", title="Consent dated", type=FieldType.MOMENT),),
    icon="users",
)
