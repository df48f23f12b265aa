"""Files, and the depots of a fleet."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    MOMENT,
    document,
    index_each,
    link,
    number,
    only_once,
    optional,
    record,
    required,
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "files",
        number(),
        link("fleet_id", "fleets"),
        required("key", sa.String(120)),
        required("name", sa.String(200)),
        required("media_type", sa.String(100)),
        required("size", sa.Integer()),
        required("sha256", sa.String(64)),
        link("uploaded_by", "users", empty=True, gone="SET NULL"),
        required("created_at", MOMENT),
        document("details", "{}"),
        sa.UniqueConstraint("key"),
    )
    index_each("files", "fleet_id", "uploaded_by")
    _depots()


def _depots() -> None:
    op.create_table(
        "depots",
        *record(),
        required("name", sa.String(120)),
        required("address", sa.String(300)),
        optional("lat", sa.Float()),
        optional("lon", sa.Float()),
        required("opening_hours", sa.String(200)),
        optional("phone", sa.String(32)),
        required("note", sa.String(2000)),
    )
    index_each("depots", "fleet_id")
    only_once("depots", "external_reference", "external_reference")
    only_once("depots", "name", sa.literal_column("lower(name)"))


def downgrade() -> None:
    """Drop them."""
    op.drop_table("depots")
    op.drop_table("files")
