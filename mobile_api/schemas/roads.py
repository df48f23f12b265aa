"""Ways along roads, as the API shows them."""

from __future__ import annotations

from typing import Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from fleet_app.fleet.models import VehicleType
from fleet_app.routing.roads import Costing, Directions, LatLon, Maneuver, Reach, costing_of
from mobile_api.schemas.errors import ErrorEnvelope, answer_example

MOST_POINTS = 200
LONGEST_POINTS = 7_000
LONGEST_LANGUAGE = 16
_LAT = r"-?(?:90(?:\.0{1,12})?|[0-8]?[0-9](?:\.[0-9]{1,12})?)"
_LON = r"-?(?:180(?:\.0{1,12})?|(?:1[0-7][0-9]|[0-9]{1,2})(?:\.[0-9]{1,12})?)"
_POINTS = f"^{_LAT},{_LON}(?:;{_LAT},{_LON})+$"
_MINUTES = "(?:120|1[01][0-9]|[1-9][0-9]?)"
_TIMES = f"^{_MINUTES}(?:,{_MINUTES}){{0,3}}$"
"""One to four times of 1 to 120 minutes."""


class _Travelling(BaseModel):
    """Who drives."""

    model_config = ConfigDict(extra="forbid")

    vehicle_type: VehicleType = Field(
        default=VehicleType.VAN, description="Whose roads and speeds apply."
    )

    @property
    def costing(self) -> Costing:
        """The same for the road network."""
        return costing_of(self.vehicle_type.value)


class RouteQuery(_Travelling):
    """Through which places, and for whom."""

    points: str = Field(
        pattern=_POINTS,
        max_length=LONGEST_POINTS,
        description="Latitude,longitude of 2 to 200 places in driving order, separated by `;`.",
        examples=["60.1662,24.9372;60.1761,24.9481"],
    )
    language: str = Field(
        default="en",
        max_length=LONGEST_LANGUAGE,
        description="In which language to tell the turns, as a tag such as `fi` or `pt-BR`.",
        examples=["fi"],
    )

    @field_validator("points")
    @classmethod
    def _not_too_many(cls, text: str) -> str:
        if text.count(";") >= MOST_POINTS:
            raise ValueError(f"at most {MOST_POINTS} places")
        return text

    @property
    def places(self) -> list[LatLon]:
        """The places."""
        return _places(self.points)


class ReachQuery(_Travelling):
    """From where, and how long."""

    lat: float = Field(ge=-90, le=90, examples=[60.1711])
    lon: float = Field(ge=-180, le=180, examples=[24.9415])
    minutes: str = Field(
        default="15",
        pattern=_TIMES,
        description="One to four times of 1 to 120 minutes, separated by commas.",
        examples=["10,20"],
    )

    @property
    def times(self) -> list[int]:
        """The minutes."""
        return [int(each) for each in self.minutes.split(",")]


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """A way; `shape` are (latitude, longitude)."""

    distance_m: float
    duration_s: float
    is_estimate: bool
    language: str
    shape: tuple[LatLon, ...]
    maneuvers: tuple[Maneuver, ...]

    @classmethod
    def of(cls, found: Directions) -> Self:
        """As it is shown."""
        return cls(
            distance_m=round(found.distance_m, 1),
            duration_s=round(found.duration_s, 1),
            is_estimate=found.is_estimate,
            language=found.language,
            shape=found.shape,
            maneuvers=found.maneuvers,
        )


class ReachView(msgspec.Struct, frozen=True, kw_only=True):
    """What can be reached in time; each ring is closed, of (latitude, longitude)."""

    minutes: float
    is_estimate: bool
    rings: tuple[tuple[LatLon, ...], ...]

    @classmethod
    def of(cls, reach: Reach) -> Self:
        """As it is shown."""
        return cls(minutes=reach.minutes, is_estimate=reach.is_estimate, rings=reach.rings)


def _places(text: str) -> list[LatLon]:
    pairs = (each.split(",") for each in text.split(";"))
    return [(float(lat), float(lon)) for lat, lon in pairs]


_ROUTE = {
    "distance_m": 1462.0,
    "duration_s": 231.4,
    "is_estimate": False,
    "language": "fi-FI",
    "shape": [[60.1662, 24.9372], [60.1681, 24.9412], [60.1761, 24.9481]],
    "maneuvers": [
        {
            "instruction": "Aja itään kadulla Kalevankatu.",
            "length_m": 310.0,
            "duration_s": 52.1,
            "shape_index": 0,
        },
        {
            "instruction": "Olet saapunut kohteeseen.",
            "length_m": 0.0,
            "duration_s": 0.0,
            "shape_index": 2,
        },
    ],
}
_REACH = {
    "minutes": 10,
    "is_estimate": False,
    "rings": [[[60.18, 24.94], [60.17, 24.96], [60.16, 24.94], [60.18, 24.94]]],
}


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    return {
        200: {
            "description": "Success.",
            "content": {"application/json": {"example": answer_example(example)}},
        },
        400: {
            "model": ErrorEnvelope,
            "description": "Malformed, or no road leads there (`error.type` is `no_route`).",
        },
        403: {"model": ErrorEnvelope, "description": "The caller's role does not allow this."},
    }


ROUTE = _answers(_ROUTE)
REACH = _answers([_REACH])
