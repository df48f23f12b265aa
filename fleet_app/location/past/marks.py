"""Which vehicles have fixes that their fold has not seen.

History marks a vehicle in the transaction that stores its fixes. Here marks become work: what is
pending moves to the vehicle's cursor, which is due then. A mark made later concerns later fixes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.journeys.fold import NEVER_MS

# Nobody waits here: marks that history is writing, and vehicles whose fold is going on, are taken
# the next time. Whoever stores fixes waits for these few statements at most.
_MARKED = text("""
SELECT vehicle_id FROM journey_marks ORDER BY marked_at LIMIT :most FOR UPDATE SKIP LOCKED""")
_BEGIN = text("""
INSERT INTO journey_cursors (vehicle_id, fleet_id, at_ms, unsaved, state, rules)
SELECT id, fleet_id, :never, 0, '', '' FROM vehicles
WHERE id = ANY(:ids) ORDER BY id ON CONFLICT DO NOTHING""")
_KNOWN = text("SELECT vehicle_id FROM journey_cursors WHERE vehicle_id = ANY(:ids)")
_FREE = text("""
SELECT vehicle_id FROM journey_cursors WHERE vehicle_id = ANY(:ids)
ORDER BY vehicle_id FOR UPDATE SKIP LOCKED""")
_TAKE = text("""
WITH taken AS (
    DELETE FROM journey_marks WHERE vehicle_id = ANY(:ids) RETURNING vehicle_id, from_ms)
UPDATE journey_cursors AS cursor SET due_at = least(cursor.due_at, :now),
    pending_ms = least(cursor.pending_ms, taken.from_ms)
FROM taken WHERE taken.vehicle_id = cursor.vehicle_id""")


async def take_marks(session: AsyncSession, now: datetime, most: int) -> int:
    """Make the vehicles marked longest ago due; returns how many."""
    marked = await _ids(session, _MARKED, most=most)
    if not marked:
        return 0
    connection = await session.connection()
    await connection.execute(_BEGIN, {"ids": marked, "never": NEVER_MS})
    gone = set(marked) - set(await _ids(session, _KNOWN, ids=marked))
    free = await _ids(session, _FREE, ids=marked)
    await connection.execute(_TAKE, {"ids": [*free, *gone], "now": now})
    return len(free)


async def _ids(session: AsyncSession, query: Any, **values: Any) -> Sequence[int]:
    connection = await session.connection()
    return list((await connection.execute(query, values)).scalars())
