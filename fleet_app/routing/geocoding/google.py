"""Addresses from Google: https://developers.google.com/maps/documentation/geocoding."""

from __future__ import annotations

import logging

import msgspec

from fleet_app.routing.geocoding.errors import GeocoderUnavailable
from fleet_app.routing.geocoding.labels import label_of
from fleet_app.routing.geocoding.online import Service, on_earth
from fleet_app.routing.geocoding.ports import Coordinate, Place, Precision, Standing

log = logging.getLogger(__name__)

URL = "https://maps.googleapis.com"
_PATH = "/maps/api/geocode/json"
_NEAR_DEG = 0.5
_EMPTY = frozenset({"ZERO_RESULTS"})
_TIRED = frozenset({"OVER_QUERY_LIMIT", "OVER_DAILY_LIMIT"})


class Part(msgspec.Struct):
    """One part of an address, and what it is."""

    long_name: str = ""
    short_name: str = ""
    types: list[str] = []


class Point(msgspec.Struct):
    """Degrees."""

    lat: float
    lng: float


class Geometry(msgspec.Struct):
    """Where, and how that is known."""

    location: Point
    location_type: str = ""


class Hit(msgspec.Struct):
    """One answer."""

    geometry: Geometry
    formatted_address: str = ""
    address_components: list[Part] = []


class Answer(msgspec.Struct):
    """All of it; `status` says more than the HTTP status."""

    status: str
    results: list[Hit] = []


class GoogleGeocoder:
    """Asks Google's Geocoding API. Every search costs, so there is none at every key stroke."""

    def __init__(self, key: str, url: str = URL, *, seconds: float = 6.0) -> None:
        self._service = Service(url, secret={"key": key}, seconds=seconds)

    @property
    def standing(self) -> Standing:
        """Always ready: whether it answers shows when asked."""
        return Standing(ready=True, reason="", as_you_type=False)

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """Places that `text` may mean."""
        if not text.strip() or limit < 1:
            return []
        params = {"address": text}
        if near is not None:
            params["bounds"] = _bounds(near)
        return (await self._places(params))[:limit]

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """The address at a point."""
        places = await self._places({"latlng": f"{lat:.6f},{lon:.6f}"})
        return places[0] if places else None

    async def close(self) -> None:
        """Close its connections."""
        await self._service.close()

    async def _places(self, params: dict[str, str]) -> list[Place]:
        answer = await self._service.ask(_PATH, params, Answer)
        if answer.status in _EMPTY:
            return []
        if answer.status != "OK":
            log.warning("address service refused: %.40s", answer.status)
            raise GeocoderUnavailable(retry_after=60 if answer.status in _TIRED else 5)
        return [place for place in map(_place, answer.results) if place is not None]


def _bounds(near: Coordinate) -> str:
    low = f"{near.lat - _NEAR_DEG:.3f},{near.lon - _NEAR_DEG:.3f}"
    return f"{low}|{near.lat + _NEAR_DEG:.3f},{near.lon + _NEAR_DEG:.3f}"


def _place(hit: Hit) -> Place | None:
    at = hit.geometry.location
    if not on_earth(at.lat, at.lng):
        return None
    long = {kind: part.long_name for part in hit.address_components for kind in part.types}
    short = {kind: part.short_name for part in hit.address_components for kind in part.types}
    street, house = long.get("route", ""), long.get("street_number", "")
    city = long.get("locality") or long.get("postal_town", "")
    postcode, country = long.get("postal_code", ""), short.get("country", "").upper()
    label = label_of(
        street=street, house_number=house, postcode=postcode, city=city, country=country
    )
    return Place(
        label=label if street else hit.formatted_address or label,
        street=street,
        house_number=house,
        postcode=postcode,
        city=city,
        country=country,
        lat=at.lat,
        lon=at.lng,
        source="google",
        precision=_precision(house, street, hit.geometry.location_type),
    )


def _precision(house: str, street: str, located: str) -> Precision:
    if house:
        return "address" if located == "ROOFTOP" else "interpolated"
    return "street" if street else "place"
