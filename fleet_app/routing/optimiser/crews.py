"""Who drives which vehicle on a day, by constraint programming: pure, seeded, limited in time.

What counts, in this order, none of it traded for anything behind it: stops that somebody has the
skills for, enough hours and room for the day's work, few vehicles, usual pairs of driver and
vehicle, balanced hours over the week.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.routing.optimiser.crew_facts import (
    LICENCES,
    SHORTEST,
    Car,
    Crew,
    Crews,
    Demand,
    Driver,
    may_drive,
    meet,
    possible,
)


def assign_crews(
    cars: Sequence[Car],
    drivers: Sequence[Driver],
    demand: Demand | None = None,
    *,
    taken: Sequence[Crew] = (),
    one_each: bool = False,
    seconds: float = 2.0,
    seed: int = 0,
) -> Crews:
    """The best crews for a day; with no `demand`, as many as there can be.

    Two drivers may have one vehicle one after the other, unless there is to be `one_each`. Crews
    that are `taken` have their vehicles while they work. Whoever asks gets an answer in about
    `seconds`: the best found by then, which is nearly always the best there is.
    """
    # A large library, which most processes never need.
    from fleet_app.routing.optimiser.crew_search import Day, solved  # noqa: PLC0415

    pairs = [one for one in possible(cars, drivers) if not any(meet(one, x) for x in taken)]
    chosen: list[Crew] = []
    if pairs:
        day = Day(pairs, cars, drivers, one_each=one_each)
        chosen = solved(day, demand, seconds, seed)
    crews = sorted(chosen, key=lambda one: (one.vehicle, one.shift.start, one.driver))
    busy = {one.driver for one in crews}
    idle = {one.id: _why(one, cars, pairs) for one in drivers if one.id not in busy}
    return Crews(tuple(crews), idle)


def _why(driver: Driver, cars: Sequence[Car], pairs: Sequence[Crew]) -> str:
    if any(one.driver == driver.id for one in pairs):
        return "is not needed that day"
    if not cars:
        return "there is no vehicle"
    allowed = [car for car in cars if may_drive(driver, car)]
    if not allowed:
        return (
            "has a licence for none of the vehicles"
            if driver.licensed
            else "has a licence that runs out before that day"
        )
    if driver.rested_at is not None and driver.shift.end - driver.rested_at < SHORTEST:
        return "has not rested long enough since the day before"
    return "has no vehicle during the shift"


__all__ = ["LICENCES", "Car", "Crew", "Crews", "Demand", "Driver", "assign_crews"]
