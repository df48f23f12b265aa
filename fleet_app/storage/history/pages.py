"""One vehicle's fixes page by page, with those kept apart among them when asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from fleet_app.location.models import QuarantineReason
from fleet_app.location.past.stored_track import TrackFix, TrackQuery

_MEASURES = "speed, heading, accuracy, altitude, battery"
_FIRST = f"""
SELECT recorded_at, lat, lon, {_MEASURES}, ''
FROM location_events AS event
WHERE vehicle_id = %(vehicle)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
AND NOT EXISTS (
    SELECT FROM quarantined_fixes AS held WHERE held.vehicle_id = event.vehicle_id
    AND held.recorded_at = event.recorded_at AND held.reason = %(jump)s)
ORDER BY recorded_at LIMIT %(limit)s"""  # noqa: S608 - constants
_FOLLOWING = _FIRST.replace("NOT EXISTS", "recorded_at > %(above)s AND NOT EXISTS")
_PAYLOAD = ", ".join(
    f"CASE WHEN jsonb_typeof(payload -> '{name}') = 'number' "
    f"THEN CAST(payload ->> '{name}' AS float8) END"
    for name in ("speed", "heading", "accuracy", "altitude", "battery")
)
_HELD = f"""
SELECT recorded_at, lat, lon, {_PAYLOAD}, reason
FROM quarantined_fixes
WHERE vehicle_id = %(vehicle)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
AND (recorded_at, reason) > (%(above)s, %(word)s)
ORDER BY recorded_at, reason LIMIT %(limit)s"""  # noqa: S608 - constants


async def read_page(connection: AsyncConnection[Any], query: TrackQuery) -> list[TrackFix]:
    """The fixes asked for, by moment and reason; a believed one has no reason."""
    values = {
        "vehicle": query.vehicle_id, "since": query.since, "until": query.until,
        "limit": query.limit, "jump": QuarantineReason.IMPOSSIBLE_JUMP.value,
        "above": query.since if query.above is None else query.above.moment,
        "word": "" if query.above is None else query.above.word,
    }  # fmt: skip
    believed = _FIRST if query.above is None else _FOLLOWING
    found = await _read(connection, believed, values)
    if query.raw:
        found += await _read(connection, _HELD, values)
        found.sort(key=lambda fix: (fix.recorded_at, fix.quarantined or ""))
    return found[: query.limit]


async def _read(
    connection: AsyncConnection[Any], query: str, values: dict[str, Any]
) -> list[TrackFix]:
    rows = await connection.execute(query.encode(), values)
    return [_fix(row) for row in await rows.fetchall()]


def _fix(row: Sequence[Any]) -> TrackFix:
    recorded_at, lat, lon, speed, heading, accuracy, altitude, battery, reason = row
    return TrackFix(
        recorded_at=recorded_at, lat=lat, lon=lon, speed=speed, heading=heading,
        accuracy=accuracy, altitude=altitude, battery=battery,
        quarantined=QuarantineReason(reason) if reason else None,
    )  # fmt: skip
