"""Routes while they are driven: what is remembered, the usual pace by the hour, suggestions."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, document, index_each, link, number, required
from fleet_tables.columns import optional as may

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_routes",
        _key("route_id", "routes"),
        link("fleet_id", "fleets"),
        *(document(name, "{}") for name in ("memory", "told")),
        required("saved_at", MOMENT),
        may("settled_at", MOMENT),
    )
    index_each("live_routes", "fleet_id")
    op.create_table(
        "pace_hours",
        _key("fleet_id", "fleets"),
        sa.Column("hour", sa.SmallInteger(), primary_key=True, autoincrement=False),
        *(required(name, sa.Float()) for name in ("expected_s", "taken_s")),
    )
    _suggestions()


def downgrade() -> None:
    for table in ("suggestions", "pace_hours", "live_routes"):
        op.drop_table(table)


def _suggestions() -> None:
    op.create_table(
        "suggestions",
        number(),
        link("fleet_id", "fleets"),
        *(required(name, sa.String(length)) for name, length in (("kind", 24), ("subject", 40))),
        required("status", sa.String(16)),
        required("words", sa.Text()),
        document("effect", "{}"),
        document("moves", "[]"),
        *(document(name, "{}") for name in ("before", "after")),
        *(required(name, MOMENT) for name in ("made_at", "expires_at")),
        may("decided_at", MOMENT),
        link("decided_by", "users", empty=True, gone="SET NULL"),
    )
    index_each("suggestions", "fleet_id", "decided_by")
    op.create_index("ix_suggestions_fleet", "suggestions", ["fleet_id", "status", "made_at"])
    op.create_index("ix_suggestions_subject", "suggestions", ["subject", "kind"])


def _key(name: str, table: str) -> sa.Column:
    target = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.BigInteger(), target, primary_key=True)
