"""What every screen of a fleet shows of its alerts, worked out once for all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import case, func
from sqlalchemy import select as columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import to_ms, utc_now
from fleet_app.notification.models import Alert, AlertStatus, Severity

NEWEST = 5
MOST_VEHICLES = 5_000
_ACTIVE = (AlertStatus.RAISED, AlertStatus.ACKNOWLEDGED)
"""What somebody should look at, or does."""
_RANK = case({one: at for at, one in enumerate(Severity)}, value=col(Alert.severity))
_NEWS = func.greatest(col(Alert.raised_at), func.coalesce(col(Alert.told_at), col(Alert.raised_at)))
"""When it was last worth a message."""


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a line. `news` is the moment, in epoch ms, since which it is worth a message;
    0 for what was learnt late."""

    id: int
    title: str
    message: str
    severity: Severity
    vehicle_id: int | None
    vehicle: str
    count: int
    last_at: datetime
    news: int


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet's alerts: `open` are those that nobody looks after yet, `active` these and those that
    somebody does. `worst` is the severity of the worst active one, empty without any; `vehicles`
    the worst one of each vehicle; `at` when it was so, in epoch ms."""

    at: int = 0
    open: int = 0
    active: int = 0
    worst: str = ""
    worst_open: str = ""
    newest: tuple[Brief, ...] = ()
    vehicles: dict[str, Severity] = {}


async def pulse_of(session: AsyncSession, fleet_id: int) -> Pulse:
    """The alerts of a fleet as they are now. Whoever shows them has asked who may see them."""
    counted = await _counted(session, fleet_id)
    severities = list(Severity)
    worst = {
        status: max((severities.index(one) for at, one in counted if at is status), default=-1)
        for status in _ACTIVE
    }
    opened = sum(n for (status, _), n in counted.items() if status is AlertStatus.RAISED)
    return Pulse(
        at=to_ms(utc_now()),
        open=opened,
        active=sum(counted.values()),
        worst=_named(max(worst.values())),
        worst_open=_named(worst[AlertStatus.RAISED]),
        newest=await _newest(session, fleet_id) if opened else (),
        vehicles=await _vehicles(session, fleet_id) if counted else {},
    )


async def _counted(session: AsyncSession, fleet_id: int) -> dict[tuple[AlertStatus, Severity], int]:
    status, severity = col(Alert.status), col(Alert.severity)
    query = columns(status, severity, func.count()).where(*_active(fleet_id))
    found = await (await session.connection()).execute(query.group_by(status, severity))
    return {(AlertStatus(of), Severity(one)): count for of, one, count in found}


async def _newest(session: AsyncSession, fleet_id: int) -> tuple[Brief, ...]:
    query = (
        columns(Alert.id, Alert.title, Alert.message, Alert.severity, Alert.vehicle_id,
                func.coalesce(col(Vehicle.name), ""), Alert.count, Alert.last_at, Alert.late,
                _NEWS)  # type: ignore[call-overload]
        .outerjoin(Vehicle, col(Vehicle.id) == col(Alert.vehicle_id))
        .where(col(Alert.fleet_id) == fleet_id, col(Alert.status) == AlertStatus.RAISED)
        .order_by(_NEWS.desc(), col(Alert.id).desc())
        .limit(NEWEST)
    )  # fmt: skip
    rows = await (await session.connection()).execute(query)
    return tuple(_brief(*row) for row in rows)


def _brief(*row: Any) -> Brief:
    number, title, message, severity, vehicle_id, vehicle, count, last_at, late, news = row
    return Brief(
        id=number, title=title, message=message, severity=Severity(severity),
        vehicle_id=vehicle_id, vehicle=vehicle, count=count, last_at=last_at,
        news=0 if late else int(news.timestamp() * 1000),
    )  # fmt: skip


async def _vehicles(session: AsyncSession, fleet_id: int) -> dict[str, Severity]:
    vehicle = col(Alert.vehicle_id)
    query = columns(vehicle, func.max(_RANK)).where(*_active(fleet_id), vehicle.is_not(None))
    found = await (await session.connection()).execute(query.group_by(vehicle).limit(MOST_VEHICLES))
    severities = list(Severity)
    return {str(number): severities[rank] for number, rank in found}


def _active(fleet_id: int) -> tuple[Any, ...]:
    return (col(Alert.fleet_id) == fleet_id, col(Alert.status).in_(_ACTIVE))


def _named(rank: int) -> str:
    return "" if rank < 0 else list(Severity)[rank].value
