"""An installation that wants no address search."""

from __future__ import annotations

from fleet_app.routing.geocoding.ports import Coordinate, Place, Standing

SWITCHED_OFF = "Address search is switched off. Set the pin on the map, or type its coordinates."


class NoGeocoder:
    """Finds nothing, and says why."""

    standing = Standing(ready=False, reason=SWITCHED_OFF, as_you_type=False)

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """Nothing."""
        return []

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """Nothing."""
        return None

    async def close(self) -> None:
        """Nothing to close."""
