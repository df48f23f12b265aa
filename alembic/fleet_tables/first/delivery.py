"""Customers, routes with their stops, and deliveries."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import MOMENT, choice, index_each, link, number, optional, required

DELIVERY_STATUSES = (
    "created", "assigned", "out_for_delivery", "arriving", "arrived",
    "completed", "failed", "rescheduled", "returned", "cancelled",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables."""
    _customers()
    _routes()
    _deliveries()
    _route_stops()


def _customers() -> None:
    op.create_table(
        "customers",
        number(),
        link("fleet_id", "fleets"),
        required("name", sa.String(160)),
        optional("email", sa.String(254)),
        optional("phone", sa.String(32)),
    )
    index_each("customers", "email", "fleet_id", "phone")


def _routes() -> None:
    op.create_table(
        "routes",
        number(),
        link("fleet_id", "fleets"),
        link("vehicle_id", "vehicles", empty=True),
        link("driver_id", "drivers", empty=True),
        required("date", sa.Date()),
        choice("status", "routestatus", "draft", "published", "started", "completed"),
    )
    index_each("routes", "date", "driver_id", "fleet_id", "status", "vehicle_id")
    op.create_index("ix_routes_fleet_id_date", "routes", ["fleet_id", "date"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        number(),
        link("fleet_id", "fleets"),
        link("route_id", "routes", empty=True),
        link("customer_id", "customers", empty=True),
        required("tracking_number", sa.String(40)),
        optional("tracking_token_hash", sa.String(64)),
        choice("status", "deliverystatus", *DELIVERY_STATUSES),
        required("address", sa.String(300)),
        optional("lat", sa.Float()),
        optional("lon", sa.Float()),
        required("created_at", MOMENT),
        sa.UniqueConstraint("tracking_number"),
        sa.UniqueConstraint("tracking_token_hash"),
    )
    index_each("deliveries", "customer_id", "fleet_id", "route_id", "status")
    op.create_index("ix_deliveries_fleet_id_status", "deliveries", ["fleet_id", "status"])


def _route_stops() -> None:
    op.create_table(
        "route_stops",
        number(),
        link("route_id", "routes", gone="CASCADE"),
        link("delivery_id", "deliveries", empty=True),
        required("position", sa.Integer()),
        required("lat", sa.Float()),
        required("lon", sa.Float()),
        sa.UniqueConstraint("route_id", "position", name="uq_route_stops_position"),
    )
    index_each("route_stops", "delivery_id", "route_id")


def downgrade() -> None:
    """Drop them."""
    for table in ("route_stops", "deliveries", "routes", "customers"):
        op.drop_table(table)
