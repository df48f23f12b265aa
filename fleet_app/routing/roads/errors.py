"""What a road network cannot do."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.kernel.errors import FleetError


class NoRoute(FleetError):
    """No road leads through these points: `points` as (latitude, longitude), `reason` why."""

    type = "no_route"

    def __init__(self, points: Sequence[tuple[float, float]], reason: str) -> None:
        places = " → ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in points)
        super().__init__(f"no route {places}: {reason}")
        self.points = tuple(points)
        self.reason = reason
