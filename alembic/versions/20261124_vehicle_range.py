"""How far vehicles drive in a day at most."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import add_columns, drop_columns, optional

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column]:
    return [optional("max_distance_km", sa.Float())]


def upgrade() -> None:
    add_columns("vehicles", _columns())


def downgrade() -> None:
    drop_columns("vehicles", _columns())
