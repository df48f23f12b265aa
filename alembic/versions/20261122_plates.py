"""A plate is one plate however it is written: with blanks, hyphens and dots or without.

Vehicles of a fleet whose plates differ in nothing else stop the migration: only people know which
of the two records is the right one. It names them all and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEX = "uq_vehicles_registration"
PLATE = "lower(translate(registration_number, ' -.', ''))"
ALIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    if not op.get_context().as_sql:
        _require_distinct()
    _replace(PLATE)


def downgrade() -> None:
    _replace("upper(registration_number)")


def _replace(expression: str) -> None:
    op.drop_index(INDEX, table_name="vehicles")
    op.create_index(
        INDEX,
        "vehicles",
        ["fleet_id", sa.text(expression)],
        unique=True,
        postgresql_where=ALIVE,
    )


def _require_distinct() -> None:
    query = """
        SELECT fleet_id, array_agg(registration_number ORDER BY id), array_agg(id ORDER BY id)
        FROM vehicles WHERE deleted_at IS NULL
        GROUP BY fleet_id, lower(translate(registration_number, ' -.', ''))
        HAVING count(*) > 1 ORDER BY 1, 2"""
    found = op.get_bind().execute(sa.text(query)).all()
    if found:
        raise RuntimeError(
            "These vehicles have the same plate, only written differently. Correct or delete all"
            f" but one of each, then upgrade again: {'; '.join(map(_named, found))}"
        )


def _named(found: Sequence[object]) -> str:
    fleet_id, plates, ids = found
    pairs = zip(plates, ids, strict=True)  # type: ignore[call-overload]
    return f"in fleet {fleet_id}: " + ", ".join(f"{plate} (vehicle {id_})" for plate, id_ in pairs)
