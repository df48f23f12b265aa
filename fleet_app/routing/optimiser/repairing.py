"""Makes whatever an engine answers keep every rule: what offends is taken out and put elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from fleet_app.routing.optimiser.inserting import insert_all, skip_cost
from fleet_app.routing.optimiser.working import Work


def repair(work: Work, stopped: Callable[[], bool] = lambda: False) -> None:
    """Until no rule is broken. Stops that find no other place stay out. Once it is time to stop,
    tours that break one lose their ends at once."""
    out = [*_torn(work), *_offending(work, stopped)]
    if out:
        insert_all(work, out, stopped)


def _torn(work: Work) -> list[int]:
    """Members of groups that are not where most of the group is, and what is a pair with them."""
    out: list[int] = []
    for group in work.model.groups:
        here = Counter(work.where[stop] for stop in group if stop in work.where)
        if len(here) > 1:
            most = here.most_common(1)[0][0]
            for stop in group:
                if work.where.get(stop, most) != most:
                    out += work.model.unit_of(stop)
    for stop in list(work.where):
        for link in work.model.links_of.get(stop, ()):
            if work.where.get(link.pickup) != work.where.get(link.delivery):
                out += work.model.unit_of(stop)
    out = list(dict.fromkeys(out))
    work.take_out(out)
    return out


def _offending(work: Work, stopped: Callable[[], bool]) -> list[int]:
    out: list[int] = []
    for vehicle in work.tours:
        while work.scores[vehicle].hard > 0 and work.tours[vehicle]:
            unit = _ends(work, vehicle) if stopped() else min(_without(work, vehicle))[-1]
            work.take_out(unit)
            out += unit
    return out


def _ends(work: Work, vehicle: int) -> tuple[int, ...]:
    """The later half of a tour, of those that need not be done if there are such, with what
    belongs to it."""
    tour = work.tours[vehicle]
    stops = [one for one in tour if skip_cost(work, work.model.unit_of(one)) is not None] or tour
    late = stops[len(stops) // 2 :]
    return tuple(dict.fromkeys(one for stop in late for one in work.model.unit_of(stop)))


def _without(work: Work, vehicle: int) -> Iterator[tuple[bool, bool, int, int, tuple[int, ...]]]:
    """How well the tour would do without each of its units: those that help before all others, of
    them those that need not be done, then rules, then cost."""
    stops, before = work.tours[vehicle], work.scores[vehicle].hard
    for unit in dict.fromkeys(work.model.unit_of(stop) for stop in stops):
        left = tuple(stop for stop in stops if stop not in unit)
        score = work.judge.score(vehicle, left)
        if score is not None:
            is_needed = skip_cost(work, unit) is None
            yield score.hard >= before, is_needed, score.hard, score.cost, unit
