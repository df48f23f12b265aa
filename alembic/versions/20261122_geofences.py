"""The zones that fleets draw."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import choice, document, index_each, only_once, record, required
from fleet_tables.columns import optional as may
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NUMBERS = ("lat", "lon", "radius_m", "width_m")
_FOLLOWING = ("center_lat", "center_lon", "area_m2")
_BOX = ("west", "south", "east", "north")


def upgrade() -> None:
    op.create_table(
        "geofences",
        *record(),
        required("name", sa.String(120)),
        required("group_name", sa.String(80)),
        may("color", sa.String(7)),
        choice("kind", "geofencekind", "circle", "polygon", "corridor"),
        *(may(name, sa.Float()) for name in _NUMBERS),
        may("geometry", postgresql.JSONB(astext_type=sa.Text())),
        required("schedule", sa.String(200)),
        *(may(name, sa.Float()) for name in ("dwell_after_min", "speed_limit")),
        *(document(name, "[]") for name in ("vehicle_ids", "driver_ids")),
        required("active", sa.Boolean()),
        required("note", sa.String(2000)),
        *(required(name, sa.Float()) for name in _FOLLOWING),
        required("corners", sa.Integer()),
        *(required(name, sa.Float()) for name in _BOX),
    )
    index_each("geofences", "fleet_id")
    op.create_index("ix_geofences_fleet_version", "geofences", ["fleet_id", "version"])
    by_group = ["fleet_id", sa.text("lower(group_name)"), "id"]
    op.create_index("ix_geofences_fleet_group_name", "geofences", by_group)
    only_once("geofences", "name", sa.text("lower(name)"))
    only_once("geofences", "external_reference", "external_reference")


def downgrade() -> None:
    op.drop_table("geofences")
