"""Routes with their stops, and drivers' assignments, as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fleet_app.delivery.arranging import out_of_order
from fleet_app.delivery.models import Delivery, Route, RouteStop, StopKind
from fleet_app.delivery.planning import PlanWarning
from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY, MOST_STOPS
from fleet_app.delivery.routes import RoutePlan
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.delivery.tours import Assignments, Stop, Tour
from fleet_app.records.problems import invalid
from fleet_app.records.types import Line, Lines
from mobile_api.schemas.delivery_life import Moment
from mobile_api.schemas.delivery_windows import windows_view
from mobile_api.schemas.records import NOT_ALLOWED, STALE, UNKNOWN, answers, with_etag

Id = Annotated[int, Field(gt=0, lt=2**63)]
Ids = Annotated[list[Id], Field(max_length=MOST_STOPS)]


class RouteBody(BaseModel):
    """A route to be made, with its deliveries in driving order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "date": "2026-11-23",
                "name": "North 1",
                "vehicle_id": 12,
                "driver_id": 4,
                "depot_id": 1,
                "starts_at": "2026-11-23T06:30:00Z",
                "delivery_ids": [17, 23, 19],
            }
        },
    )

    date: Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
    name: Annotated[Line, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    vehicle_id: Id | None = None
    driver_id: Id | None = None
    depot_id: Id | None = Field(default=None, description="Where it starts and ends.")
    starts_at: Moment | None = None
    note: Annotated[Lines, StringConstraints(max_length=2000)] = ""
    external_reference: Annotated[Line, StringConstraints(min_length=1, max_length=80)] | None = (
        None
    )
    delivery_ids: Ids = Field(default=[], description="In driving order; each becomes assigned.")
    fleet_id: Id | None = Field(
        default=None, description="Only for administrators; everybody else plans for the own fleet."
    )

    def plan(self) -> RoutePlan:
        """What the service is asked to make."""
        return RoutePlan(**self.model_dump())


class StopItem(BaseModel):
    """A stop: where something is delivered, or where it is fetched first."""

    model_config = ConfigDict(extra="forbid")

    delivery_id: Id
    kind: StopKind = StopKind.DELIVERY


class StopsBody(BaseModel):
    """The stops of a route in driving order: all deliveries, or the pickups between them too."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"delivery_ids": [23, 17, 19]}}
    )

    delivery_ids: Ids | None = Field(
        default=None,
        description="Pickups stay ahead of the stops that they were ahead of; new ones come right "
        "before their deliveries.",
    )
    stops: Annotated[list[StopItem], Field(max_length=2 * MOST_STOPS)] | None = Field(
        default=None,
        description="Instead of `delivery_ids`: says where each pickup comes, which is before its "
        "delivery. Pickups that are not named come right before their deliveries.",
    )

    def wanted(self) -> tuple[list[int], list[StopRef]]:
        """The deliveries in their order, and all stops if they were told.

        Raises `InvalidInput` for a pickup that does not come before its delivery.
        """
        if (self.stops is None) == (self.delivery_ids is None):
            problem = "is needed, unless `stops` are told"
            raise invalid(
                {"delivery_ids": problem if self.stops is None else "or `stops`, not both"}
            )
        if self.stops is None:
            return list(self.delivery_ids or ()), []
        refs = [StopRef(one.delivery_id, one.kind) for one in self.stops]
        if problems := out_of_order(refs):
            raise invalid({f"stops[{index}]": words for index, words in problems.items()})
        return [one.delivery_id for one in refs if one.kind is StopKind.DELIVERY], refs


def tour_view(tour: Tour) -> dict[str, Any]:
    """A route with its stops."""
    following = tour.next_stop
    return route_view(tour.route) | {
        "stops": [stop_view(stop, place) for place, stop in enumerate(tour.stops, start=1)],
        "progress": tour.progress,
        "next_stop_id": None if following is None else following.stop.id,
        "warnings": [warning_view(warning) for warning in tour.warnings],
    }


def route_view(route: Route) -> dict[str, Any]:
    """The route itself."""
    return {
        "id": route.id,
        "fleet_id": route.fleet_id,
        "name": route.name,
        "date": route.date,
        "status": route.status,
        "vehicle_id": route.vehicle_id,
        "driver_id": route.driver_id,
        "depot_id": route.depot_id,
        "starts_at": route.starts_at,
        "note": route.note,
        "external_reference": route.external_reference,
        "planned": _planned(route),
        "version": route.version,
        "created_at": route.created_at,
        "updated_at": route.updated_at,
    }


def _planned(one: Route | RouteStop) -> dict[str, Any] | None:
    """When a route that was planned is to be driven, or a stop of it made; driving leads to it."""
    if one.planned_arrival is None:
        return None
    return {
        "arrival": one.planned_arrival,
        "departure": one.planned_departure,
        "drive_s": one.planned_drive_s,
        "distance_m": one.planned_distance_m,
        "service_s": one.planned_service_s,
    }


def stop_view(stop: Stop, place: int) -> dict[str, Any]:
    """A stop; `moved_on` when the delivery was tried here and is on no or another route now.

    At a pickup the goods of `delivery` are fetched; it has a stop of kind delivery behind it.
    """
    return {
        "id": stop.stop.id,
        "kind": stop.stop.kind,
        "position": place,
        "address": stop.address,
        "latitude": stop.stop.lat,
        "longitude": stop.stop.lon,
        "open": stop.is_open,
        "moved_on": stop.moved_on,
        "planned": _planned(stop.stop),
        "arrived_at": stop.stop.actual_arrival,
        "left_at": stop.stop.actual_departure,
        "delivery": None if stop.delivery is None else delivery_view(stop.delivery),
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """What a driver needs to know of a delivery."""
    return {
        "id": delivery.id,
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_at": delivery.status_at,
        "picked_up_at": delivery.picked_up_at,
        "address": delivery.address,
        **windows_view(delivery),
        "service_minutes": delivery.service_minutes,
        "priority": delivery.priority,
        "parcels": delivery.parcels,
        "weight_kg": delivery.weight_kg,
        "volume_m3": delivery.volume_m3,
        "contact_name": delivery.contact_name,
        "contact_phone": delivery.contact_phone,
        "instructions": delivery.instructions,
        "required_proof": delivery.required_proof,
        "required_skills": delivery.required_skills,
        "version": delivery.version,
    }


def warning_view(warning: PlanWarning) -> dict[str, Any]:
    """A constraint that the plan breaks."""
    return {
        "code": warning.code,
        "message": warning.message,
        "delivery_ids": list(warning.delivery_ids),
    }


def assignments_view(found: Assignments) -> dict[str, Any]:
    """A driver's day."""
    return {
        "driver_id": found.driver.id,
        "driver": found.driver.name,
        "date": found.date,
        "routes": [tour_view(tour) for tour in found.tours],
    }


_PLANNED = {
    "arrival": "2026-11-23T09:02:00Z",
    "departure": "2026-11-23T09:06:00Z",
    "drive_s": 640,
    "distance_m": 5210,
    "service_s": 240,
}
_DELIVERY = {
    "id": 17,
    "tracking_number": "HC-2000417",
    "status": "assigned",
    "status_at": "2026-11-22T15:02:11Z",
    "picked_up_at": None,
    "address": "Kalevankatu 16, 00100 Helsinki",
    "window_from": "2026-11-23T09:00:00Z",
    "window_to": "2026-11-23T12:00:00Z",
    "window2_from": None,
    "window2_to": None,
    "service_minutes": 4.0,
    "priority": "normal",
    "parcels": 1,
    "weight_kg": 12.5,
    "volume_m3": 0.05,
    "contact_name": "Liisa Aho",
    "contact_phone": "+358 40 123 4567",
    "instructions": "Ring twice",
    "required_proof": ["signature"],
    "required_skills": [],
    "version": 2,
}
_TOUR = {
    "id": 3,
    "fleet_id": 1,
    "name": "North 1",
    "date": "2026-11-23",
    "status": "draft",
    "vehicle_id": 12,
    "driver_id": 4,
    "depot_id": 1,
    "starts_at": "2026-11-23T06:30:00Z",
    "note": "",
    "external_reference": None,
    "planned": _PLANNED | {"departure": "2026-11-23T06:30:00Z", "arrival": "2026-11-23T09:40:00Z"},
    "version": 1,
    "created_at": "2026-11-22T15:02:11Z",
    "updated_at": "2026-11-22T15:02:11Z",
    "stops": [
        {
            "id": 80,
            "kind": "pickup",
            "position": 1,
            "address": "Tukkutorinkuja 2, 00580 Helsinki",
            "latitude": 60.1893,
            "longitude": 24.9768,
            "open": True,
            "moved_on": False,
            "planned": _PLANNED
            | {"arrival": "2026-11-23T08:40:00Z", "departure": "2026-11-23T08:45:00Z"},
            "arrived_at": None,
            "left_at": None,
            "delivery": _DELIVERY,
        },
        {
            "id": 81,
            "kind": "delivery",
            "position": 2,
            "address": "Kalevankatu 16, 00100 Helsinki",
            "latitude": 60.1666,
            "longitude": 24.9348,
            "open": True,
            "moved_on": False,
            "planned": _PLANNED,
            "arrived_at": None,
            "left_at": None,
            "delivery": _DELIVERY,
        },
    ],
    "progress": {"total": 1, "done": 0, "failed": 0, "left": 1},
    "next_stop_id": 80,
    "warnings": [
        {
            "code": "over_weight",
            "message": "1240 kg do not fit into Van 12, which takes 900",
            "delivery_ids": [],
        }
    ],
}
_UNFIT = "The vehicle or the driver cannot be used, or a value that must be unique is in use."
_NOT_NOW = "The route is not in a state for this; `error.fields` says why."
CREATED = with_etag(answers(_TOUR, code=201, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_UNFIT))
ROUTE = with_etag(answers(_TOUR, _403=NOT_ALLOWED, _404=UNKNOWN))
CHANGED = with_etag(answers(_TOUR, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_NOT_NOW, _412=STALE))
ASSIGNMENTS = answers(
    {
        "driver_id": 4,
        "driver": "Aino Virtanen",
        "date": "2026-11-23",
        "routes": [_TOUR | {"status": "published", "warnings": []}],
    },
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
