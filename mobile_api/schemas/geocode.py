"""Addresses and their points, as the API shows them."""

from __future__ import annotations

from typing import Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from fleet_app.routing.geocoding import Coordinate, Place
from mobile_api.schemas.errors import ErrorEnvelope, answer_example

LONGEST_QUERY = 200
MOST_PLACES = 20


class SearchQuery(BaseModel):
    """What to look for, and near which point."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        default="",
        max_length=LONGEST_QUERY,
        description="The address or its beginning. Empty asks only whether a search is possible.",
        examples=["Kaivokatu 1"],
    )
    lat: float | None = Field(
        default=None, ge=-90, le=90, description="Places near this latitude come first."
    )
    lon: float | None = Field(
        default=None, ge=-180, le=180, description="Places near this longitude come first."
    )
    limit: int = Field(default=8, ge=1, le=MOST_PLACES)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon belong together")
        return self

    @property
    def near(self) -> Coordinate | None:
        """The point, if one was given."""
        if self.lat is None or self.lon is None:
            return None
        return Coordinate(self.lat, self.lon)


class PointQuery(BaseModel):
    """A point, WGS 84 degrees."""

    model_config = ConfigDict(extra="forbid")

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class SearchView(msgspec.Struct, frozen=True, kw_only=True):
    """Places found, the likeliest first; `reason` says why no search is possible."""

    ready: bool
    reason: str
    as_you_type: bool
    places: list[Place]


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """The address at a point; None when none is near."""

    ready: bool
    reason: str
    place: Place | None


_PLACE = {
    "label": "Kaivokatu 1, 00100 Helsinki",
    "street": "Kaivokatu",
    "house_number": "1",
    "postcode": "00100",
    "city": "Helsinki",
    "country": "FI",
    "lat": 60.1711,
    "lon": 24.9415,
    "source": "offline",
    "precision": "address",
}


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    return {
        200: {
            "description": "Success; no place is an answer too.",
            "content": {"application/json": {"example": answer_example(example)}},
        },
        403: {"model": ErrorEnvelope, "description": "The caller's role does not allow this."},
    }


SEARCH = _answers({"ready": True, "reason": "", "as_you_type": True, "places": [_PLACE]})
POINT = _answers({"ready": True, "reason": "", "place": _PLACE})
