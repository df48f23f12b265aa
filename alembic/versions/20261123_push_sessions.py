"""Which session a browser that shows messages belongs to, and under which password."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_subscriptions", sa.Column("session_id", sa.String(64)))
    op.add_column("push_subscriptions", sa.Column("stamp", sa.String(64)))
    op.add_column("push_tokens", sa.Column("stamp", sa.String(64)))
    op.create_index("ix_push_subscriptions_session_id", "push_subscriptions", ["session_id"])


def downgrade() -> None:
    op.drop_index("ix_push_subscriptions_session_id", "push_subscriptions")
    op.drop_column("push_tokens", "stamp")
    op.drop_column("push_subscriptions", "stamp")
    op.drop_column("push_subscriptions", "session_id")
