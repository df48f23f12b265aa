"""Facts about movement, and from where the fold that finds them goes on."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, choice, document, index_each, link, number, required
from fleet_tables.columns import optional as may
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS = (
    *("trip", "stop", "gap", "idle", "speeding", "harsh"),
    *("visit", "low_battery", "mock", "silent"),
)
_HOLDS = sa.text("withdrawn_at IS NULL")
_OPEN = sa.text("withdrawn_at IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.add_column("fleets", document("movement", "{}"))
    _facts()
    _corrections()
    _folds()


def downgrade() -> None:
    for table in ("journey_checkpoints", "journey_cursors", "journey_marks"):
        op.drop_table(table)
    op.drop_table("fact_corrections")
    op.drop_table("movement_facts")
    op.drop_column("fleets", "movement")


def _facts() -> None:
    op.create_table(
        "movement_facts",
        number(),
        link("fleet_id", "fleets"),
        link("vehicle_id", "vehicles"),
        link("driver_id", "drivers", empty=True),
        choice("kind", "factkind", *_KINDS),
        required("subject", sa.String(40)),
        required("started_at", MOMENT),
        may("ended_at", MOMENT),
        required("known_ms", sa.BigInteger()),
        *(required(name, sa.Float()) for name in ("lat", "lon")),
        *(may(name, sa.Float()) for name in ("end_lat", "end_lon")),
        required("distance_m", sa.Float()),
        document("data", "{}"),
        *(may(name, sa.Text()) for name in ("path", "path_times")),
        document("told", "[]"),
        *(required(name, MOMENT) for name in ("learnt_at", "changed_at")),
        may("withdrawn_at", MOMENT),
    )
    index_each("movement_facts", "fleet_id", "vehicle_id", "driver_id")
    _index("vehicle", "vehicle_id", "kind", "started_at")
    _index("fleet", "fleet_id", "kind", "started_at", "id", where=_HOLDS)
    _index("open", "vehicle_id", where=_OPEN)
    _index("known", "vehicle_id", "known_ms")
    _index("subject", "subject", "started_at", where=_HOLDS)


def _index(name: str, *columns: str, where: sa.TextClause | None = None) -> None:
    full = f"ix_movement_facts_{name}"
    op.create_index(full, "movement_facts", list(columns), postgresql_where=where)


def _corrections() -> None:
    op.create_table(
        "fact_corrections",
        number(),
        link("fact_id", "movement_facts", gone="CASCADE"),
        required("at", MOMENT),
        document("before", "{}"),
        may("after", postgresql.JSONB(astext_type=sa.Text())),
    )
    index_each("fact_corrections", "fact_id")


def _folds() -> None:
    op.create_table(
        "journey_marks",
        _vehicle(),
        *(required(name, sa.BigInteger()) for name in ("fleet_id", "from_ms", "generation")),
        required("marked_at", MOMENT),
    )
    op.create_table(
        "journey_cursors",
        sa.Column("vehicle_id", sa.BigInteger(), sa.ForeignKey("vehicles.id"), primary_key=True),
        link("fleet_id", "fleets"),
        *(required(name, sa.BigInteger()) for name in ("at_ms", "unsaved")),
        required("state", sa.LargeBinary()),
        required("rules", sa.String(64)),
        may("due_at", MOMENT),
    )
    index_each("journey_cursors", "fleet_id", "due_at")
    op.create_table(
        "journey_checkpoints",
        _vehicle(),
        sa.Column("at_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("rules", sa.String(64)),
        required("state", sa.LargeBinary()),
    )


def _vehicle() -> sa.Column:
    return sa.Column("vehicle_id", sa.BigInteger(), primary_key=True, autoincrement=False)
