"""The points of addresses: an address that changes leaves the point of the old one behind."""

from __future__ import annotations

from fleet_app.records.kinds import Write


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
