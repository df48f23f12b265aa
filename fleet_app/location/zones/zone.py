"""A zone as the engine needs it: its shape and the rules that come with it."""

from __future__ import annotations

import msgspec

from fleet_app.location.zones.shapes import Shape


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone. No vehicles, or no drivers, named means that it counts for all of them."""

    id: int
    shape: Shape
    name: str = ""
    group: str = ""
    color: str = ""
    hours: str = ""
    """Weekly hours on the fleet's clock, such as `Mon-Fri 08:00-18:00`; empty means always."""
    vehicle_ids: frozenset[int] = frozenset()
    driver_ids: frozenset[int] = frozenset()
    speed_limit_mps: float | None = None
    dwell_after_s: float | None = None

    @property
    def subject(self) -> str:
        """What facts about the zone name it."""
        return f"geofence:{self.id}"

    @property
    def words(self) -> dict[str, str]:
        """What people call it, as facts say it; later it may be called otherwise, or be gone."""
        said = {"name": self.name, "group": self.group, "color": self.color}
        return {key: text for key, text in said.items() if text}

    def concerns(self, vehicle_id: int | None, driver_id: int | None) -> bool:
        """Whether the zone counts for this vehicle with this driver, who may be unknown."""
        return (not self.vehicle_ids or vehicle_id in self.vehicle_ids) and (
            not self.driver_ids or driver_id in self.driver_ids
        )
