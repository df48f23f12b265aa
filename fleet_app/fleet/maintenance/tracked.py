"""A vehicle's reading in SQL: what was last read off the dashboard, and what was tracked since.

The tracked totals are in `vehicle_live`, which belongs to the location domain above this one. They
are named here as bare columns instead of moving readings up there: what is due, and the work that
resets it, are this domain's own, and its lists filter and sort by the reading in the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, case, column, func, or_, table
from sqlmodel import col

from fleet_app.fleet.models import Vehicle

LIVE = table(
    "vehicle_live",
    column("vehicle_id", BigInteger),
    column("distance_m", Float),
    column("engine_s", Float),
)
"""What the tracker counted, metres and seconds; no row for a vehicle that was never seen."""


def with_tracked(query: Any) -> Any:
    """`query`, which selects from vehicles, joined with what was tracked."""
    return query.join(LIVE, LIVE.c.vehicle_id == col(Vehicle.id), isouter=True)


def odometer_km(live: Any = LIVE.c) -> ColumnElement[Any]:
    """The odometer now; null when nobody ever read it and the vehicle was never seen.

    `live` has the columns of `vehicle_live` for queries that join it in their own way.
    """
    base, mark = col(Vehicle.odometer_m), col(Vehicle.odometer_tracked_m)
    return _since(live, base, live.distance_m, mark) / 1000.0


def engine_hours(live: Any = LIVE.c) -> ColumnElement[Any]:
    """The engine hour meter now; null alike."""
    base, mark = col(Vehicle.engine_s), col(Vehicle.engine_tracked_s)
    return _since(live, base, live.engine_s, mark) / 3600.0


def _since(live: Any, base: Any, tracked: Any, mark: Any) -> ColumnElement[Any]:
    known = or_(base > 0, live.vehicle_id.is_not(None))
    gained = func.greatest(func.coalesce(tracked, 0.0) - mark, 0.0)
    return case((known, base + gained))
