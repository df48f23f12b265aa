"""The points of addresses: an address that changes leaves the point of the old one behind."""

from __future__ import annotations

from typing import Protocol, TypeVar

from fleet_app.records.kinds import Write
from fleet_app.records.types import require_place


class Placed(Protocol):
    """Fields that hold a point."""

    lat: float | None
    lon: float | None


Fields = TypeVar("Fields", bound=Placed)


def whole_point(fields: Fields) -> Fields:
    """The fields as they are. Raises for half a point; for `model_validator(mode="after")`."""
    require_place(("latitude", "longitude"), fields.lat, fields.lon, fields=("lat", "lon"))
    return fields


async def follow_address(write: Write, start: str = "") -> None:
    """Forget the point of an address that changes without a new point.

    `start` begins the columns' names: `pickup_` for `pickup_address`, `pickup_lat`, `pickup_lon`.
    """
    values = write.values
    address, lat, lon = (f"{start}{end}" for end in ("address", "lat", "lon"))
    if write.is_new or lat in values or lon in values:
        return
    if address in values and values[address] != write.before.get(address):
        values[lat] = values[lon] = None
