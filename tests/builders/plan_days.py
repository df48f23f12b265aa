"""A fleet's day as records tell it, without a database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from fleet_app.delivery.models import Delivery, Route, RouteStop
from fleet_app.fleet.models import Depot, Driver, Fleet, Vehicle
from fleet_app.kernel.geo import distance_m
from fleet_app.planning.document import Document, PlanRow, PlanStop
from fleet_app.planning.ports import Driving
from fleet_app.planning.problem.problems import Prepared, Question
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day

DATE = dt.date(2026, 11, 24)
"""A Tuesday."""
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def utc(hour: float, day: int = 24) -> dt.datetime:
    """A time of the plan's day."""
    return dt.datetime(2026, 11, day, tzinfo=dt.UTC) + dt.timedelta(hours=hour)


def an_order(id_: int, **said: Any) -> Delivery:
    """A delivery that waits."""
    values = {"lat": 60.1 + id_ / 500, "lon": 24.9 + (id_ % 7) / 300, **said}
    return Delivery(id=id_, fleet_id=1, tracking_number=f"D{id_}", address="Katu 1", **values)


def a_van(id_: int, **said: Any) -> Vehicle:
    """A vehicle from the first depot."""
    values = {"depot_id": 1, **said}
    return Vehicle(id=id_, fleet_id=1, name=f"Van {id_}", registration_number=f"V-{id_}", **values)


def a_driver(id_: int, **said: Any) -> Driver:
    """Who drives the van of the same number, from 7 to 16."""
    values = {"vehicle_id": id_, "shift": "Mon-Fri 07:00-16:00", **said}
    return Driver(id=id_, fleet_id=1, name=f"Driver {id_}", license_number=f"L{id_}", **values)


def a_depot(id_: int = 1, **said: Any) -> Depot:
    """A depot of this number."""
    values = {"name": f"Depot {id_}", "lat": 60.1 + id_ / 50, "lon": 24.93, **said}
    return Depot(id=id_, fleet_id=1, address="Portti 1", **values)


def a_day(
    orders: list[Delivery],
    *,
    vans: list[Vehicle] | None = None,
    drivers: list[Driver] | None = None,
    depots: list[Depot] | None = None,
    routes: dict[int, tuple[Route, list[int]]] | None = None,
    now: dt.datetime = NOW,
    **fleet: Any,
) -> Day:
    """The day with these, two vans and their drivers unless told."""
    vans = [a_van(1), a_van(2)] if vans is None else vans
    drivers = [a_driver(1), a_driver(2)] if drivers is None else drivers
    return Day(
        fleet=Fleet(id=1, name="Fleet", **({"time_zone": "UTC"} | fleet)),
        date=DATE,
        now=now,
        vehicles={one.id or 0: one for one in vans},
        drivers={one.id or 0: one for one in drivers},
        depots={one.id or 0: one for one in ([a_depot()] if depots is None else depots)},
        deliveries={one.id or 0: one for one in orders},
        routes={id_: route for id_, (route, _) in (routes or {}).items()},
        stops={
            id_: [
                RouteStop(route_id=id_, delivery_id=one, position=place, lat=60.0, lon=25.0)
                for place, one in enumerate(ids, start=1)
            ]
            for id_, (_, ids) in (routes or {}).items()
        },
    )


def a_document(*rows: list[int]) -> Document:
    """Rows "1", "2"… of the vans of these numbers, with these deliveries."""
    return Document(
        rows=tuple(
            PlanRow(
                key=str(number), vehicle_id=number, driver_id=number,
                stops=tuple(PlanStop(id_) for id_ in ids),
            )
            for number, ids in enumerate(rows, start=1)
        ),
        next_key=len(rows) + 1,
    )  # fmt: skip


@dataclass(frozen=True)
class Straight:
    """Ten metres a second as the crow flies."""

    durations_s: Any
    distances_m: Any
    is_estimate: bool = True
    is_stand_in: bool = False
    knows_traffic: bool = False


def straight(places: tuple[tuple[float, float], ...]) -> Driving:
    """Driving between places."""
    metres = np.array(
        [[round(distance_m(*one, *other)) for other in places] for one in places], np.int64
    ).reshape(len(places), len(places))
    return Straight(metres // 10, metres)


def asked(day: Day, document: Document, links: dict[str, int] | None = None) -> Prepared:
    """The problem of a plan."""
    question = Question(day, healed(day, document, links or {}))
    return question.prepared([straight(question.places) for _ in question.travels])
