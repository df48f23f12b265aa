"""Vehicles, their devices, drivers and what was done to a vehicle."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import MOMENT, MONEY, choice, index_each, link, number, optional, required

VEHICLE_TYPES = ("van", "truck", "car", "bike", "scooter")


def upgrade() -> None:
    """Create the tables."""
    _vehicles()
    _device_tokens()
    _drivers()
    _maintenance_records()


def _vehicles() -> None:
    op.create_table(
        "vehicles",
        number(),
        link("fleet_id", "fleets"),
        required("name", sa.String(120)),
        required("registration_number", sa.String(20)),
        choice("type", "vehicletype", *VEHICLE_TYPES),
        choice("status", "vehiclestatus", "active", "workshop", "retired"),
        required("created_at", MOMENT),
        sa.UniqueConstraint("fleet_id", "registration_number", name="uq_vehicles_registration"),
    )
    index_each("vehicles", "fleet_id", "registration_number", "status")
    op.create_index("ix_vehicles_fleet_id_status", "vehicles", ["fleet_id", "status"])


def _device_tokens() -> None:
    op.create_table(
        "device_tokens",
        number(),
        link("fleet_id", "fleets"),
        link("vehicle_id", "vehicles", gone="CASCADE"),
        required("name", sa.String(120)),
        required("token_hash", sa.String(64)),
        required("hint", sa.String(8)),
        choice("speed_unit", "speedunit", "kn", "mps", "kmh", "mph"),
        required("created_at", MOMENT),
        optional("revoked_at", MOMENT),
        sa.UniqueConstraint("token_hash"),
    )
    index_each("device_tokens", "fleet_id", "vehicle_id")


def _drivers() -> None:
    op.create_table(
        "drivers",
        number(),
        link("fleet_id", "fleets"),
        link("user_id", "users", empty=True, gone="SET NULL"),
        link("vehicle_id", "vehicles", empty=True, gone="SET NULL"),
        required("name", sa.String(120)),
        required("license_number", sa.String(32)),
        optional("phone", sa.String(32)),
        choice("status", "driverstatus", "off_duty", "on_duty", "inactive"),
        required("created_at", MOMENT),
        sa.UniqueConstraint("fleet_id", "license_number", name="uq_drivers_license"),
        sa.UniqueConstraint("user_id"),
    )
    index_each("drivers", "fleet_id", "license_number", "status", "vehicle_id")


def _maintenance_records() -> None:
    op.create_table(
        "maintenance_records",
        number(),
        link("vehicle_id", "vehicles", gone="CASCADE"),
        required("date", sa.Date()),
        required("kind", sa.String(60)),
        required("description", sa.String(2000)),
        optional("odometer_km", sa.Float()),
        optional("cost", MONEY),
    )
    index_each("maintenance_records", "date", "vehicle_id")


def downgrade() -> None:
    """Drop them."""
    for table in ("maintenance_records", "drivers", "device_tokens", "vehicles"):
        op.drop_table(table)
