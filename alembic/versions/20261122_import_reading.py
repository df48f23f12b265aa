"""How an import's dates, numbers and words are written, and what was said about them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("evidence", "reading"):
        op.add_column(
            "imports",
            sa.Column(name, JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        )


def downgrade() -> None:
    op.drop_column("imports", "reading")
    op.drop_column("imports", "evidence")
