"""What people do with lists: imports with the rows that failed, and saved views."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    MOMENT,
    choice,
    document,
    index_each,
    link,
    number,
    optional,
    required,
)

STATES = ("uploaded", "checking", "checked", "running", "done", "failed")
COUNTS = ("total", "handled", "created", "updated", "unchanged", "failed")


def upgrade() -> None:
    """Create the tables."""
    _imports()
    _import_problems()
    _saved_views()


def _imports() -> None:
    op.create_table(
        "imports",
        number(),
        link("fleet_id", "fleets"),
        link("user_id", "users", gone="CASCADE"),
        required("kind", sa.String(40)),
        required("filename", sa.String(200)),
        required("file_key", sa.String(120)),
        choice("state", "importstate", *STATES),
        document("headers", "[]"),
        document("sample", "[]"),
        document("mapping", "{}"),
        *(required(count, sa.Integer()) for count in COUNTS),
        required("message", sa.String(500)),
        required("created_at", MOMENT),
        optional("finished_at", MOMENT),
    )
    index_each("imports", "fleet_id", "user_id")


def _import_problems() -> None:
    op.create_table(
        "import_problems",
        number(),
        link("import_id", "imports", gone="CASCADE"),
        required("row", sa.Integer()),
        document("cells", "[]"),
        document("errors", "{}"),
        sa.UniqueConstraint("import_id", "row", name="uq_import_problems_row"),
    )
    index_each("import_problems", "import_id")


def _saved_views() -> None:
    op.create_table(
        "saved_views",
        number(),
        link("fleet_id", "fleets", empty=True),
        link("user_id", "users", gone="CASCADE"),
        required("kind", sa.String(40)),
        required("name", sa.String(80)),
        required("shared", sa.Boolean()),
        document("settings", "{}"),
        required("created_at", MOMENT),
        sa.UniqueConstraint("user_id", "kind", "name", name="uq_saved_views_name"),
    )
    index_each("saved_views", "fleet_id", "user_id")
    op.create_index("ix_saved_views_fleet_kind", "saved_views", ["fleet_id", "kind"])


def downgrade() -> None:
    """Drop them."""
    for table in ("saved_views", "import_problems", "imports"):
        op.drop_table(table)
