"""Our own cheapest insertion: an answer in milliseconds, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fleet_app.routing.optimiser.working import Place, Work

MOST_REGRET = 40
"""Up to so many units the one that would suffer most from waiting is placed first."""


def insert_all(
    work: Work, stops: Iterable[int], stopped: Callable[[], bool] = lambda: False
) -> list[int]:
    """Put stops where they cost least, without breaking anything more; those without a place, or
    for which it is not worth it, are told."""
    units = list(dict.fromkeys(work.model.unit_of(stop) for stop in stops))
    units = [unit for unit in units if not any(stop in work.where for stop in unit)]
    if len(units) == 1 or len(units) > MOST_REGRET:
        return _one_by_one(work, units, stopped)
    return _by_regret(work, units, stopped)


def insert_again(
    work: Work, stops: Iterable[int], stopped: Callable[[], bool] = lambda: False
) -> None:
    """Each of these once more, now that the others are there, for as long as that makes the day
    better: what is fetched at one place is fetched at once."""
    units = list(dict.fromkeys(work.model.unit_of(stop) for stop in stops))
    is_better = True
    while is_better:
        is_better = False
        for unit in units:
            if stopped():
                return
            is_better |= _is_moved(work, unit)


def _is_moved(work: Work, unit: tuple[int, ...]) -> bool:
    if any(stop not in work.where for stop in unit):
        return False
    kept, value = work.keep(), work.value
    work.take_out(unit)
    if not _one_by_one(work, [unit], lambda: False) and work.value < value:
        return True
    work.restore(kept)
    return False


def _one_by_one(work: Work, units: list[tuple[int, ...]], stopped: Callable[[], bool]) -> list[int]:
    left: list[int] = []
    for unit in sorted(units, key=lambda one: _hardness(work, one)):
        place = None if stopped() else work.cheapest(unit)
        best = choose(work, unit, [place] if place else [])
        if best is None:
            left += unit
        else:
            work.put(best.vehicle, best.stops, best.score)
    return left


def _hardness(work: Work, unit: tuple[int, ...]) -> tuple[bool, int]:
    """What must be done comes first, and what is far away before what is on somebody's way."""
    model = work.model
    must = any(model.stops[stop].skip_cost is None for stop in unit)
    depots = {one.start for one in model.vehicles if one.start is not None}
    seconds, size = model.durations[0], model.size
    far = [seconds[depot * size + model.places[stop]] for stop in unit for depot in depots]
    return not must, -min(far, default=0)


def _by_regret(work: Work, units: list[tuple[int, ...]], stopped: Callable[[], bool]) -> list[int]:
    places: dict[tuple[int, ...], dict[int, Place]] = {}
    left: list[int] = []
    for unit in units:
        if stopped():
            left += unit
        else:
            places[unit] = {one.vehicle: one for one in work.places(unit)}
    while places:
        chosen = {unit: choose(work, unit, list(some.values())) for unit, some in places.items()}
        unit = max(places, key=lambda one: _regret(chosen[one], places[one]))
        best = chosen[unit]
        del places[unit]
        if best is None or stopped():
            left += unit
            continue
        work.put(best.vehicle, best.stops, best.score)
        for other, known in places.items():
            if stopped():
                break
            places[other] = _again(work, other, known, best.vehicle)
    return left


def _again(
    work: Work, unit: tuple[int, ...], known: dict[int, Place], changed: int
) -> dict[int, Place]:
    """The places of a unit after one vehicle has changed."""
    allowed = list(work.candidates(unit))
    found = {vehicle: known[vehicle] for vehicle in allowed if vehicle in known}
    found.pop(changed, None)
    for vehicle in allowed:
        if vehicle == changed or (vehicle not in known and not work.tours[vehicle]):
            place = work.place_on(vehicle, unit)
            if place is not None:
                found[vehicle] = place
    return found


def _regret(best: Place | None, places: dict[int, Place]) -> tuple[bool, int]:
    costs = sorted(place.more for place in places.values())
    if best is None:
        return False, 0
    return True, (costs[1] - costs[0] if len(costs) > 1 else 1 << 60)


def choose(work: Work, unit: tuple[int, ...], places: list[Place]) -> Place | None:
    """The best of the places, None where leaving the unit out costs less."""
    if not places:
        return None
    best = min(places, key=lambda one: (one.more + balance_of(work, one), one.vehicle))
    skip = skip_cost(work, unit)
    if skip is not None and best.more + balance_of(work, best) > skip:
        return None
    return best


def skip_cost(work: Work, unit: Iterable[int]) -> int | None:
    """What leaving a unit out costs; None where it may not be left out."""
    costs = [work.model.stops[stop].skip_cost for stop in unit]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def balance_of(work: Work, place: Place) -> int:
    """What a place adds to the unevenness of the day, in money."""
    price = work.model.problem.balance
    if not price:
        return 0
    before = [score.duration for v, score in work.scores.items() if work.tours[v]]
    others = [s.duration for v, s in work.scores.items() if work.tours[v] and v != place.vehicle]
    after = [*others, place.score.duration]
    return price * (max(after) - min(after) - (max(before) - min(before) if before else 0))
