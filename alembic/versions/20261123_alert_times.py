"""What each line of an alert's trail knows of what happened: when, where, what, by which facts."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert_comments", sa.Column("happened_at", sa.DateTime(timezone=True)))
    op.add_column("alert_comments", sa.Column("lat", sa.Float))
    op.add_column("alert_comments", sa.Column("lon", sa.Float))
    for name, empty in (("fact_ids", "[]"), ("data", "{}")):
        filled = sa.text(f"'{empty}'::jsonb")
        column = sa.Column(name, postgresql.JSONB, nullable=False, server_default=filled)
        op.add_column("alert_comments", column)


def downgrade() -> None:
    for name in ("data", "fact_ids", "lon", "lat", "happened_at"):
        op.drop_column("alert_comments", name)
