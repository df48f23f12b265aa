"""A second time window of deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, add_columns, drop_columns, optional

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column]:
    return [optional("window2_from", MOMENT), optional("window2_to", MOMENT)]


def upgrade() -> None:
    add_columns("deliveries", _columns())


def downgrade() -> None:
    drop_columns("deliveries", _columns())
