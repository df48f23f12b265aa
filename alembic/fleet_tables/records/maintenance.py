"""Maintenance: what is due when, work orders, and what was done."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    MOMENT,
    MONEY,
    NOW,
    add_columns,
    changed,
    choice,
    drop_columns,
    index_each,
    link,
    only_once,
    optional,
    record,
    required,
    versioned,
)

WORK = ("service", "inspection", "tyres", "brakes", "repair", "cleaning", "other")
ORDER_STATUSES = ("open", "in_progress", "done", "cancelled")


def upgrade() -> None:
    """Create the tables, and make what was done a record of the fleet."""
    _schedules()
    _work_orders()
    add_columns("maintenance_records", _record_columns())
    _records_of_fleets()
    op.create_index(
        "ix_maintenance_records_fleet_date", "maintenance_records", ["fleet_id", "date", "id"]
    )
    index_each("maintenance_records", "fleet_id", "work_order_id")
    only_once("maintenance_records", "external_reference", "external_reference")


def _schedules() -> None:
    op.create_table(
        "maintenance_schedules",
        *record(),
        link("vehicle_id", "vehicles", gone="CASCADE"),
        required("name", sa.String(120)),
        choice("kind", "maintenancekind", *WORK),
        optional("every_km", sa.Float()),
        optional("every_hours", sa.Float()),
        optional("every_days", sa.Integer()),
        optional("last_on", sa.Date()),
        optional("last_km", sa.Float()),
        optional("last_hours", sa.Float()),
        required("warn_km", sa.Float()),
        required("warn_hours", sa.Float()),
        required("warn_days", sa.Integer()),
        required("active", sa.Boolean()),
        optional("announced", sa.String(16)),
    )
    index_each("maintenance_schedules", "fleet_id", "vehicle_id")
    op.create_index(
        "ix_maintenance_schedules_fleet_name",
        "maintenance_schedules",
        ["fleet_id", sa.text("lower(name)"), "id"],
    )
    only_once("maintenance_schedules", "external_reference", "external_reference")


def _work_orders() -> None:
    op.create_table(
        "work_orders",
        *record(),
        link("vehicle_id", "vehicles", gone="CASCADE"),
        link("schedule_id", "maintenance_schedules", empty=True, gone="SET NULL"),
        required("title", sa.String(120)),
        choice("kind", "maintenancekind", *WORK),
        choice("status", "workorderstatus", *ORDER_STATUSES),
        required("blocks_vehicle", sa.Boolean()),
        optional("due_on", sa.Date()),
        optional("started_at", MOMENT),
        optional("finished_at", MOMENT),
        optional("supplier", sa.String(120)),
        optional("cost", MONEY),
        required("note", sa.String(2000)),
    )
    index_each("work_orders", "fleet_id", "schedule_id", "status", "vehicle_id")
    op.create_index("ix_work_orders_fleet_due_on", "work_orders", ["fleet_id", "due_on", "id"])
    op.create_index("ix_work_orders_vehicle_id_status", "work_orders", ["vehicle_id", "status"])
    only_once("work_orders", "external_reference", "external_reference")


def _record_columns() -> list[sa.Column]:
    return [
        *versioned(),
        required("created_at", MOMENT, server_default=NOW),
        *changed(),
        link("fleet_id", "fleets", empty=True),  # until each is known
        link("work_order_id", "work_orders", empty=True, gone="SET NULL"),
        optional("engine_hours", sa.Float()),
        optional("supplier", sa.String(120)),
        optional("invoice_number", sa.String(60)),
    ]


def _records_of_fleets() -> None:
    op.execute(
        "UPDATE maintenance_records SET fleet_id = vehicles.fleet_id FROM vehicles"
        " WHERE vehicles.id = maintenance_records.vehicle_id"
    )
    op.alter_column("maintenance_records", "fleet_id", nullable=False)


def downgrade() -> None:
    """Drop them, and leave what was done to its vehicle."""
    drop_columns("maintenance_records", _record_columns())
    op.drop_table("work_orders")
    op.drop_table("maintenance_schedules")
