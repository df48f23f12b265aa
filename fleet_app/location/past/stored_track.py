"""Tracks as they are read back, page by page."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fleet_app.kernel.cursors import Position
from fleet_app.location.models import QuarantineReason


class TrackFix(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fix, in the units of `Fix`; `quarantined` says why it is not believed."""

    recorded_at: datetime
    lat: float
    lon: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None
    altitude: float | None = None
    battery: float | None = None
    quarantined: QuarantineReason | None = None

    @property
    def position(self) -> Position:
        """Behind this fix. Several that were kept apart may share a moment."""
        return Position.at(self.recorded_at, 0, self.quarantined or "")


class TrackQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Fixes of one vehicle in [since, until) that follow `above`, oldest first, at most `limit`.

    With `raw` those kept apart are among them.
    """

    vehicle_id: int
    since: datetime
    until: datetime
    above: Position | None = None
    limit: int = 1000
    raw: bool = False
