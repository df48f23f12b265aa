"""The fixes of one vehicle as the fold reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import clamped_ms, from_ms, to_ms
from fleet_app.location.models import Fix

# Also what the live tracker took for impossible jumps: that depends on the order of arrival, and
# the fold has a sieve of its own.
_AFTER = text("""
SELECT recorded_at, lat, lon, speed, heading, accuracy, altitude, battery, attributes
FROM location_events WHERE vehicle_id = :vehicle_id AND recorded_at > :after
ORDER BY recorded_at LIMIT :most""")


async def fixes_after(
    session: AsyncSession, vehicle_id: int, after_ms: int, most: int
) -> list[Fix]:
    """The next fixes in the order of their time."""
    after = from_ms(clamped_ms(after_ms))
    connection = await session.connection()
    rows = await connection.execute(
        _AFTER, {"vehicle_id": vehicle_id, "after": after, "most": most}
    )
    return [_fix(row) for row in rows]


def _fix(row: Row[Any]) -> Fix:
    return Fix(
        recorded_at_ms=to_ms(row.recorded_at),
        lat=row.lat,
        lon=row.lon,
        speed=row.speed,
        heading=row.heading,
        accuracy=row.accuracy,
        altitude=row.altitude,
        battery=row.battery,
        attributes=row.attributes,
    )
