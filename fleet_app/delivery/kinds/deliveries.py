"""Deliveries: what people write about them. Their status changes only through their life."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator
from sqlalchemy import and_, case, func, select
from sqlmodel import col

from fleet_app.access.principal import Principal
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryStatus,
    Priority,
    Proof,
    Route,
    RouteStatus,
)
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.settled import require_open
from fleet_app.delivery.urgency import announce_urgent
from fleet_app.delivery.windows import require_windows
from fleet_app.fleet.kinds.vehicles import SKILLS
from fleet_app.fleet.models import Vehicle
from fleet_app.records.fields import Computed, Fields, FieldType, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.points import follow_address, whole_point
from fleet_app.records.problems import invalid
from fleet_app.records.types import (
    Date,
    Email,
    Integer,
    Line,
    Lines,
    Moment,
    Number,
    OptionalLine,
    Phone,
    Reference,
    Tags,
    require_place,
)

PROOFS = tuple(one.value for one in Proof)
_WHERE_GOODS_ARE = frozenset(
    {"pickup_depot_id", "pickup_address", "pickup_lat", "pickup_lon", "due_on"}
)


def _proofs(values: list[str]) -> list[str]:
    words = [value.lower().replace(" ", "_") for value in values]
    if not set(words) <= set(PROOFS):
        raise ValueError(f"any of {', '.join(PROOFS)}")
    return words


Proofs = Annotated[Tags, AfterValidator(_proofs)]

# fmt: off


class DeliveryFields(Fields):
    """A delivery as people write it."""

    tracking_number: OptionalLine = field(
        "Tracking number", default=None, max_length=40, example="HC-2000417", group="Order",
        help="Left empty, we make one", width=140, aliases=("tracking", "parcel number", "awb"),
    )
    customer_id: Reference = field("Customer", FieldType.REFERENCE, default=None,
                                   reference="customers", group="Order", width=180,
                                   aliases=("customer", "recipient"))
    address: Line = field("Drop-off address", default="", max_length=300, input="address",
                          group="Drop-off", example="Kalevankatu 16, 00100 Helsinki", width=260,
                          help="Left empty, the customer's address",
                          aliases=("address", "delivery address", "drop-off", "destination"))
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-90, le=90, example=60.1666,
                        input="hidden", group="Drop-off", shown=False, aliases=("latitude",))
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180,
                        example=24.9348, input="hidden", group="Drop-off", shown=False,
                        aliases=("longitude", "lng", "long"))
    due_on: Date = field("Day", FieldType.DATE, default=None, example="2026-11-23", group="When",
                         aliases=("date", "delivery date", "due date", "due on"))
    service_minutes: Number = field("Time at the door", FieldType.NUMBER, default=None, ge=0,
                                    le=1440, unit="min", example=4, group="When", shown=False,
                                    aliases=("service time", "service minutes"))
    window_from: Moment = field("From", FieldType.MOMENT, default=None, group="When",
                                example="2026-11-23T09:00:00Z",
                                aliases=("window from", "time from", "earliest"))
    window_to: Moment = field("Until", FieldType.MOMENT, default=None, group="When",
                              example="2026-11-23T12:00:00Z",
                              aliases=("window to", "time to", "latest", "to"))
    window2_from: Moment = field("Or from", FieldType.MOMENT, default=None, group="When",
                                 shown=False, example="2026-11-23T14:00:00Z",
                                 help="A second time window that suits as well, after the first",
                                 aliases=("window2 from", "second window from", "from 2"))
    window2_to: Moment = field("Or until", FieldType.MOMENT, default=None, group="When",
                               shown=False, example="2026-11-23T17:00:00Z",
                               aliases=("window2 to", "second window to", "until 2", "to 2"))
    priority: Priority = field("Priority", FieldType.CHOICE, default=Priority.NORMAL,
                               choices=Priority, group="Order", example="normal")
    weight_kg: Number = field("Weight", FieldType.NUMBER, default=None, ge=0, le=100_000, unit="kg",
                              example=12.5, group="Goods", aliases=("weight kg",))
    volume_m3: Number = field("Volume", FieldType.NUMBER, default=None, ge=0, le=1000, unit="m³",
                              example=0.05, group="Goods", shown=False, aliases=("volume m3",))
    parcels: Integer = field("Parcels", FieldType.INTEGER, default=1, ge=1, le=10_000, example=1,
                             group="Goods", shown=False, aliases=("pieces", "quantity", "count"))
    length_cm: Number = field("Length", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm",
                              group="Goods", shown=False, aliases=("length cm",))
    width_cm: Number = field("Width", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm",
                             group="Goods", shown=False, aliases=("width cm",))
    height_cm: Number = field("Height", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm",
                              group="Goods", shown=False, aliases=("height cm",))
    required_skills: Tags = field("Required skills", FieldType.TAGS, default=[], group="Goods",
                                  suggestions=SKILLS, shown=False, example=["cooled"])
    required_proof: Proofs = field("Required proof", FieldType.TAGS, default=[], group="Drop-off",
                                   suggestions=PROOFS, shown=False, example=["signature"])
    contact_name: OptionalLine = field("Contact", default=None, max_length=120, group="Drop-off",
                                       example="Liisa Aho", shown=False,
                                       aliases=("contact name",))
    contact_phone: Phone = field("Contact phone", default=None, max_length=32, group="Drop-off",
                                 example="+358 40 123 4567", shown=False)
    contact_email: Email = field("Contact e-mail", default=None, max_length=254, shown=False,
                                 group="Drop-off", example="liisa@example.com")
    instructions: Lines = field("Instructions", FieldType.LONGTEXT, default="", max_length=2000,
                                example="Ring twice", group="Drop-off", shown=False,
                                aliases=("note", "notes", "comment", "delivery notes"))
    pickup_depot_id: Reference = field("Pick-up depot", FieldType.REFERENCE, default=None,
                                       reference="depots", group="Pick-up", shown=False,
                                       aliases=("depot",))
    pickup_address: OptionalLine = field("Pick-up address", default=None, max_length=300,
                                         input="address", group="Pick-up", shown=False)
    pickup_lat: Number = field("Pick-up latitude", FieldType.NUMBER, default=None, ge=-90, le=90,
                               input="hidden", group="Pick-up", shown=False)
    pickup_lon: Number = field("Pick-up longitude", FieldType.NUMBER, default=None, ge=-180,
                               le=180, input="hidden", group="Pick-up", shown=False)
    external_reference: OptionalLine = field(
        "Order number", default=None, max_length=80, group="Order", example="SO-10442",
        help="Its number in the shop or ERP system", width=130, shown=False,
        aliases=("external reference", "order", "order id", "external id", "reference"),
    )

    @model_validator(mode="after")
    def _sound(self) -> DeliveryFields:
        require_windows(self)
        whole_point(self)
        require_place(("pick-up latitude", "pick-up longitude"), self.pickup_lat, self.pickup_lon,
                      fields=("pickup_lat", "pickup_lon"))
        if not self.address and self.customer_id is None:
            raise ValueError("a delivery needs an address or a customer who has one")
        return self


# fmt: on


def new_tracking_number() -> str:
    """A number nobody has, in letters that are not mistaken for each other."""
    letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    return "LF" + "".join(secrets.choice(letters) for _ in range(10))


async def _before_save(write: Write) -> None:
    values = write.values
    if "tracking_number" in values and not values["tracking_number"]:
        values["tracking_number"] = write.before.get("tracking_number") or new_tracking_number()
    if values.get("parcels", 1) is None:
        values["parcels"] = 1  # what nobody counts is one parcel
    if values.get("address") == "":
        await _take_customers_address(write)
    if not write.is_new:
        require_open(write.row, write.before, values)
    await follow_address(write)
    await follow_address(write, "pickup_")
    _forget_vehicle(write)


def _forget_vehicle(write: Write) -> None:
    """Whoever says where goods are, or of what other day, knows more than that they were left in a
    vehicle."""
    told = _WHERE_GOODS_ARE & write.values.keys()
    if write.row.left_in and any(write.values[one] != getattr(write.row, one) for one in told):
        write.row.left_in = {}  # no field: whoever takes the change back has said so as well


async def _take_customers_address(write: Write) -> None:
    """The customer's address, and its point unless another one is given."""
    customer = await write.session.get(Customer, write.fields["customer_id"] or 0)
    if customer is None or not customer.address:
        raise invalid({"address": "is missing, and the customer has none"})
    write.values["address"] = customer.address
    if write.values.get("lat") is None:
        write.values["lat"], write.values["lon"] = customer.lat, customer.lon


