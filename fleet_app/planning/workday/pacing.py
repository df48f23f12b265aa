"""How fast a fleet drives at which hour of the week, as its past drives say."""

from __future__ import annotations

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.planning.live.models import PaceHour
from fleet_app.planning.live.pace import Hourly, fitted
from fleet_app.routing.roads.pace import FASTEST, SLOWEST, HourlyPace


async def hourly(session: AsyncSession, fleet_id: int) -> Hourly:
    """How much longer driving usually takes in each hour of the week; () where nothing is known."""
    rows = await session.exec(select(PaceHour).where(PaceHour.fleet_id == fleet_id))
    return fitted({row.hour: (row.expected_s, row.taken_s) for row in rows})


async def pace_of(session: AsyncSession, fleet_id: int) -> HourlyPace:
    """The same for the road network; as it says where nothing is known."""
    factors = await hourly(session, fleet_id)
    if not factors:
        return HourlyPace.usual
    return HourlyPace(tuple(min(max(one, FASTEST), SLOWEST) for one in factors))
