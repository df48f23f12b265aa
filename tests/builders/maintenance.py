"""Schedules, work orders and people who work with them, made directly in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.maintenance.models import MaintenanceSchedule, TrackedWay, WorkOrder
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import to_ms
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.location.past.facts import FactRows

Row = TypeVar("Row", bound=SQLModel)


def an_actor(fleet_id: int | None, role: Role = Role.FLEET_MANAGER) -> Actor:
    """Somebody who acts through the API."""
    person = Principal(user_id=7, name="Maija", email="m@example.com", role=role, fleet_id=fleet_id)
    return Actor(principal=person, channel=Channel.API)


async def stored(container: Container, row: Row) -> Row:
    """`row` in the database, with its id."""
    async with container.work() as session:
        session.add(row)
    return row


async def again(container: Container, row: Row) -> Row:
    """`row` as the database has it now."""
    async with container.work() as session:
        found = await session.get(type(row), row.id)  # type: ignore[attr-defined]
    assert found is not None
    return found


async def a_schedule(container: Container, vehicle: Vehicle, **said: Any) -> MaintenanceSchedule:
    """A service every 20,000 km that was last done at 10,000 km, unless told otherwise."""
    usual = {"name": "Service", "every_km": 20_000.0, "last_km": 10_000.0}
    schedule = MaintenanceSchedule(
        fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, **(usual | said)
    )
    return await stored(container, schedule)


async def an_order(container: Container, vehicle: Vehicle, **said: Any) -> WorkOrder:
    """An open work order."""
    usual = {"title": "New brakes"}
    order = WorkOrder(fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, **(usual | said))
    return await stored(container, order)


async def tracked(
    container: Container, vehicle: Vehicle, *, km: float = 0.0, hours: float = 0.0
) -> None:
    """Let the vehicle have been seen, and its trips tell so much since it was first seen."""
    now, vehicle_id = datetime.now(UTC), vehicle.id or 0
    row = VehicleLive(
        vehicle_id=vehicle_id, fleet_id=vehicle.fleet_id, recorded_at=now, received_at=now,
        lat=60.0, lon=25.0, status=MotionStatus.MOVING, tracker={},
    )  # fmt: skip
    async with container.work() as session:
        await session.merge(row)
        way = await session.get(TrackedWay, vehicle_id) or TrackedWay(vehicle_id=vehicle_id)
        more_m, more_s = km * 1000 - way.distance_m, hours * 3600 - way.engine_s
        await _a_trip(session, vehicle, now, more_m, more_s)
        way.distance_m, way.engine_s = km * 1000, hours * 3600
        session.add(way)


async def learnt_late(container: Container, vehicle: Vehicle, *, km: float, at: datetime) -> None:
    """Let a trip have become known that was before the last reading, and so counts nothing."""
    async with container.work() as session:
        await _a_trip(session, vehicle, at, km * 1000, 0.0)


async def _a_trip(
    session: AsyncSession, vehicle: Vehicle, at: datetime, metres: float, seconds: float
) -> None:
    trip = Fact(
        kind=FactKind.TRIP, started_ms=to_ms(at), ended_ms=to_ms(at), lat=60.0, lon=25.0,
        distance_m=metres, values={"moving_s": seconds},
    )  # fmt: skip
    await FactRows(session, vehicle.fleet_id, vehicle.id or 0).add([trip], _nobody, at)


async def _nobody(_: Any, __: int, moments: Sequence[datetime]) -> list[int | None]:
    return [None] * len(moments)
