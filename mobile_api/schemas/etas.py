"""Arrivals, nearest vehicles and what came of plans, as the API shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fleet_app.delivery.tours import Stop, Tour
from fleet_app.planning.live.nearest import MOST, Near
from fleet_app.planning.live.reading import DeliveryEta, RouteEta
from mobile_api.schemas.delivery_windows import windows_view
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers


class NearestQuery(BaseModel):
    """A place, and how many vehicles are wanted."""

    model_config = ConfigDict(extra="forbid")

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    limit: Annotated[int, Field(ge=1, le=MOST)] = 5
    fleet_id: Annotated[
        int | None, Field(gt=0, lt=2**63, description="One fleet, for administrators.")
    ] = None


def route_view(found: RouteEta) -> dict[str, Any]:
    """A route in progress; without what is known live, the plan. `seen_at` says how old what is
    known is, and a risk stands without the rest when it holds wherever the vehicle is."""
    live, route, state = found.live, found.tour.route, found.state
    following = None if live is None else live.next_stop
    return {
        "route_id": route.id,
        "vehicle_id": route.vehicle_id,
        "status": route.status,
        "live": live is not None,
        "updated_at": None if live is None else live.updated_at,
        "seen_at": None if state is None else state.seen_at,
        "risk": None if state is None else state.known_risk,
        "delay_s": None if live is None else live.delay_s,
        "off_route": None if live is None else live.off_route,
        "next_stop_id": None if following is None else following.stop_id,
        "progress": found.tour.progress,
        "stops": [_stop_view(found, stop) for stop in found.tour.stops if stop.delivery],
    }


def _stop_view(found: RouteEta, stop: Stop) -> dict[str, Any]:
    eta, delivery = found.of_stop(stop), stop.delivery
    return {
        "stop_id": stop.stop.id,
        "kind": stop.stop.kind,
        "delivery_id": stop.stop.delivery_id,
        "status": None if delivery is None else delivery.status,
        "open": stop.is_open,
        "eta": None if eta is None else eta.eta,
        "risk": found.risk_of(stop),
        "late_s": None if eta is None else eta.late_s,
        "there": eta is not None and eta.there,
        "planned_arrival": stop.stop.planned_arrival,
        **windows_view(None if stop.is_pickup else delivery),
    }


def delivery_view(found: DeliveryEta) -> dict[str, Any]:
    """When a delivery will be made."""
    eta, delivery = found.live, found.delivery
    return {
        "delivery_id": delivery.id,
        "route_id": delivery.route_id,
        "status": delivery.status,
        "live": eta is not None,
        "updated_at": found.updated_at,
        "seen_at": found.seen_at,
        "eta": None if eta is None else eta.eta,
        "risk": found.risk,
        "late_s": None if eta is None else eta.late_s,
        "there": eta is not None and eta.there,
        "stops_before": found.before,
        "planned_arrival": found.planned_arrival,
        **windows_view(delivery),
    }


def near_view(found: Near, now: datetime, online_for: timedelta) -> dict[str, Any]:
    """A vehicle and how long it takes to come."""
    age = now - found.recorded_at
    return {
        "vehicle_id": found.vehicle_id,
        "name": found.name,
        "latitude": found.lat,
        "longitude": found.lon,
        "recorded_at": found.recorded_at,
        "age_s": max(round(age.total_seconds()), 0),
        "stale": age > online_for,
        "drive_s": found.drive_s,
        "distance_m": found.distance_m,
        "is_estimate": found.is_estimate,
    }


def actuals_view(tour: Tour) -> dict[str, Any]:
    """A route's plan beside what came of it."""
    route = tour.route
    return {
        "route_id": route.id,
        "status": route.status,
        **_both(route, "departure", "arrival", "drive_s", "distance_m"),
        "planned_service_s": route.planned_service_s,
        "stops": [_actual_view(stop) for stop in _visited(tour.stops)],
    }


def _visited(stops: Any) -> list[tuple[Stop, int | None]]:
    """The stops with their places in the order in which they were reached."""
    times = sorted(s.stop.actual_arrival for s in stops if s.stop.actual_arrival is not None)
    return [
        (stop, None if stop.stop.actual_arrival is None
         else times.index(stop.stop.actual_arrival) + 1)
        for stop in stops
    ]  # fmt: skip


