"""How far imports are, and what they made."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = ("attempt", "taken", "without_place")


def upgrade() -> None:
    op.alter_column("imports", "fleet_id", existing_type=sa.BigInteger(), nullable=True)
    for name in COUNTS:
        op.add_column("imports", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "imports",
        sa.Column(
            "date_order",
            sqlmodel.sql.sqltypes.AutoString(length=3),
            server_default="dmy",
            nullable=False,
        ),
    )
    op.create_table(
        "imported_rows",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "row"),
    )
    op.create_index("ix_imported_rows_record", "imported_rows", ["record_id"])


def downgrade() -> None:
    op.drop_index("ix_imported_rows_record", table_name="imported_rows")
    op.drop_table("imported_rows")
    op.drop_column("imports", "date_order")
    for name in reversed(COUNTS):
        op.drop_column("imports", name)
    op.execute("DELETE FROM imports WHERE fleet_id IS NULL")
    op.alter_column("imports", "fleet_id", existing_type=sa.BigInteger(), nullable=False)
