"""The first tables: identity, fleet, delivery, location."""

from __future__ import annotations

from fleet_tables.first import delivery, fleet, identity, location

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = (identity, fleet, delivery, location)


def upgrade() -> None:
    for part in PARTS:
        part.upgrade()


def downgrade() -> None:
    for part in reversed(PARTS):
        part.downgrade()
