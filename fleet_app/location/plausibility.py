"""Which fixes are not believed at first sight. Pure: no clock, no history of the vehicle."""

from __future__ import annotations

from fleet_app.location.models import QuarantineReason

ZERO_ISLAND_DEG = 0.01
"""Receivers without a fix report 0, 0 or a rounding error beside it. 0.01 degrees are 1.1 km; the
nearest coast is 570 km away, so no vehicle is ever lost by this."""
FUTURE_MS = 10 * 60 * 1000
"""Phones without network time drift by minutes; more than ten is a wrong clock."""
ANCIENT_MS = 946_684_800_000
"""2000-01-01: before it lie only clocks that were never set (1970, 1980 of GPS)."""


def implausible(
    lat: float, lon: float, recorded_at_ms: int, received_at_ms: int
) -> QuarantineReason | None:
    """Why a fix at (lat, lon) degrees, recorded and received at these epoch ms, cannot be true."""
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return QuarantineReason.INVALID_COORDINATES
    if -ZERO_ISLAND_DEG < lat < ZERO_ISLAND_DEG and -ZERO_ISLAND_DEG < lon < ZERO_ISLAND_DEG:
        return QuarantineReason.ZERO_ISLAND
    if recorded_at_ms > received_at_ms + FUTURE_MS:
        return QuarantineReason.FUTURE
    if recorded_at_ms < ANCIENT_MS:
        return QuarantineReason.ANCIENT
    return None
