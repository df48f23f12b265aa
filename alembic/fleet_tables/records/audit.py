"""The audit log and the ends of its chains."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import MOMENT, document, index_each, number, optional, required


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "audit_entries",
        number(),
        required("chain", sa.BigInteger()),
        required("sequence", sa.BigInteger()),
        required("at", MOMENT),
        optional("actor_id", sa.BigInteger()),
        required("actor_name", sa.String(120)),
        required("actor_role", sa.String(24)),
        required("channel", sa.String(16)),
        required("address", sa.String(64)),
        required("request_id", sa.String(64)),
        required("action", sa.String(40)),
        required("kind", sa.String(40)),
        optional("object_id", sa.BigInteger()),
        required("label", sa.String(200)),
        document("changes", "{}"),
        required("previous_hash", sa.String(64)),
        required("hash", sa.String(64)),
        sa.UniqueConstraint("chain", "sequence", name="uq_audit_entries_sequence"),
    )
    index_each("audit_entries", "action", "actor_id")
    op.create_index("ix_audit_entries_at", "audit_entries", ["chain", "at"])
    op.create_index("ix_audit_entries_object", "audit_entries", ["chain", "kind", "object_id"])
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.BigInteger(), autoincrement=False, primary_key=True),
        required("sequence", sa.BigInteger()),
        required("hash", sa.String(64)),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("audit_heads")
    op.drop_table("audit_entries")
