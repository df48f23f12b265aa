"""The records of a delivery fleet: depots, documents, maintenance, imports, views, audit log."""

from __future__ import annotations

from fleet_tables.records import (
    audit,
    customers,
    deliveries,
    documents,
    fleets,
    lists,
    maintenance,
    places,
    vehicles,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = (audit, places, lists, maintenance, documents, deliveries, customers, vehicles, fleets)


def upgrade() -> None:
    for part in PARTS:
        part.upgrade()


def downgrade() -> None:
    for part in reversed(PARTS):
        part.downgrade()
