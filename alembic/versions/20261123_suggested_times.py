"""Suggestions keep what they plan and what was planned before, and what changes for whom; of one
subject one is open at most."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import document

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("status = 'open'")
# The newest holds; the others would have been replaced by it.
_REPLACED = """
UPDATE suggestions AS older SET status = 'replaced' FROM suggestions AS newer
WHERE older.status = 'open' AND newer.status = 'open' AND older.id < newer.id
    AND older.fleet_id = newer.fleet_id AND older.kind = newer.kind
    AND older.subject = newer.subject"""


def upgrade() -> None:
    op.add_column("suggestions", document("changes", "[]"))
    for name in ("times", "kept"):
        op.add_column("suggestions", document(name, "{}"))
    op.execute(_REPLACED)
    op.create_index(
        "uq_suggestions_open", "suggestions", ["fleet_id", "kind", "subject"], unique=True,
        postgresql_where=_IS_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_suggestions_open", "suggestions")
    for name in ("kept", "times", "changes"):
        op.drop_column("suggestions", name)
