"""Rows of `vehicle_live` and `quarantined_fixes`, in bulk: a batch is one statement a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.jsonb import json_text
from fleet_app.location.frames import LivePosition
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.location.tracking.state import Memory, VehicleState

_MOMENT = "'epoch'::timestamptz + {} * interval '1 millisecond'"
_RECORDED, _RECEIVED = _MOMENT.format("recorded_at_ms"), _MOMENT.format("received_at_ms")

# The same moment may be written again: held fixes change the memory without moving the marker.
_STORE = f"""
INSERT INTO vehicle_live AS live (vehicle_id, fleet_id, recorded_at, received_at, lat, lon,
    speed, heading, accuracy, battery, status, tracker)
SELECT vehicle_id, fleet_id, {_RECORDED}, {_RECEIVED}, lat, lon,
    speed, heading, accuracy, battery, status, memory
FROM json_to_recordset(CAST(%s AS json)) AS fresh (vehicle_id bigint, fleet_id bigint,
    recorded_at_ms bigint, received_at_ms bigint, lat float8, lon float8, speed real,
    heading real, accuracy real, battery real, status smallint, memory jsonb)
ORDER BY vehicle_id
ON CONFLICT (vehicle_id) DO UPDATE SET fleet_id = excluded.fleet_id,
    recorded_at = excluded.recorded_at, received_at = excluded.received_at, lat = excluded.lat,
    lon = excluded.lon, speed = excluded.speed, heading = excluded.heading,
    accuracy = excluded.accuracy, battery = excluded.battery, status = excluded.status,
    tracker = excluded.tracker
WHERE live.recorded_at <= excluded.recorded_at"""  # noqa: S608 - constants

_HOLD = f"""
INSERT INTO quarantined_fixes (vehicle_id, recorded_at, reason, fleet_id, received_at, lat, lon,
    source, payload)
SELECT vehicle_id, {_RECORDED}, reason, fleet_id, {_RECEIVED}, lat, lon, source, payload
FROM json_to_recordset(CAST(%s AS json)) AS held (vehicle_id bigint, recorded_at_ms bigint,
    reason text, fleet_id bigint, received_at_ms bigint, lat float8, lon float8, source text,
    payload jsonb)
ON CONFLICT DO NOTHING"""  # noqa: S608 - constants

_REDEEM = f"""
DELETE FROM quarantined_fixes AS held USING json_to_recordset(CAST(%s AS json))
    AS right_one (vehicle_id bigint, recorded_at_ms bigint, reason text)
WHERE held.vehicle_id = right_one.vehicle_id AND held.reason = right_one.reason
    AND held.recorded_at = {_RECORDED}"""  # noqa: S608 - constants


_COLUMNS = (
    col(VehicleLive.vehicle_id),
    col(VehicleLive.lat),
    col(VehicleLive.lon),
    col(VehicleLive.recorded_at),
    col(VehicleLive.status),
    col(VehicleLive.heading),
    col(VehicleLive.speed),
    col(VehicleLive.battery),
)


class HeldFix(msgspec.Struct, frozen=True):
    """A row of `quarantined_fixes` to be."""

    vehicle_id: int
    recorded_at_ms: int
    reason: str
    fleet_id: int
    received_at_ms: int
    lat: float
    lon: float
    source: str
    payload: dict[str, Any]


class RedeemedFix(msgspec.Struct, frozen=True):
    """The key of a `quarantined_fixes` row that turned out to be right."""

    vehicle_id: int
    recorded_at_ms: int
    reason: str


class PositionRepository:
    """Live positions and held fixes, inside the unit of work of `session`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def load_states(self, vehicle_ids: Collection[int]) -> list[VehicleState]:
        """The tracker's state of those of the vehicles that were ever seen."""
        query = select(VehicleLive).where(col(VehicleLive.vehicle_id).in_(vehicle_ids))
        return [_state(row) for row in await self._session.exec(query)]

    async def store_states(self, states: Sequence[VehicleState]) -> None:
        """Write states, except over newer ones."""
        await self._run(_STORE, states)

    async def hold(self, fixes: Sequence[HeldFix]) -> None:
        """Keep fixes apart; those already held stay as they are."""
        await self._run(_HOLD, fixes)

    async def redeem(self, fixes: Sequence[RedeemedFix]) -> None:
        """Let fixes count again."""
        await self._run(_REDEEM, fixes)

    async def _run(self, statement: str, rows: Sequence[msgspec.Struct]) -> None:
        if rows:
            connection = await self._session.connection()
            await connection.exec_driver_sql(statement, (json_text(rows).decode(),))

    async def positions(self, fleet_id: int) -> list[LivePosition]:
        """The last believed position of every vehicle of a fleet."""
        query = (
            select_columns(*_COLUMNS)
            .join(Vehicle, col(Vehicle.id) == col(VehicleLive.vehicle_id))
            .where(col(VehicleLive.fleet_id) == fleet_id, col(Vehicle.deleted_at).is_(None))
        )
        connection = await self._session.connection()
        return [_position(row) for row in await connection.execute(query)]

    async def vehicle_count(self, fleet_id: int) -> int:
        """Vehicles of the fleet that are in use."""
        query = (
            select(func.count())
            .select_from(Vehicle)
            .where(
                col(Vehicle.fleet_id) == fleet_id,
                col(Vehicle.status) != VehicleStatus.RETIRED,
                col(Vehicle.deleted_at).is_(None),
            )
        )
        return int((await self._session.exec(query)).one())


def _state(row: VehicleLive) -> VehicleState:
    return VehicleState(
        vehicle_id=row.vehicle_id,
        fleet_id=row.fleet_id,
        recorded_at_ms=to_ms(row.recorded_at),
        received_at_ms=to_ms(row.received_at),
        lat=row.lat,
        lon=row.lon,
        speed=row.speed,
        heading=row.heading,
        accuracy=row.accuracy,
        battery=row.battery,
        status=MotionStatus(row.status),
        memory=_memory(row.tracker),
    )


def _memory(kept: dict[str, Any]) -> Memory:
    """An unreadable memory (of another version) is forgotten: every step can start without."""
    try:
        return msgspec.convert(kept, Memory)
    except msgspec.ValidationError:
        return Memory()


def _position(row: Any) -> LivePosition:
    return LivePosition(
        vehicle_id=row.vehicle_id,
        lat=row.lat,
        lon=row.lon,
        recorded_at=row.recorded_at.timestamp(),
        status=MotionStatus(row.status),
        heading=row.heading,
        speed=row.speed,
        battery=row.battery,
    )