async def _after_save(write: Write) -> None:
    """A new delivery's life begins; the planned stops of a known one follow its points, and who
    drives may take it if it is urgent now."""
    if write.is_new:
        DeliveryLife(write.session).created(write.actor, write.row)
        return
    announce_urgent(write.session, write.row, write.before)
    if write.values.keys() & {"lat", "lon", "pickup_lat", "pickup_lon"}:
        await DeliveryLife(write.session).moved(write.row)


async def _before_delete(write: Write) -> None:
    """It leaves its route, unless that has left or the delivery was made or tried."""
    await DeliveryLife(write.session).removing(write.actor, write.row)


def _route_name() -> Any:
    """What the route is called, what drives it, and when."""
    name = func.coalesce(func.nullif(col(Route.name), ""), func.concat("Route ", col(Route.id)))
    day = func.to_char(col(Route.date), "FMDD Mon YYYY")
    return (
        select(func.concat_ws(" · ", name, col(Vehicle.name), day))
        .select_from(Route)
        .outerjoin(Vehicle, col(Vehicle.id) == col(Route.vehicle_id))
        .where(col(Route.id) == col(Delivery.route_id))
        .scalar_subquery()
    )


def _goods_in() -> Any:
    """The vehicle that goods were left in, from which another one has to fetch them."""
    vehicle = func.jsonb_extract_path_text(col(Delivery.left_in), "vehicle")
    return case((col(Delivery.picked_up_at).is_(None), vehicle), else_=None)


