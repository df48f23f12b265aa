"""Deliveries as records, and everything that happened to them."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    MOMENT,
    NOW,
    add_columns,
    changed,
    choice,
    document,
    drop_columns,
    index_each,
    link,
    number,
    only_once,
    optional,
    required,
    versioned,
)

STATUSES = (
    "created", "assigned", "out_for_delivery", "arriving", "arrived",
    "completed", "failed", "rescheduled", "returned", "cancelled",
)  # fmt: skip
PRIORITIES = ("low", "normal", "high", "urgent")
SIZES = ("length_cm", "width_cm", "height_cm")
ORDERS: dict[str, tuple[str | sa.TextClause, ...]] = {
    "address": (sa.text("lower(address)"), "id"),
    "created_at": ("created_at", "id"),
    "due": (sa.text("due_on DESC NULLS LAST"), sa.text("id DESC")),
    "tracking_number": (sa.text("lower(tracking_number)"), "id"),
    "window_from": ("window_from", "id"),
}
"""The orders in which lists show deliveries."""


def upgrade() -> None:
    """Create the events, and give deliveries what a delivery needs."""
    _events()
    add_columns("deliveries", _columns())
    _indexes()
    only_once("deliveries", "external_reference", "external_reference")


def _events() -> None:
    op.create_table(
        "delivery_events",
        number(),
        link("fleet_id", "fleets"),
        link("delivery_id", "deliveries", gone="CASCADE"),
        required("event_type", sa.String(40)),
        optional("event_id", sa.String(64)),
        choice("from_status", "deliverystatus", *STATUSES, nullable=True),
        choice("to_status", "deliverystatus", *STATUSES),
        required("occurred_at", MOMENT),
        required("received_at", MOMENT),
        link("actor_id", "users", empty=True, gone="SET NULL"),
        required("actor_name", sa.String(120)),
        required("actor_role", sa.String(24)),
        optional("lat", sa.Float()),
        optional("lon", sa.Float()),
        optional("reason", sa.String(500)),
        document("data", "{}"),
        sa.UniqueConstraint("delivery_id", "event_id", name="uq_delivery_events_event_id"),
    )
    index_each("delivery_events", "actor_id", "delivery_id", "fleet_id")
    happened = ["delivery_id", "occurred_at", "id"]
    op.create_index("ix_delivery_events_delivery", "delivery_events", happened)
    op.create_index("ix_delivery_events_fleet", "delivery_events", ["fleet_id", "received_at"])


def _columns() -> list[sa.Column]:
    return [
        *versioned(),
        *changed(),
        required("status_at", MOMENT, server_default=NOW),
        link("pickup_depot_id", "depots", empty=True),
        optional("pickup_address", sa.String(300)),
        optional("pickup_lat", sa.Float()),
        optional("pickup_lon", sa.Float()),
        optional("due_on", sa.Date()),
        optional("window_from", MOMENT),
        optional("window_to", MOMENT),
        optional("service_minutes", sa.Float()),
        optional("weight_kg", sa.Float()),
        optional("volume_m3", sa.Float()),
        required("parcels", sa.Integer(), server_default="1"),
        *(optional(size, sa.Float()) for size in SIZES),
        choice("priority", "priority", *PRIORITIES, server_default="normal"),
        document("required_skills", "[]"),
        document("required_proof", "[]"),
        required("instructions", sa.String(2000), server_default=""),
        optional("contact_name", sa.String(120)),
        optional("contact_phone", sa.String(32)),
        optional("contact_email", sa.String(254)),
    ]


def _indexes() -> None:
    index_each("deliveries", "pickup_depot_id")
    for name, order in ORDERS.items():
        op.create_index(f"ix_deliveries_fleet_{name}", "deliveries", ["fleet_id", *order])


def downgrade() -> None:
    """Take both away."""
    for name in ORDERS:
        op.drop_index(f"ix_deliveries_fleet_{name}", table_name="deliveries")
    drop_columns("deliveries", _columns())
    op.drop_table("delivery_events")
