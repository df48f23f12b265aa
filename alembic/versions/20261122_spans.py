"""What was going on in a fleet at a moment, found without reading all that was before."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_FLEET = "int8range(fleet_id, fleet_id, '[]')"
_TIME = "tstzrange(LEAST(started_at, ended_at), ended_at)"


def upgrade() -> None:
    op.create_index(
        "ix_movement_facts_span",
        "movement_facts",
        [sa.text(_FLEET), sa.text(_TIME)],
        postgresql_using="gist",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_movement_facts_span", "movement_facts")
