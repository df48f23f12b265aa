"""Orders, the people they go to, and the routes that carry them."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference, tags
from fleet_app.records.base import Record, by_text, of_fleet, unique_alive


class DeliveryStatus(StrEnum):
    """The life of a delivery."""

    CREATED = "created"
    ASSIGNED = "assigned"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ARRIVING = "arriving"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    FAILED = "failed"
    RESCHEDULED = "rescheduled"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class RouteStatus(StrEnum):
    """The life of a route."""

    DRAFT = "draft"
    PUBLISHED = "published"
    STARTED = "started"
    COMPLETED = "completed"


class StopKind(StrEnum):
    """What is done at a stop: goods are delivered there, or fetched first."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


class Priority(StrEnum):
    """Who goes first when not everybody can."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Proof(StrEnum):
    """What has to be shown for a delivery to count."""

    SIGNATURE = "signature"
    PHOTO = "photo"
    PIN = "pin"
    BARCODE = "barcode"
    ID_CHECK = "id_check"


class Customer(Record, table=True):
    """Whoever receives deliveries. `contacts` and `addresses` are lists of JSON objects."""

    __tablename__ = "customers"
    __table_args__ = (
        unique_alive("uq_customers_external_reference", "fleet_id", "external_reference"),
        *by_text("customers", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=160)
    email: str | None = Field(default=None, max_length=254, index=True)
    phone: str | None = Field(default=None, max_length=32, index=True)
    contacts: list[dict[str, str]] = tags()
    address: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})
    lat: float | None = None
    lon: float | None = None
    addresses: list[dict[str, object]] = tags()
    preferred_windows: str = Field(
        default="", max_length=200, sa_column_kwargs={"server_default": ""}
    )
    language: str | None = Field(default=None, max_length=8)
    consent_email: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    consent_sms: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    consent_at: datetime | None = moment(optional=True)
    note: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})


class Route(Record, table=True):
    """One vehicle's planned tour on one day.

    It departs from where it starts and arrives where it ends; what is planned is kept when the
    route is published from a plan, beside what came of it.
    """

    __tablename__ = "routes"
    __table_args__ = (
        Index("ix_routes_fleet_id_date", "fleet_id", "date"),
        unique_alive("uq_routes_external_reference", "fleet_id", "external_reference"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int | None = reference("vehicles.id", optional=True)
    driver_id: int | None = reference("drivers.id", optional=True)
    depot_id: int | None = reference("depots.id", optional=True)
    name: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
    date: dt.date = Field(index=True)
    status: RouteStatus = choice(RouteStatus, RouteStatus.DRAFT, index=True)
    starts_at: datetime | None = moment(optional=True)
    note: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})
    planned_departure: datetime | None = moment(optional=True)
    planned_arrival: datetime | None = moment(optional=True)
    planned_drive_s: int | None = None
    planned_distance_m: int | None = None
    planned_service_s: int | None = None
    planned_breaks: list[dict[str, object]] = tags()
    actual_departure: datetime | None = moment(optional=True)
    actual_arrival: datetime | None = moment(optional=True)
    actual_drive_s: int | None = None
    actual_distance_m: int | None = None


class Delivery(Record, table=True):
    """One parcel, or one visit, to one customer.

    `address, lat, lon` is the drop-off. Sizes in cm, weight in kg, volume in m3, service time in
    minutes. `status` changes only through the delivery's life, and `picked_up_at`, since when goods
    that had to be fetched are in a vehicle, only with it. `left_in` (`LeftIn`) is the vehicle
    that goods are in which another one brings, empty for none.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_fleet_id_status", "fleet_id", "status"),
        Index(
            "ix_deliveries_fleet_due", "fleet_id", text("due_on DESC NULLS LAST"), text("id DESC")
        ),
        unique_alive("uq_deliveries_external_reference", "fleet_id", "external_reference"),
        unique_alive("uq_deliveries_tracking_number", "fleet_id", "tracking_number"),
        *of_fleet("deliveries", "created_at", "window_from"),
        *by_text("deliveries", "tracking_number", "address"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    route_id: int | None = reference("routes.id", optional=True)
    customer_id: int | None = reference("customers.id", optional=True)
    tracking_number: str = Field(max_length=40)
    tracking_token_hash: str | None = Field(default=None, max_length=64, unique=True)
    status: DeliveryStatus = choice(DeliveryStatus, DeliveryStatus.CREATED, index=True)
    status_at: datetime = moment(now=True, fill=True)
    address: str = Field(max_length=300)
    lat: float | None = None
    lon: float | None = None
    pickup_depot_id: int | None = reference("depots.id", optional=True)
    pickup_address: str | None = Field(default=None, max_length=300)
    pickup_lat: float | None = None
    pickup_lon: float | None = None
    picked_up_at: datetime | None = moment(optional=True)
    left_in: dict[str, object] = document()
    due_on: dt.date | None = None
    window_from: datetime | None = moment(optional=True)
    window_to: datetime | None = moment(optional=True)
    window2_from: datetime | None = moment(optional=True)
    window2_to: datetime | None = moment(optional=True)
    service_minutes: float | None = None
    weight_kg: float | None = None
    volume_m3: float | None = None
    parcels: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    length_cm: float | None = None
    width_cm: float | None = None
    height_cm: float | None = None
    priority: Priority = choice(Priority, Priority.NORMAL, fill=True)
    required_skills: list[str] = tags()
    required_proof: list[str] = tags()
    instructions: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})
    contact_name: str | None = Field(default=None, max_length=120)
    contact_phone: str | None = Field(default=None, max_length=32)
    contact_email: str | None = Field(default=None, max_length=254)


