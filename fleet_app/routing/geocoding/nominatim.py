"""Addresses from a Nominatim server: https://nominatim.org/release-docs/latest/api/Search/."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from fleet_app.routing.geocoding.labels import label_of
from fleet_app.routing.geocoding.online import Service, number, on_earth
from fleet_app.routing.geocoding.ports import Coordinate, Place, Precision, Standing

PUBLIC_URL = "https://nominatim.openstreetmap.org"
_NEAR_DEG = 0.5
_STREET = ("road", "pedestrian", "footway", "square", "hamlet", "place")
_CITY = ("city", "town", "village", "municipality", "suburb")


class Hit(msgspec.Struct):
    """One answer; `address` has other keys in every country. `error` alone says none was found."""

    lat: str | float = "nan"
    lon: str | float = "nan"
    display_name: str = ""
    address: dict[str, str] = {}
    error: str | dict[str, str] | None = None


class NominatimGeocoder:
    """Asks a Nominatim server; the public one allows no search at every key stroke."""

    def __init__(self, url: str = PUBLIC_URL, *, seconds: float = 6.0) -> None:
        self._service = Service(url, seconds=seconds)
        self._public = is_public(url)

    @property
    def standing(self) -> Standing:
        """Always ready: whether it answers shows when asked."""
        return Standing(ready=True, reason="", as_you_type=not self._public)

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """Places that `text` may mean."""
        if not text.strip() or limit < 1:
            return []
        params = {"q": text, "limit": str(limit), "format": "jsonv2", "addressdetails": "1"}
        if near is not None:
            params["viewbox"] = _box(near)
        hits = await self._service.ask("/search", params, list[Hit])
        return [place for place in map(_place, hits) if place is not None][:limit]

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """The address at a point."""
        params = {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "zoom": "18", "format": "jsonv2"}
        hit = await self._service.ask("/reverse", {**params, "addressdetails": "1"}, Hit)
        return None if hit.error else _place(hit)

    async def close(self) -> None:
        """Close its connections."""
        await self._service.close()


def is_public(url: str) -> bool:
    """Whether this is the server that OpenStreetMap runs for everybody, one search a second."""
    return (urlsplit(url).hostname or "").endswith("openstreetmap.org")


def _box(near: Coordinate) -> str:
    west, east = near.lon - _NEAR_DEG, near.lon + _NEAR_DEG
    return f"{west:.3f},{near.lat + _NEAR_DEG:.3f},{east:.3f},{near.lat - _NEAR_DEG:.3f}"


def _place(hit: Hit) -> Place | None:
    lat, lon = number(hit.lat), number(hit.lon)
    if not on_earth(lat, lon):
        return None
    parts = hit.address
    street, city = _first(parts, _STREET), _first(parts, _CITY)
    house, postcode = parts.get("house_number", ""), parts.get("postcode", "")
    country = parts.get("country_code", "").upper()
    label = label_of(
        street=street, house_number=house, postcode=postcode, city=city, country=country
    )
    return Place(
        label=label if street else hit.display_name or label,
        street=street,
        house_number=house,
        postcode=postcode,
        city=city,
        country=country,
        lat=lat,
        lon=lon,
        source="nominatim",
        precision=_precision(house, street),
    )


def _precision(house: str, street: str) -> Precision:
    if house:
        return "address"
    return "street" if street else "place"


def _first(parts: dict[str, str], names: tuple[str, ...]) -> str:
    return next((parts[name] for name in names if parts.get(name)), "")
