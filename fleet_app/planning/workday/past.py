"""What drivers did before a plan's day: when they were back last, and how long they worked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route

REST = timedelta(hours=11)
"""Regulation (EC) 561/2006, article 8: a regular daily rest."""


@dataclass
class Past:
    """When each driver was back last, and the seconds worked since Monday."""

    back: dict[int, datetime] = field(default_factory=dict)
    worked: Counter[int] = field(default_factory=Counter)

    def rested_at(self, driver_id: int) -> datetime | None:
        """When the rest since the last route is over; None for who had none."""
        back = self.back.get(driver_id)
        return None if back is None else back + REST


async def past_before(session: AsyncSession, fleet_id: int, date: dt.date) -> Past:
    """What the drivers of a fleet did in the week of a day, and the day before it."""
    monday = date - timedelta(days=date.weekday())
    query = select_columns(  # of a large fleet a week is thousands of routes
        col(Route.date),
        col(Route.driver_id),
        func.coalesce(col(Route.actual_departure), col(Route.planned_departure)),
        func.coalesce(col(Route.actual_arrival), col(Route.planned_arrival)),
    ).where(
        col(Route.fleet_id) == fleet_id,
        col(Route.deleted_at).is_(None),
        col(Route.driver_id).is_not(None),
        col(Route.date) >= min(monday, date - timedelta(days=1)),
        col(Route.date) < date,
    )
    past = Past()
    for day, driver_id, begun, ended in await (await session.connection()).execute(query):
        driver = driver_id or 0
        if ended is not None:
            past.back[driver] = max(past.back.get(driver, ended), ended)
        if begun is not None and ended is not None and day >= monday:
            past.worked[driver] += max(0, round((ended - begun).total_seconds()))
    return past
