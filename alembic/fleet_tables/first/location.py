"""Where vehicles were and are: history in partitions, the last position, what was not believed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from fleet_tables.columns import MOMENT, optional, required

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "location_event_keys",
        _vehicle(),
        required("event_id", sa.String(64)),
        required("recorded_at", MOMENT),
        sa.PrimaryKeyConstraint("vehicle_id", "event_id"),
    )
    _location_events()
    _quarantined_fixes()
    _vehicle_live()


def _vehicle() -> sa.Column:
    return required("vehicle_id", sa.BigInteger(), autoincrement=False)


def _location_events() -> None:
    op.create_table(
        "location_events",
        _vehicle(),
        required("recorded_at", MOMENT),
        required("fleet_id", sa.BigInteger()),
        required("received_at", MOMENT),
        required("lat", sa.Float()),
        required("lon", sa.Float()),
        *(optional(name, sa.REAL()) for name in ("speed", "heading", "accuracy")),
        *(optional(name, sa.REAL()) for name in ("altitude", "battery")),
        required("source", sa.String(16)),
        optional("event_id", sa.String(64)),
        optional("attributes", JSON),
        sa.PrimaryKeyConstraint("vehicle_id", "recorded_at"),
        postgresql_partition_by="RANGE (recorded_at)",
    )


def _quarantined_fixes() -> None:
    op.create_table(
        "quarantined_fixes",
        _vehicle(),
        required("recorded_at", MOMENT),
        required("reason", sa.String(32)),
        required("fleet_id", sa.BigInteger()),
        required("received_at", MOMENT),
        required("lat", sa.Float()),
        required("lon", sa.Float()),
        required("source", sa.String(16)),
        required("payload", JSON),
        sa.PrimaryKeyConstraint("vehicle_id", "recorded_at", "reason"),
    )
    op.create_index(
        "ix_quarantined_fixes_fleet_id_received_at",
        "quarantined_fixes",
        ["fleet_id", "received_at"],
    )


def _vehicle_live() -> None:
    op.create_table(
        "vehicle_live",
        _vehicle(),
        required("fleet_id", sa.BigInteger()),
        required("recorded_at", MOMENT),
        required("received_at", MOMENT),
        required("lat", sa.Float()),
        required("lon", sa.Float()),
        *(optional(name, sa.REAL()) for name in ("speed", "heading", "accuracy", "battery")),
        required("status", sa.SmallInteger()),
        required("tracker", JSON, server_default="{}"),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index(
        "ix_vehicle_live_fleet_id_recorded_at", "vehicle_live", ["fleet_id", "recorded_at"]
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("vehicle_live", "quarantined_fixes", "location_events", "location_event_keys"):
        op.drop_table(table)
