"""Papers of vehicles and drivers that run out."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import choice, index_each, link, only_once, optional, record, required

TYPES = ("registration", "insurance", "inspection", "permit", "licence", "contract", "other")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "documents",
        *record(),
        link("vehicle_id", "vehicles", empty=True),
        link("driver_id", "drivers", empty=True),
        required("name", sa.String(120)),
        choice("type", "documenttype", *TYPES),
        optional("number", sa.String(60)),
        optional("issued_on", sa.Date()),
        optional("expires_on", sa.Date()),
        link("file_id", "files", empty=True, gone="SET NULL"),
        required("note", sa.String(2000)),
    )
    index_each("documents", "driver_id", "file_id", "fleet_id", "vehicle_id")
    op.create_index("ix_documents_fleet_expires_on", "documents", ["fleet_id", "expires_on", "id"])
    only_once("documents", "external_reference", "external_reference")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("documents")
