"""What a vehicle's fold has not seen is kept with its cursor; all past vehicles are folded once."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_MARK_ALL = """
INSERT INTO journey_marks (vehicle_id, fleet_id, from_ms, marked_at)
SELECT vehicle_id, fleet_id, 0, now() FROM vehicle_live ON CONFLICT DO NOTHING"""


def upgrade() -> None:
    op.add_column("journey_cursors", sa.Column("pending_ms", sa.BigInteger(), nullable=True))
    op.drop_column("journey_marks", "generation")
    op.execute(_MARK_ALL)


def downgrade() -> None:
    generation = sa.Column("generation", sa.BigInteger(), nullable=False, server_default="1")
    op.add_column("journey_marks", generation)
    op.alter_column("journey_marks", "generation", server_default=None)
    op.drop_column("journey_cursors", "pending_ms")
