"""Every manager stands in the fleet's list of managers, those made before there was one as well."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO fleet_managers (fleet_id, user_id, name, email)
        SELECT u.fleet_id, u.id, u.name, u.email FROM users u
        WHERE u.role = 'fleet_manager' AND u.fleet_id IS NOT NULL AND u.deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM fleet_managers m WHERE m.user_id = u.id)
        ORDER BY u.id"""
    )


def downgrade() -> None:
    """Nothing: the rows are right for the schema before as well."""