def _actual_view(visited: tuple[Stop, int | None]) -> dict[str, Any]:
    stop, place = visited
    row = stop.stop
    served = None
    if row.actual_arrival is not None and row.actual_departure is not None:
        served = round((row.actual_departure - row.actual_arrival).total_seconds())
    return {
        "stop_id": row.id,
        "kind": row.kind,
        "delivery_id": row.delivery_id,
        "planned_position": row.planned_position,
        "actual_position": place,
        **_both(row, "arrival", "departure", "drive_s", "distance_m"),
        "planned_service_s": row.planned_service_s,
        "actual_service_s": served,
    }


def _both(row: Any, *names: str) -> dict[str, Any]:
    return {
        f"{which}_{name}": getattr(row, f"{which}_{name}")
        for name in names
        for which in ("planned", "actual")
    }


_STOP_TIMES = {"window_from": "2026-11-23T09:00:00Z", "window_to": "2026-11-23T12:00:00Z",
               "window2_from": None, "window2_to": None}  # fmt: skip
_STOP = {
    "stop_id": 81, "kind": "delivery", "delivery_id": 17, "status": "out_for_delivery",
    "open": True,
    "eta": "2026-11-23T11:52:10Z", "risk": "at_risk", "late_s": -470, "there": False,
    "planned_arrival": "2026-11-23T11:40:00Z", **_STOP_TIMES,
}  # fmt: skip
ROUTE_ETA = answers(
    {
        "route_id": 3, "vehicle_id": 12, "status": "started", "live": True,
        "updated_at": "2026-11-23T11:20:04Z", "seen_at": "2026-11-23T11:20:02Z",
        "risk": "at_risk", "delay_s": 730,
        "off_route": False, "next_stop_id": 81,
        "progress": {"total": 2, "done": 1, "failed": 0, "left": 1},
        "stops": [
            {
                **_STOP, "stop_id": 80, "delivery_id": 23, "status": "completed", "open": False,
                "eta": None, "risk": None, "late_s": None,
                "planned_arrival": "2026-11-23T10:55:00Z",
            },
            _STOP,
        ],
    },
    _403=NOT_ALLOWED, _404=UNKNOWN,
)  # fmt: skip
DELIVERY_ETA = answers(
    {
        "delivery_id": 17, "route_id": 3, "status": "out_for_delivery", "live": True,
        "updated_at": "2026-11-23T11:20:04Z", "seen_at": "2026-11-23T11:20:02Z",
        "eta": "2026-11-23T11:52:10Z", "risk": "at_risk", "late_s": -470, "there": False,
        "stops_before": 0, "planned_arrival": "2026-11-23T11:40:00Z", **_STOP_TIMES,
    },
    _403=NOT_ALLOWED, _404=UNKNOWN,
)  # fmt: skip
NEAREST = answers(
    [
        {
            "vehicle_id": 12, "name": "Van 12", "latitude": 60.1699, "longitude": 24.9384,
            "recorded_at": "2026-11-23T11:20:01Z", "age_s": 3, "stale": False, "drive_s": 312,
            "distance_m": 2140, "is_estimate": False,
        }
    ],
    _403=NOT_ALLOWED, _404=UNKNOWN,
)  # fmt: skip
ACTUALS = answers(
    {
        "route_id": 3, "status": "started",
        "planned_departure": "2026-11-23T06:30:00Z", "actual_departure": "2026-11-23T06:41:30Z",
        "planned_arrival": "2026-11-23T14:10:00Z", "actual_arrival": None,
        "planned_drive_s": 9400, "actual_drive_s": 2210, "planned_distance_m": 81000,
        "actual_distance_m": 19400, "planned_service_s": 7200,
        "stops": [
            {
                "stop_id": 80, "kind": "delivery", "delivery_id": 23, "planned_position": 1,
                "actual_position": 1,
                "planned_arrival": "2026-11-23T06:55:00Z",
                "actual_arrival": "2026-11-23T07:08:12Z",
                "planned_departure": "2026-11-23T06:59:00Z",
                "actual_departure": "2026-11-23T07:14:02Z", "planned_drive_s": 1500,
                "actual_drive_s": 1602, "planned_distance_m": 12100, "actual_distance_m": 12340,
                "planned_service_s": 240, "actual_service_s": 350,
            }
        ],
    },
    _403=NOT_ALLOWED, _404=UNKNOWN,
)  # fmt: skip
