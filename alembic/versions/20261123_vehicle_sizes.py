"""How large vehicles are, for the roads that trucks can take."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import add_columns, drop_columns, optional

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column]:
    return [optional(name, sa.Float()) for name in ("height_m", "width_m", "length_m", "weight_t")]


def upgrade() -> None:
    add_columns("vehicles", _columns())


def downgrade() -> None:
    drop_columns("vehicles", _columns())
