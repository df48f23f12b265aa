"""The optimiser's problem of a plan: made of records, with midnight of the plan's day as its zero.

Vehicles are called by the keys of their rows, stops as `document.stop_id` says. What is done is no
part of it: a vehicle that has left goes on from where it was last. `docs/planning.md` says what
becomes of each field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleet_app.delivery.models import Delivery, RouteStatus
from fleet_app.planning.document import PlanRow
from fleet_app.planning.ports import Driving
from fleet_app.planning.problem.matrices import Travel
from fleet_app.planning.problem.room import Room
from fleet_app.planning.problem.starting import ends_of, has_left, place_before
from fleet_app.planning.problem.vehicles import travel_of, vehicle_for
from fleet_app.planning.problem.visits import aboard, held_to, stops_for
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday import costs
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.wanting import points_of, why_refused
from fleet_app.routing.optimiser.problem import (
    UNREACHABLE,
    Chain,
    Hold,
    Matrix,
    Pair,
    Problem,
    Stop,
    Vehicle,
)
from fleet_app.routing.roads.ports import LatLon


@dataclass(frozen=True)
class Prepared:
    """A problem, the sequences that people have now, and what things are called."""

    problem: Problem
    zero: datetime
    sequences: dict[str, tuple[str, ...]]
    words: dict[str, str]
    refused: dict[int, tuple[str, str]]
    """Deliveries that are no part of the problem, and why: code and words."""
    is_estimate: bool


class Question:
    """Everything about a plan but what driving takes, which has to be asked for first."""

    def __init__(self, day: Day, plan: Healed) -> None:
        self.day, self.plan = day, plan
        self._profiles: dict[Travel, int] = {}
        self.rows = [row for row in plan.document.rows if self._is_drivable(row)]
        self.open = {
            row.key: [stop for stop in row.stops if not day.is_made(stop)]
            for row in plan.document.rows
        }
        self.refused = {
            one.id or 0: why for one in self.waiting() if (why := why_refused(day, one))
        }
        self._places = self._numbered()
        self.before = self._places_before()
        self.vehicles = self._all_vehicles()
        self.stops, self.pairs = self._all_stops()

    @property
    def places(self) -> tuple[LatLon, ...]:
        """Where the problem happens."""
        return tuple(self._places)

    @property
    def travels(self) -> tuple[Travel, ...]:
        """How its vehicles travel; these are the profiles of the problem."""
        return tuple(self._profiles)

    @property
    def departs_at(self) -> datetime:
        """About when driving is meant, for roads that know of traffic."""
        return self.day.begins + timedelta(hours=10)

    def waiting(self) -> list[Delivery]:
        """Deliveries that are on no row and could be."""
        planned = self.plan.document.planned
        off = set(self.plan.document.off)
        return [
            one
            for id_, one in self.day.deliveries.items()
            if id_ not in planned and self.day.waits(id_, off)
        ]

    def prepared(self, driving: Sequence[Driving]) -> Prepared:
        """The problem, with what driving takes for each way to travel; what is the same answer is
        one profile."""
        kinds = {id(one): one for one in driving}
        matrices = tuple(Matrix(one.durations_s, one.distances_m) for one in kinds.values())
        numbers = {key: number for number, key in enumerate(kinds)}
        profiles = [numbers[id(one)] for one in driving]
        vehicles = [replace(one, profile=profiles[one.profile]) for one in self.vehicles]
        problem = Problem(
            stops=tuple(self.stops),
            vehicles=tuple(self._on_roads(one, matrices[one.profile]) for one in vehicles),
            matrices=matrices,
            pairs=tuple(self.pairs),
            chains=tuple(self.chains()),
            balance=costs.balance(self.day.fleet.even_routes),
        )
        return Prepared(
            problem=problem,
            zero=self.day.begins,
            sequences={row.key: tuple(s.id for s in self.open[row.key]) for row in self.rows},
            words=self.words(),
            refused=self.refused,
            is_estimate=any(one.is_estimate for one in driving),
        )

    def _on_roads(self, vehicle: Vehicle, matrix: Matrix) -> Vehicle:
        before = self.before.get(vehicle.id)
        if before is None:
            return vehicle
        place = {stop.id: stop.place for stop in self.stops}
        ahead = [place[stop.id] for stop in self.open[vehicle.id] if stop.id in place]
        return on_roads(vehicle, matrix, ahead, before)

    def _numbered(self) -> dict[LatLon, int]:
        """Every place that may matter, by number. Where stops are in the plan makes no difference,
        so that what driving takes is asked once for many edits. What is done matters only where a
        vehicle was for sure. What is too much is refused."""
        day, planned = self.day, self.plan.document.planned
        points = {
            (depot.lat, depot.lon)
            for depot in day.depots.values()
            if depot.lat is not None and depot.lon is not None
        }
        for row in self.rows:
            ends = [*ends_of(day, self.plan, row)]
            if has_left(day, self.plan, row):
                ends.append(place_before(day, self.plan, row))
            points |= {one for one in ends if one is not None}
        for id_ in planned & set(day.deliveries):
            if not day.is_done(id_):
                points |= points_of(day, day.deliveries[id_])
        room = Room(day, points, self._on_rows())
        waiting = [one for one in self.waiting() if (one.id or 0) not in self.refused]
        self.refused |= room.refuse(waiting)
        return {point: number for number, point in enumerate(sorted(room.points))}

    def _on_rows(self) -> Iterator[Delivery]:
        """What is still to be brought, by rows that can be driven."""
        for row in self.rows:
            for stop in self.open[row.key]:
                if not stop.pickup:
                    yield self.day.deliveries[stop.delivery_id]

    def _is_drivable(self, row: PlanRow) -> bool:
        route = self.plan.route_of(self.day, row)
        return route is None or route.status != RouteStatus.COMPLETED

    def _places_before(self) -> dict[str, int]:
        """Where the vehicles that have left were for sure, by their rows."""
        found = {
            row.key: place_before(self.day, self.plan, row)
            for row in self.rows
            if has_left(self.day, self.plan, row)
        }
        return {key: self._places[one] for key, one in found.items() if one in self._places}

    def _all_vehicles(self) -> list[Vehicle]:
        found = []
        for row in self.rows:
            travel = travel_of(self.day, self.plan, row)
            profile = self._profiles.setdefault(travel, len(self._profiles))
            left = self.open[row.key]
            made = vehicle_for(
                self.day, self.plan, row, left, place=self._places.__getitem__, profile=profile
            )
            found.append(made)
        return found

    def _all_stops(self) -> tuple[list[Stop], list[Pair]]:
        wanted: list[tuple[Delivery, str | None]] = []
        for row in self.rows:
            for stop in self.open[row.key]:
                if not stop.pickup:
                    delivery = self.day.deliveries[stop.delivery_id]
                    wanted.append((delivery, held_to(self.plan, delivery, row, stop)))
        for delivery in self.waiting():
            if (delivery.id or 0) not in self.refused:
                # what was taken off while it is aboard can only go back to where it is
                wanted.append((delivery, aboard(self.plan, delivery)))
        stops: list[Stop] = []
        pairs: list[Pair] = []
        for delivery, held in wanted:
            made, pair = stops_for(self.day, delivery, held, self._places.__getitem__)
            stops += made
            pairs += [pair] if pair is not None else []
        return stops, pairs

    def chains(self) -> list[Chain]:
        """Rows whose order is locked."""
        return [
            Chain(row.key, tuple(stop.id for stop in self.open[row.key]), Hold.WHOLE)
            for row in self.rows
            if row.lock == "order" and self.open[row.key]
        ]

    def words(self) -> dict[str, str]:
        """What vehicles, stops and loads are called."""
        named = {"load:0": "g", "load:1": "l", "load:2": "parcels"}
        for row in self.rows:
            named[f"vehicle:{row.key}"] = names_of(self.day, row)[0]  # deliveries have numbers too
        for stop in self.stops:
            delivery = self.day.deliveries[int(stop.id.removeprefix("p"))]
            number = delivery.tracking_number
            named[stop.id] = f"pickup of {number}" if stop.id.startswith("p") else number
        return named


def on_roads(vehicle: Vehicle, matrix: Matrix, ahead: Sequence[int], before: int) -> Vehicle:
    """The vehicle; one that was seen where no road leads on starts where it was before."""
    if vehicle.start is None or not ahead:
        return vehicle
    if (matrix.durations[vehicle.start, list(ahead)] < UNREACHABLE).any():
        return vehicle
    return replace(vehicle, start=before)
