"""Why the deliveries of a route template could not be made."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import add_columns, drop_columns, required

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column]:
    return [required("not_made", sa.String(300), server_default="")]


def upgrade() -> None:
    add_columns("route_templates", _columns())


def downgrade() -> None:
    drop_columns("route_templates", _columns())
