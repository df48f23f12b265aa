"""What a plan was when it was published is in its steps and its routes; nobody read the copy."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("plans", "published")


def downgrade() -> None:
    op.add_column("plans", sa.Column("published", postgresql.JSONB(none_as_null=True)))
