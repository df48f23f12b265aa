"""Vehicles and drivers as records, and how far a vehicle has come."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    add_columns,
    changed,
    choice,
    document,
    drop_columns,
    index_each,
    link,
    only_once,
    optional,
    required,
    versioned,
)

ENERGY = ("diesel", "petrol", "electric", "hybrid", "gas", "hydrogen", "human")
COUNTED = ("odometer_m", "odometer_tracked_m", "engine_s", "engine_tracked_s")


def upgrade() -> None:
    """Add what a record has and what each of them needs; what was put aside holds no plate."""
    add_columns("vehicle_live", _live_columns())
    add_columns("vehicles", _vehicle_columns())
    op.drop_constraint("uq_vehicles_registration", "vehicles", type_="unique")
    only_once("vehicles", "registration", sa.literal_column("upper(registration_number)"))
    only_once("vehicles", "vin", "vin")
    _list_indexes("vehicles")
    add_columns("drivers", _driver_columns())
    op.drop_constraint("uq_drivers_license", "drivers", type_="unique")
    only_once("drivers", "license", sa.literal_column("upper(license_number)"))
    _list_indexes("drivers")


def _list_indexes(table: str) -> None:
    index_each(table, "depot_id", "photo_file_id")
    by_name = ["fleet_id", sa.text("lower(name)"), "id"]
    op.create_index(f"ix_{table}_fleet_name", table, by_name)
    only_once(table, "external_reference", "external_reference")


def _live_columns() -> list[sa.Column]:
    counted = ("distance_m", "engine_s")
    return [required(name, sa.Float(), server_default="0") for name in counted]


def _vehicle_columns() -> list[sa.Column]:
    return [
        *versioned(),
        *changed(),
        link("depot_id", "depots", empty=True),
        optional("vin", sa.String(17)),
        optional("make", sa.String(60)),
        optional("model", sa.String(60)),
        optional("year", sa.Integer()),
        optional("capacity_kg", sa.Float()),
        optional("capacity_m3", sa.Float()),
        optional("capacity_parcels", sa.Integer()),
        document("skills", "[]"),
        document("equipment", "[]"),
        choice("energy", "energytype", *ENERGY, server_default="diesel"),
        optional("consumption_per_100km", sa.Float()),
        *(required(name, sa.Float(), server_default="0") for name in COUNTED),
        link("photo_file_id", "files", empty=True, gone="SET NULL"),
        required("note", sa.String(2000), server_default=""),
    ]


def _driver_columns() -> list[sa.Column]:
    return [
        *versioned(),
        *changed(),
        link("depot_id", "depots", empty=True),
        document("license_classes", "[]"),
        optional("license_expires_on", sa.Date()),
        optional("email", sa.String(254)),
        document("skills", "[]"),
        required("shift", sa.String(200), server_default=""),
        optional("language", sa.String(8)),
        link("photo_file_id", "files", empty=True, gone="SET NULL"),
        required("note", sa.String(2000), server_default=""),
    ]


def downgrade() -> None:
    """Take it away again; a plate and a licence are unique as they were before."""
    unique = (("drivers", "license", "license_number", _driver_columns()),)
    unique += (("vehicles", "registration", "registration_number", _vehicle_columns()),)
    for table, name, column, added in unique:
        for index in (f"ix_{table}_fleet_name", f"uq_{table}_{name}"):
            op.drop_index(index, table_name=table)
        op.create_unique_constraint(f"uq_{table}_{name}", table, ["fleet_id", column])
        drop_columns(table, added)
    drop_columns("vehicle_live", _live_columns())
