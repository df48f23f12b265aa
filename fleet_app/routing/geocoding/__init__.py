"""Addresses: the point of an address, and the address of a point."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fleet_app.routing.geocoding.errors import GeocoderBusy, GeocoderUnavailable
from fleet_app.routing.geocoding.ports import Coordinate, Geocoder, Place, Standing
from fleet_app.routing.geocoding.samples import list_addresses
from fleet_app.routing.geocoding.store import ADDRESSES
from fleet_app.routing.outside import PER_SECOND

__all__ = [
    "ADDRESSES",
    "Coordinate",
    "Geocoder",
    "GeocoderBusy",
    "GeocoderChoice",
    "GeocoderUnavailable",
    "Place",
    "Standing",
    "list_addresses",
    "open_geocoder",
]

GeocoderChoice = Literal["offline", "nominatim", "google", "none"]

PUBLIC_PER_SECOND = 1.0
"""What the public Nominatim server allows."""


def open_geocoder(
    choice: GeocoderChoice, map_dir: Path, *, url: str = "", key: str = "", processes: int = 1
) -> Geocoder:
    """The geocoder an installation chose; `processes` share the pace that a service allows.

    `map_dir` is the installed map's folder (`<home>/map`), `url` replaces the service's own.
    """
    # The clients load only where they are wanted.
    from fleet_app.routing.geocoding import absent, google, limited, nominatim, offline  # noqa: PLC0415

    if choice == "none":
        return absent.NoGeocoder()
    if choice == "offline":
        return offline.OfflineGeocoder(map_dir / ADDRESSES)
    if choice == "google":
        pace = limited.Pace(PER_SECOND / processes, burst=10)
        return limited.LimitedGeocoder(google.GoogleGeocoder(key, url or google.URL), pace)
    url = url or nominatim.PUBLIC_URL
    pace = (
        limited.Pace(PUBLIC_PER_SECOND / processes)
        if nominatim.is_public(url)
        else limited.Pace(PER_SECOND / processes, burst=10)
    )
    return limited.LimitedGeocoder(nominatim.NominatimGeocoder(url), pace)
