"""`due.due_state` in SQL, for lists that are filtered and sorted by it. Both must agree."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Float, Integer, and_, case, cast, func, literal, or_
from sqlalchemy import true as always
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.maintenance.due import HOURS_A_DAY, KM_A_DAY, RANKS, DueStatus
from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.fleet.maintenance.tracked import engine_hours, odometer_km, with_tracked
from fleet_app.fleet.models import Fleet, Vehicle, VehicleStatus

_Sql = ColumnElement[Any]


class DueSql:
    """The columns of one moment. `today` is the day in each fleet's own time zone."""

    def __init__(self, today: _Sql) -> None:
        schedule = MaintenanceSchedule
        self.today = today
        self.km, self.hours = odometer_km(), engine_hours()
        left_km = col(schedule.last_km) + col(schedule.every_km) - self.km
        left_hours = col(schedule.last_hours) + col(schedule.every_hours) - self.hours
        passed = cast(col(schedule.last_on).op("-", return_type=Integer())(today), Integer)
        left_days = passed + col(schedule.every_days)
        self._parts = [
            _Part(schedule.every_km, schedule.warn_km, left_km, literal(KM_A_DAY)),
            _Part(schedule.every_hours, schedule.warn_hours, left_hours, literal(HOURS_A_DAY)),
            _Part(schedule.every_days, schedule.warn_days, left_days, literal(1.0)),
        ]

    @property
    def status(self) -> _Sql:
        """As `DueState.status`."""
        unset = and_(*(~part.is_set for part in self._parts))
        return case(
            (or_(*(part.overdue for part in self._parts)), DueStatus.OVERDUE.value),
            (or_(*(part.due_soon for part in self._parts)), DueStatus.DUE_SOON.value),
            (or_(unset, *(part.unknown for part in self._parts)), DueStatus.UNKNOWN.value),
            else_=DueStatus.OK.value,
        )

    @property
    def rank(self) -> _Sql:
        """0 for the most pressing status."""
        return case({s.value: rank for s, rank in RANKS.items()}, value=self.status)

    @property
    def urgency(self) -> _Sql:
        """As `DueState.urgency`."""
        return func.least(*(part.days for part in self._parts))


class _Part:
    """One criterion of a schedule."""

    def __init__(self, every: Any, warn: Any, left: _Sql, a_day: _Sql) -> None:
        self._every, self._warn, self._a_day = col(every), col(warn), a_day
        self.is_set = func.coalesce(self._every > 0, False)
        self.left: _Sql = case((self.is_set, left))
        self.unknown = and_(self.is_set, self.left.is_(None))

    @property
    def overdue(self) -> _Sql:
        return func.coalesce(self.left < 0, False)

    @property
    def due_soon(self) -> _Sql:
        return func.coalesce(self.left <= self._warn, False)

    @property
    def days(self) -> _Sql:
        return cast(self.left, Float) / cast(self._a_day, Float)


async def due_sql(session: AsyncSession, now: datetime) -> DueSql:
    """The columns at `now`. Days are told in Python: databases know other time zones than we do."""
    zones = (await session.exec(select(col(Fleet.time_zone)).distinct())).all()
    days: dict[date, list[str]] = defaultdict(list)
    for zone in zones:
        days[local_day(now, zone)].append(zone)
    utc = literal(now.astimezone(UTC).date(), Date)
    cases = [(col(Fleet.time_zone).in_(names), literal(day, Date)) for day, names in days.items()]
    return DueSql(case(*cases, else_=utc) if cases else utc)


def local_day(now: datetime, zone: str) -> date:
    """The day at `now` in a time zone; in UTC when this machine does not know the zone."""
    try:
        return now.astimezone(ZoneInfo(zone)).date()
    except (KeyError, ValueError, OSError):
        return now.astimezone(UTC).date()


def from_schedules(query: Any) -> Any:
    """`query` over the schedules that count, with their vehicles, fleets and tracked totals."""
    schedule = MaintenanceSchedule
    query = (
        query.select_from(schedule)
        .join(Vehicle, col(Vehicle.id) == col(schedule.vehicle_id))
        .join(Fleet, col(Fleet.id) == col(schedule.fleet_id))
    )
    return with_tracked(query).where(
        col(schedule.deleted_at).is_(None),
        col(schedule.active).is_(always()),
        col(Vehicle.deleted_at).is_(None),
        col(Vehicle.status) != VehicleStatus.RETIRED,
    )
