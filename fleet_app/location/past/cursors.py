"""Where the folds of vehicles stand, and where in the past they can go on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.journeys import checkpoints

_DUE = text("""
SELECT cursor.vehicle_id, vehicle.fleet_id, cursor.at_ms, cursor.pending_ms, cursor.unsaved,
    cursor.state, cursor.rules, fleet.movement, vehicle.deleted_at IS NOT NULL AS deleted
FROM journey_cursors AS cursor JOIN vehicles AS vehicle ON vehicle.id = cursor.vehicle_id
JOIN fleets AS fleet ON fleet.id = vehicle.fleet_id
WHERE cursor.due_at <= :now AND cursor.vehicle_id <> ALL(:without)
ORDER BY cursor.due_at LIMIT 1 FOR UPDATE OF cursor SKIP LOCKED""")
_SAVE = text("""
UPDATE journey_cursors SET fleet_id = :fleet_id, at_ms = :at_ms, pending_ms = :pending_ms,
    unsaved = :unsaved, state = :state, rules = :rules, due_at = :due_at
WHERE vehicle_id = :vehicle_id""")
_DROP_SEEN = text("""
DELETE FROM journey_checkpoints WHERE vehicle_id = :vehicle_id AND at_ms >= :late_ms""")
_NEWEST = text("""
SELECT at_ms, state FROM journey_checkpoints WHERE vehicle_id = :vehicle_id AND at_ms >= :oldest_ms
ORDER BY at_ms DESC LIMIT 1""")
_OLDEST = text("""
SELECT min(at_ms) FROM journey_checkpoints WHERE vehicle_id = :vehicle_id AND at_ms >= :oldest_ms
""")
_PUT = text("""
INSERT INTO journey_checkpoints (vehicle_id, at_ms, rules, state)
VALUES (:vehicle_id, :at_ms, :rules, :state)
ON CONFLICT (vehicle_id, at_ms) DO UPDATE SET rules = excluded.rules, state = excluded.state""")
_MOMENTS = text("""
SELECT at_ms FROM journey_checkpoints WHERE vehicle_id = :vehicle_id ORDER BY at_ms""")
_THIN = text("""
DELETE FROM journey_checkpoints WHERE vehicle_id = :vehicle_id AND at_ms = ANY(:spare)""")
_DROP_BEFORE = text("DELETE FROM journey_checkpoints WHERE at_ms < :oldest_ms")


class Cursor(msgspec.Struct, kw_only=True):
    """One vehicle's fold as it was left, and what it is folded by. See `JourneyCursor`."""

    vehicle_id: int
    fleet_id: int
    at_ms: int
    pending_ms: int | None
    unsaved: int
    state: bytes
    rules: str
    movement: dict[str, Any]
    deleted: bool
    due_at: datetime | None = None


class Cursors:
    """Rows of `journey_cursors` and `journey_checkpoints`, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_due(self, now: datetime, without: Collection[int]) -> Cursor | None:
        """The vehicle due for longest that nobody works on; it is the caller's until its commit."""
        found = await self._run(_DUE, now=now, without=list(without))
        row = found.mappings().first()
        return None if row is None else Cursor(**{**row, "state": bytes(row["state"])})

    async def save(self, cursor: Cursor) -> None:
        """Keep where the fold stands now."""
        await self._run(_SAVE, **{
            name: getattr(cursor, name)
            for name in ("vehicle_id", "fleet_id", "at_ms", "pending_ms", "unsaved", "state",
                         "rules", "due_at")})  # fmt: skip

    async def rewound(self, vehicle_id: int, late_ms: int, oldest_ms: int) -> bytes | None:
        """Drop the checkpoints that have seen `late_ms`; answers the newest that is left."""
        await self._run(_DROP_SEEN, vehicle_id=vehicle_id, late_ms=late_ms)
        found = await self._run(_NEWEST, vehicle_id=vehicle_id, oldest_ms=oldest_ms)
        row = found.first()
        return None if row is None else bytes(row.state)

    async def first(self, vehicle_id: int, oldest_ms: int) -> int | None:
        """The moment of the oldest checkpoint from `oldest_ms` on."""
        found = await self._run(_OLDEST, vehicle_id=vehicle_id, oldest_ms=oldest_ms)
        at_ms: int | None = found.scalar()
        return at_ms

    async def put(self, cursor: Cursor, kept: dict[int, bytes]) -> None:
        """Keep new checkpoints, and only those of all that are worth their room."""
        if not kept:
            return
        vehicle_id = cursor.vehicle_id
        for at_ms, state in kept.items():
            await self._run(
                _PUT, vehicle_id=vehicle_id, at_ms=at_ms, state=state, rules=cursor.rules
            )
        moments = list((await self._run(_MOMENTS, vehicle_id=vehicle_id)).scalars())
        spare = sorted(set(moments) - set(checkpoints.worth_keeping(moments)))
        if spare:
            await self._run(_THIN, vehicle_id=vehicle_id, spare=spare)

    async def forget_before(self, oldest_ms: int) -> int:
        """Drop the checkpoints of all vehicles whose following fixes are no longer kept."""
        return int((await self._run(_DROP_BEFORE, oldest_ms=oldest_ms)).rowcount)

    async def _run(self, query: Any, **values: Any) -> Any:
        connection = await self._session.connection()
        return await connection.execute(query, values)
