"""The port every address search stands behind."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import msgspec

Precision = Literal["address", "interpolated", "street", "place"]
"""How well a place is known: a house, between two houses, only the street, only the area."""

Source = Literal["offline", "nominatim", "google"]


class Coordinate(NamedTuple):
    """A point, WGS 84 degrees."""

    lat: float
    lon: float


class Place(msgspec.Struct, frozen=True):
    """An address with its point in WGS 84 degrees; parts that are not known are ""."""

    label: str
    """The address in one line, to show and to keep."""
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    """ISO 3166 code of two capital letters."""
    lat: float
    lon: float
    source: Source
    precision: Precision


class Standing(msgspec.Struct, frozen=True):
    """Whether addresses can be searched now, and how."""

    ready: bool
    reason: str
    """Why not, as a sentence for people; "" when ready."""
    as_you_type: bool
    """Whether every key stroke may search. Some services forbid that, others charge for it."""


class Geocoder(Protocol):
    """Finds the point of an address and the address of a point. Never blocks the event loop."""

    @property
    def standing(self) -> Standing:
        """Whether there is anything to search in. Cheap."""
        ...

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """Places that `text` may mean, the likeliest first; those near `near` are preferred.

        Nothing when it is not ready. Raises `GeocoderUnavailable`, `GeocoderBusy`.
        """
        ...

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """The address at a point; None if none is near. Raises as `search` does."""
        ...

    async def close(self) -> None:
        """Close what it holds open."""
        ...