class DeliveryEvent(SQLModel, table=True):
    """One change in the life of a delivery: who, when it happened, when we heard, where."""

    __tablename__ = "delivery_events"
    __table_args__ = (
        UniqueConstraint("delivery_id", "event_id", name="uq_delivery_events_event_id"),
        Index("ix_delivery_events_delivery", "delivery_id", "occurred_at", "id"),
        Index("ix_delivery_events_fleet", "fleet_id", "received_at"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    delivery_id: int = reference("deliveries.id", ondelete="CASCADE")
    event_type: str = Field(max_length=40)
    event_id: str | None = Field(default=None, max_length=64)
    from_status: DeliveryStatus | None = choice(DeliveryStatus, optional=True)
    to_status: DeliveryStatus = choice(DeliveryStatus)
    occurred_at: datetime = moment()
    received_at: datetime = moment(now=True)
    actor_id: int | None = reference("users.id", optional=True, ondelete="SET NULL")
    actor_name: str = Field(default="", max_length=120)
    actor_role: str = Field(default="", max_length=24)
    lat: float | None = None
    lon: float | None = None
    reason: str | None = Field(default=None, max_length=500)
    data: dict[str, object] = document()


class RouteStop(SQLModel, table=True):
    """A place on a route. Positions give the driving order; there may be gaps between them.

    A delivery has one stop of kind delivery on its route and, where its goods have to be fetched, a
    pickup before it. Seconds and metres of driving lead to the stop. What was planned when the
    route was published from a plan stays beside what came of it.
    """

    __tablename__ = "route_stops"
    __table_args__ = (UniqueConstraint("route_id", "position", name="uq_route_stops_position"),)

    id: int | None = primary_key()
    route_id: int = reference("routes.id", ondelete="CASCADE")
    delivery_id: int | None = reference("deliveries.id", optional=True)
    kind: StopKind = choice(StopKind, StopKind.DELIVERY, fill=True)
    position: int
    lat: float
    lon: float
    planned_position: int | None = None
    planned_arrival: datetime | None = moment(optional=True)
    planned_departure: datetime | None = moment(optional=True)
    planned_drive_s: int | None = None
    planned_distance_m: int | None = None
    planned_service_s: int | None = None
    actual_arrival: datetime | None = moment(optional=True)
    actual_departure: datetime | None = moment(optional=True)
    actual_drive_s: int | None = None
    actual_distance_m: int | None = None


class RouteCrew(SQLModel, table=True):
    """Whom the office told, and since when, that a route is theirs; nobody while it is a draft."""

    __tablename__ = "route_crews"

    id: int | None = primary_key()
    route_id: int = reference("routes.id", ondelete="CASCADE")
    driver_id: int | None = reference("drivers.id", optional=True)
    since: datetime = moment(now=True)
