"""The way of a route, turn by turn, as the API shows it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fleet_app.delivery.tours import Stop
from fleet_app.planning.live.directing import Start, Way
from fleet_app.routing.roads import Directions, Maneuver, language_of
from fleet_app.routing.roads.ports import Leg
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers
from mobile_api.schemas.roads import LONGEST_LANGUAGE, RouteView


class DirectionsQuery(BaseModel):
    """For whom."""

    model_config = ConfigDict(extra="forbid")

    language: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_LANGUAGE,
        description="In which language to tell the turns, as a tag such as `fi` or `pt-BR`; the "
        "driver's unless told.",
        examples=["fi"],
    )


def directions_view(way: Way, found: Directions | None) -> dict[str, Any]:
    """A way and its legs; without one there is nowhere left to drive to."""
    shown: dict[str, Any] = {
        "route_id": way.route.id,
        "vehicle_id": way.route.vehicle_id,
        "start": None if way.start is None else _start_view(way.start),
    }
    if found is None:
        return shown | {
            "distance_m": 0.0, "duration_s": 0.0, "is_estimate": False,
            "language": language_of(way.language), "shape": [], "legs": [],
        }  # fmt: skip
    whole = RouteView.of(found)
    ends = pairwise(accumulate((leg.maneuvers for leg in found.legs), initial=0))
    return shown | {
        "distance_m": whole.distance_m,
        "duration_s": whole.duration_s,
        "is_estimate": whole.is_estimate,
        "language": whole.language,
        "shape": whole.shape,
        "legs": [
            _leg_view(stop, leg, whole.maneuvers[first:end])
            for stop, leg, (first, end) in zip(way.led_to, found.legs, ends, strict=True)
        ],
    }


def _start_view(start: Start) -> dict[str, Any]:
    return {
        "kind": start.kind, "latitude": start.lat, "longitude": start.lon, "seen_at": start.seen_at
    }  # fmt: skip


def _leg_view(stop: Stop, leg: Leg, turns: tuple[Maneuver, ...]) -> dict[str, Any]:
    return {
        "stop_id": stop.stop.id,
        "kind": stop.stop.kind,
        "delivery_id": stop.stop.delivery_id,
        "address": stop.address,
        "distance_m": round(leg.distance_m, 1),
        "duration_s": round(leg.duration_s, 1),
        "shape_end": leg.shape_end,
        "is_estimate": leg.is_estimate,
        "maneuvers": turns,
    }


DIRECTIONS = answers(
    {
        "route_id": 3, "vehicle_id": 12,
        "start": {
            "kind": "vehicle", "latitude": 60.1662, "longitude": 24.9372,
            "seen_at": "2026-11-23T11:20:02Z",
        },
        "distance_m": 1462.0, "duration_s": 231.4, "is_estimate": False, "language": "fi-FI",
        "shape": [[60.1662, 24.9372], [60.1681, 24.9412], [60.1761, 24.9481]],
        "legs": [
            {
                "stop_id": 81, "kind": "delivery", "delivery_id": 17,
                "address": "Kalevankatu 16, 00100 Helsinki",
                "distance_m": 1462.0, "duration_s": 231.4, "shape_end": 2,
                "maneuvers": [
                    {
                        "instruction": "Aja itään kadulla Kalevankatu.", "length_m": 1462.0,
                        "duration_s": 231.4, "shape_index": 0,
                    },
                    {
                        "instruction": "Olet saapunut kohteeseen.", "length_m": 0.0,
                        "duration_s": 0.0, "shape_index": 2,
                    },
                ],
            }
        ],
    },
    _400="Malformed, or no road leads there (`error.type` is `no_route`).",
    _403=NOT_ALLOWED, _404=UNKNOWN,
)  # fmt: skip
