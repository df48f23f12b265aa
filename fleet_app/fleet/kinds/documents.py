"""Documents of vehicles and drivers: what people write about them."""

from __future__ import annotations

from pydantic import model_validator

from fleet_app.fleet.models import Document, DocumentType
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.kinds import Kind
from fleet_app.records.types import (
    Date,
    Integer,
    Lines,
    Name,
    OptionalLine,
    Reference,
    require_order,
)

# fmt: off


class DocumentFields(Fields):
    """A document as people write it."""

    name: Name = field("Name", max_length=120, example="Insurance 2027", group="Document",
                       aliases=("document", "title"))
    type: DocumentType = field("Type", FieldType.CHOICE, default=DocumentType.OTHER,
                               choices=DocumentType, group="Document", example="insurance",
                               aliases=("document type",))
    vehicle_id: Reference = field("Vehicle", FieldType.REFERENCE, default=None,
                                  reference="vehicles", group="Document")
    driver_id: Reference = field("Driver", FieldType.REFERENCE, default=None, reference="drivers",
                                 group="Document")
    number: OptionalLine = field("Document number", default=None, max_length=60, example="P-55231",
                                 group="Document", aliases=("number",))
    issued_on: Date = field("Issued", FieldType.DATE, default=None, shown=False,
                                         example="2026-01-01", group="Validity",
                                         aliases=("issued on", "valid from"))
    expires_on: Date = field("Valid until", FieldType.DATE, default=None,
                                          example="2027-01-01", group="Validity",
                                          aliases=("expires", "expiry"))
    file_id: Integer = field("File", FieldType.INTEGER, default=None, ge=1, le=2**63 - 1,
                             shown=False, sortable=False, filterable=False, importable=False,
                             input="file", group="Document")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Document",
        help="Its number in another system", aliases=("external id",),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Document", aliases=("notes",))

    @model_validator(mode="after")
    def _sound(self) -> DocumentFields:
        require_order(self.issued_on, self.expires_on, "this day is before it is issued",
                      field="expires_on")
        if self.vehicle_id is None and self.driver_id is None:
            raise ValueError("choose the vehicle or the driver it belongs to")
        return self


DOCUMENTS = Kind(
    name="document",
    plural="documents",
    label="Document",
    label_plural="Documents",
    model=Document,
    fields=DocumentFields,
    search=("name", "number", "external_reference"),
    sort="expires_on",
    icon="file-text",
)
