"""A row of a plan as the optimiser's vehicle: what its vehicle and its driver can. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from itertools import pairwise

from fleet_app.planning.document import PlanRow, PlanStop
from fleet_app.planning.problem.breaks import breaks_of_row
from fleet_app.planning.problem.matrices import Travel
from fleet_app.planning.problem.paces import pace_of_row
from fleet_app.planning.problem.reach import reach_of
from fleet_app.planning.problem.starting import (
    departs,
    ends_of,
    hours_of_row,
    left_when,
    shift_of_row,
)
from fleet_app.planning.problem.travelling import costing_for
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday import costs
from fleet_app.planning.workday.crews import driver_of, vehicle_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.pickups import has_of
from fleet_app.planning.workday.wanting import GRAMS, LITRES
from fleet_app.routing.optimiser.problem import Vehicle
from fleet_app.routing.roads.ports import LatLon


def travel_of(day: Day, plan: Healed, row: PlanRow) -> Travel:
    """How it travels, and at which pace: one for all of its day."""
    return Travel(costing_for(vehicle_of(day, row)), pace_of_row(day, plan, row))


def vehicle_for(
    day: Day,
    plan: Healed,
    row: PlanRow,
    left: Collection[PlanStop],
    *,
    place: Callable[[LatLon], int],
    profile: int,
) -> Vehicle:
    """The vehicle that a row is; `left` are its stops that are not done, `place` numbers places."""
    vehicle = vehicle_of(day, row)
    start, end = (None if one is None else place(one) for one in ends_of(day, plan, row))
    shift = shift_of_row(day, plan, row)
    room = vehicle.max_stops if vehicle else None
    done = len(row.delivery_ids) - sum(not one.pickup for one in left)
    return Vehicle(
        id=row.key,
        start=start,
        end=end,
        shift=shift,
        capacity=_capacity(day, row),
        skills=has_of(day, row),
        fixed_cost=costs.fixed_cost(vehicle),
        cost_per_metre=costs.cost_per_metre(vehicle),
        cost_per_second=costs.cost_per_second(vehicle),
        max_duration=_longest(day, plan, row),
        max_distance=reach_of(day, plan, row),
        max_stops=None if room is None else max(0, room - done),
        breaks=breaks_of_row(day, plan, row, shift),
        profile=profile,
        departs=departs(day, plan, row),
    )


def _longest(day: Day, plan: Healed, row: PlanRow) -> int | None:
    """For how long it may be on its way from now on. Time off within the shift is no work."""
    driver, left = driver_of(day, row), left_when(day, plan, row)
    if driver is None or driver.max_hours is None:
        return None
    most = timedelta(hours=driver.max_hours)
    spans, since = hours_of_row(day, plan, row), left or day.begins
    for (_, ends), (begins, _) in pairwise(spans):
        most += begins - ends if ends >= since else timedelta()
    if left is not None:
        most -= day.now - left
    return max(0, round(most.total_seconds()))


def _capacity(day: Day, row: PlanRow) -> tuple[int | None, ...]:
    vehicle = vehicle_of(day, row)
    if vehicle is None:
        return (None, None, None)
    weight, volume = vehicle.capacity_kg, vehicle.capacity_m3
    return (
        None if weight is None else round(weight * GRAMS),
        None if volume is None else round(volume * LITRES),
        vehicle.capacity_parcels,
    )
