"""A vehicle's reading in SQL: what was last read off the dashboard, and what was tracked since."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import col

from fleet_app.fleet.maintenance.models import TrackedWay
from fleet_app.fleet.models import Vehicle


def with_tracked(query: Any) -> Any:
    """`query`, which selects from vehicles, joined with what was tracked."""
    return query.join(TrackedWay, col(TrackedWay.vehicle_id) == col(Vehicle.id), isouter=True)


def odometer_km() -> ColumnElement[Any]:
    """The odometer now; null when nobody ever read it and the vehicle was never tracked."""
    base, mark = col(Vehicle.odometer_m), col(Vehicle.odometer_tracked_m)
    return _since(base, col(TrackedWay.distance_m), mark) / 1000.0


def engine_hours() -> ColumnElement[Any]:
    """The engine hour meter now; null alike."""
    base, mark = col(Vehicle.engine_s), col(Vehicle.engine_tracked_s)
    return _since(base, col(TrackedWay.engine_s), mark) / 3600.0


def _since(base: Any, tracked: Any, mark: Any) -> ColumnElement[Any]:
    known = or_(base > 0, col(TrackedWay.vehicle_id).is_not(None))
    gained = func.greatest(func.coalesce(tracked, 0.0) - mark, 0.0)
    return case((known, base + gained))
