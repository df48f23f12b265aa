"""Which import a corrected file belongs to, and the records that imports changed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CORRECTS = "imports_corrects_fkey"


def upgrade() -> None:
    op.add_column("imports", sa.Column("corrects", sa.BigInteger(), nullable=True))
    op.create_foreign_key(CORRECTS, "imports", "imports", ["corrects"], ["id"], ondelete="SET NULL")
    op.create_index("ix_imports_corrects", "imports", ["corrects"])
    op.add_column(
        "imported_rows",
        sa.Column("created", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )


def downgrade() -> None:
    op.execute("DELETE FROM imported_rows WHERE NOT created")
    op.drop_column("imported_rows", "created")
    op.drop_index("ix_imports_corrects", table_name="imports")
    op.drop_constraint(CORRECTS, "imports", type_="foreignkey")
    op.drop_column("imports", "corrects")
