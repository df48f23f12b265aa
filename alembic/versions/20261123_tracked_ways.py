"""How far vehicles were tracked is what their trips say; what was counted until now stays."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TOTALS = ("distance_m", "engine_s")
_READ_AT = ("odometer_read_at", "engine_read_at")
# What was driven before a vehicle's last position is in its totals. Trips count from there on.
_CARRY_OVER = """
INSERT INTO tracked_ways (vehicle_id, distance_m, engine_s, since, before_m, before_s)
SELECT live.vehicle_id, live.distance_m, live.engine_s, live.recorded_at, live.distance_m,
    live.engine_s
FROM vehicle_live AS live JOIN vehicles AS vehicle ON vehicle.id = live.vehicle_id"""
_CARRY_BACK = """
UPDATE vehicle_live AS live SET distance_m = way.distance_m, engine_s = way.engine_s
FROM tracked_ways AS way WHERE way.vehicle_id = live.vehicle_id"""


def upgrade() -> None:
    op.create_table(
        "tracked_ways",
        sa.Column(
            "vehicle_id",
            sa.BigInteger(),
            sa.ForeignKey("vehicles.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        *(_total(name) for name in _TOTALS),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        _total("before_m"),
        _total("before_s"),
    )
    op.execute(_CARRY_OVER)
    for name in _READ_AT:
        op.add_column("vehicles", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in _TOTALS:
        op.drop_column("vehicle_live", name)


def downgrade() -> None:
    for name in _TOTALS:
        op.add_column("vehicle_live", _total(name))
    op.execute(_CARRY_BACK)
    for name in _READ_AT:
        op.drop_column("vehicles", name)
    op.drop_table("tracked_ways")


def _total(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), nullable=False, server_default="0")
