"""Orders, the people they go to, and the routes that carry them."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, moment, primary_key, reference


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


class Customer(SQLModel, table=True):
    """Whoever receives deliveries."""

    __tablename__ = "customers"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=160)
    email: str | None = Field(default=None, max_length=254, index=True)
    phone: str | None = Field(default=None, max_length=32, index=True)


class Route(SQLModel, table=True):
    """One vehicle's planned tour on one day."""

    __tablename__ = "routes"
    __table_args__ = (Index("ix_routes_fleet_id_date", "fleet_id", "date"),)

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int | None = reference("vehicles.id", optional=True)
    driver_id: int | None = reference("drivers.id", optional=True)
    date: dt.date = Field(index=True)
    status: RouteStatus = choice(RouteStatus, RouteStatus.DRAFT, index=True)


class Delivery(SQLModel, table=True):
    """One parcel, or one visit, to one customer."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_fleet_id_status", "fleet_id", "status"),)

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    route_id: int | None = reference("routes.id", optional=True)
    customer_id: int | None = reference("customers.id", optional=True)
    tracking_number: str = Field(max_length=40, unique=True)
    tracking_token_hash: str | None = Field(default=None, max_length=64, unique=True)
    status: DeliveryStatus = choice(DeliveryStatus, DeliveryStatus.CREATED, index=True)
    address: str = Field(max_length=300)
    lat: float | None = None
    lon: float | None = None
    created_at: datetime = moment(now=True)


class RouteStop(SQLModel, table=True):
    """A place on a route, in driving order from 1."""

    __tablename__ = "route_stops"
    __table_args__ = (UniqueConstraint("route_id", "position", name="uq_route_stops_position"),)

    id: int | None = primary_key()
    route_id: int = reference("routes.id", ondelete="CASCADE")
    delivery_id: int | None = reference("deliveries.id", optional=True)
    position: int
    lat: float
    lon: float