def _has_point() -> Any:
    return and_(col(Delivery.lat).is_not(None), col(Delivery.lon).is_not(None))


def _own(principal: Principal) -> Any:
    tours = select(col(Route.id)).where(
        col(Route.driver_id) == (principal.driver_id or 0), col(Route.status) != RouteStatus.DRAFT
    )
    return col(Delivery.route_id).in_(tours)


DELIVERIES = Kind(
    name="delivery",
    plural="deliveries",
    label="Delivery",
    label_plural="Deliveries",
    model=Delivery,
    fields=DeliveryFields,
    title="tracking_number",
    search=("tracking_number", "external_reference", "address", "contact_name"),
    sort="-due_on",
    key="tracking_number",
    unique={
        "uq_deliveries_tracking_number": (
            "tracking_number",
            "this tracking number is in use by another delivery",
        ),
    },
    computed=(
        Computed(
            name="status",
            title="Status",
            type=FieldType.CHOICE,
            expression=lambda _: col(Delivery.status),
            options=tuple(status.value for status in DeliveryStatus),
            example="created",
        ),
        Computed(
            name="status_at",
            title="Since",
            type=FieldType.MOMENT,
            expression=lambda _: col(Delivery.status_at),
            shown=False,
        ),
        Computed(
            name="on_map",
            title="On the map",
            type=FieldType.FLAG,
            expression=lambda _: and_(
                col(Delivery.lat).is_not(None), col(Delivery.lon).is_not(None)
            ),
            shown=False,
            sortable=False,
            example=True,
        ),
        Computed(
            name="goods_in",
            title="Goods in",
            expression=lambda _: _goods_in(),
            shown=False,
            example="Van 12",
        ),
        Computed(
            name="route_id",
            title="Route number",
            type=FieldType.INTEGER,
            expression=lambda _: col(Delivery.route_id),
            shown=False,
        ),
        Computed(
            name="route_name",
            title="Route",
            expression=lambda _: _route_name(),
            shown=False,
            sortable=False,
            filterable=False,
            example="North 1 · Van 12 · 23 Nov 2026",
        ),
    ),
    before_save=_before_save,
    after_save=_after_save,
    before_delete=_before_delete,
    own=_own,
    icon="package",
)
