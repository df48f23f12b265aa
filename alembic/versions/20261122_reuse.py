"""What must be unique is free for others while its record is deleted."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ALIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.drop_index("uq_users_email", table_name="users")
    op.create_index(
        "uq_users_email", "users", [sa.text("lower(email)")], unique=True, postgresql_where=ALIVE
    )
    op.drop_constraint("drivers_user_id_key", "drivers", type_="unique")
    op.create_index("ix_drivers_user_id", "drivers", ["user_id"])
    op.create_index(
        "uq_drivers_user_id", "drivers", ["user_id"], unique=True, postgresql_where=ALIVE
    )
    op.drop_constraint("fleets_name_key", "fleets", type_="unique")
    op.create_index("uq_fleets_name", "fleets", ["name"], unique=True, postgresql_where=ALIVE)


def downgrade() -> None:
    op.drop_index("uq_fleets_name", table_name="fleets")
    op.create_unique_constraint("fleets_name_key", "fleets", ["name"])
    op.drop_index("uq_drivers_user_id", table_name="drivers")
    op.drop_index("ix_drivers_user_id", table_name="drivers")
    op.create_unique_constraint("drivers_user_id_key", "drivers", ["user_id"])
    op.drop_index("uq_users_email", table_name="users")
    op.create_index("uq_users_email", "users", [sa.text("lower(email)")], unique=True)
