"""One tour as people see it: times, breaks, sums, and the flags that are its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fleet_app.routing.optimiser.flagging import flags_of
from fleet_app.routing.optimiser.loading import peak_of
from fleet_app.routing.optimiser.model import Model, spans_of
from fleet_app.routing.optimiser.plan import Flag, Rest, Tour, Visit
from fleet_app.routing.optimiser.problem import Break
from fleet_app.routing.optimiser.resting import breaks_of, day_of
from fleet_app.routing.optimiser.saying import Speaker
from fleet_app.routing.optimiser.timing import legs_of, starts_of


class Timed(NamedTuple):
    """A tour, what lateness costs on it, and what is wrong with it."""

    tour: Tour
    soft: int
    flags: list[Flag]


def tour_of(model: Model, vehicle: int, stops: Sequence[int], say: Speaker) -> Timed:
    """Times and flags of what one vehicle does."""
    drawing = _Drawing(model, vehicle, stops)
    tour = drawing.tour()
    late = sum(
        visit.late * (model.stops[stop].late_cost or 0)
        for visit, stop in zip(tour.visits, stops, strict=True)
    )
    flags = flags_of(model, vehicle, stops, tour=tour, cut=drawing.legs.cut, say=say)
    return Timed(tour, late, flags)


class _Drawing:
    """Puts the best day of a sequence into visits, rests and sums."""

    def __init__(self, model: Model, vehicle: int, stops: Sequence[int]) -> None:
        self.model, self.vehicle, self.stops = model, model.vehicles[vehicle], stops
        self.legs = legs_of(model, vehicle, stops)
        self.day = day_of(model, vehicle, self.legs)
        self.times = iter(starts_of(self.day.items, self.day.departure.leave))
        self.rests: list[Rest] = []

    def tour(self) -> Tour:
        one, legs = self.vehicle, self.legs
        leave, end = self.day.departure.leave, self.day.departure.end
        visits = self.visits()
        distance = sum(legs.metres) + legs.home_metres
        drive = sum(item[0] for item in legs.items) + legs.back
        service = sum(visit.departure - visit.start for visit in visits)
        rest = sum(taken.end - taken.start for taken in self.rests)
        cost = one.fixed_cost + one.cost_per_metre * distance + one.cost_per_second * (end - leave)
        return Tour(
            vehicle=one.id,
            visits=visits,
            start=leave,
            end=end,
            rests=tuple(self.rests),
            distance=distance,
            drive=drive,
            service=service,
            wait=end - leave - drive - service - rest,
            rest=rest,
            peak=peak_of(self.model, self.stops),
            back=(legs.back, legs.home_metres),
            cost=cost,
        )

    def visits(self) -> tuple[Visit, ...]:
        found: list[Visit] = []
        now = self.day.departure.leave
        for position in range(len(self.stops)):
            arrival = self.arrival(now, position, self.legs.items[position][0])
            found.append(self.visit(position, arrival, next(self.times)[1]))
            now = found[-1].departure
        self.arrival(now, len(self.stops), self.legs.back)
        return tuple(found)

    def arrival(self, now: int, gap: int, drive: int) -> int:
        """When a drive is over that begins `now`, with the breaks that interrupt it."""
        arrival = now + drive
        for chosen, rest in zip(self.day.gaps, breaks_of(self.vehicle), strict=False):
            if chosen == gap:
                next(self.times)
                taken = _placed(rest, now, gap)
                self.rests.append(taken)
                arrival += rest.duration if taken.start < arrival else 0
                now = taken.end
        return arrival

    def visit(self, position: int, arrival: int, start: int) -> Visit:
        stop = self.stops[position]
        drive, (service, spans, _) = self.legs.items[position]
        return Visit(
            stop=self.model.stops[stop].id,
            arrival=arrival,
            start=start,
            departure=start + service,
            drive=drive,
            distance=self.legs.metres[position],
            late=max(0, start - spans[-1][1]) if spans else 0,
        )


def _placed(rest: Break, now: int, after: int) -> Rest:
    """A break begins as soon as it may."""
    for opens, closes in spans_of(rest.windows):
        if now <= closes:
            start = max(now, opens)
            return Rest(rest.id, start, start + rest.duration, after)
    return Rest(rest.id, now, now + rest.duration, after)
