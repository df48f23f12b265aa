"""Why a stop was left out: first alone with each vehicle, then against the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from fleet_app.routing.optimiser.inserting import choose
from fleet_app.routing.optimiser.judging import Judge
from fleet_app.routing.optimiser.loading import overload, peak_of
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import LeftOut, Why
from fleet_app.routing.optimiser.saying import Speaker, length, span
from fleet_app.routing.optimiser.slack import earliest
from fleet_app.routing.optimiser.timing import legs_of, run
from fleet_app.routing.optimiser.working import Work

Reason = tuple[Why, str]
SURE = 5
"""For so many stops the reason is told, even if it is late."""


def reasons(
    work: Work, say: Speaker, stops: Iterable[int], stopped: Callable[[], bool] = lambda: False
) -> dict[str, LeftOut]:
    """Why these are on no tour of the work, by id. Once it is time to stop, only the first few are
    weighed against the plan; of the others what stands against them alone."""
    finder = _Finder(work, say)
    found: dict[str, LeftOut] = {}
    for stop in stops:
        finder.is_hasty = finder.is_hasty or (len(found) >= SURE and stopped())
        why, words = finder.why(stop)
        name = work.model.stops[stop].id
        found[name] = LeftOut(name, why, words)
    return found


class Others(Enum):
    """Those of whom nobody has what is needed: everybody, the only one who could go, or several."""

    NOBODY = "no vehicle has", "any vehicle holds"
    NOT_IT = "it does not have", "it holds"
    NONE_OF_THEM = "none of them has", "any of them holds"

    def __init__(self, has: str, holds: str) -> None:
        self.has, self.holds = has, holds


class _Finder:
    def __init__(self, work: Work, say: Speaker) -> None:
        self.work, self.say = work, say
        self.model: Model = work.model
        self.judge: Judge = work.judge
        self.is_hasty = False
        """Whether there is no time to weigh plans."""

    def why(self, stop: int) -> Reason:
        if not self.model.vehicles:
            return Why.NO_VEHICLE, "No vehicle to go there"
        unit = self.unit(stop)
        everyone = range(len(self.model.vehicles))
        held = {self.model.held[one] for one in unit if one in self.model.held}
        if not held:
            return self.among(everyone, unit)
        if len(held) > 1 or -1 in held:
            return Why.LOCK, "Locked to a vehicle that is not there, or to several"
        why, words = self.among(sorted(held), unit)
        if why is Why.UNREACHABLE and any(self.reaches(v, unit) for v in everyone):
            name = self.say.vehicle(self.model.vehicles[held.pop()].id)
            return Why.LOCK, f"Locked to {name}, for which no road leads there"
        if why in {Why.SKILL, Why.CAPACITY, Why.WINDOW, Why.TIME, Why.TOO_FAR, Why.PAST}:
            name = self.say.vehicle(self.model.vehicles[held.pop()].id)
            return Why.LOCK, f"Locked to {name}. {words}"
        return why, words

    def unit(self, stop: int) -> tuple[int, ...]:
        """With the others of its pairs, pickups first."""
        unit = self.model.unit_of(stop)
        pickups = {link.pickup for one in unit for link in self.model.links_of.get(one, ())}
        return tuple(sorted(unit, key=lambda one: (one not in pickups, one)))

    def among(self, vehicles: Sequence[int], unit: tuple[int, ...]) -> Reason:
        """What stands between the stop and those who come nearest to making it: who can get there
        at all says more than who cannot."""
        lacking = self.lacking(vehicles, unit, Others.NOBODY)
        if lacking:
            return lacking
        reaching = [v for v in vehicles if self.reaches(v, unit)]
        if not reaching:
            return Why.UNREACHABLE, self.cut_off(vehicles, unit)
        if len(reaching) == len(vehicles):
            return self.funnel(vehicles, unit)
        others = Others.NOT_IT if len(reaching) == 1 else Others.NONE_OF_THEM
        why, words = self.lacking(reaching, unit, others) or self.funnel(reaching, unit)
        if why in {Why.NOT_WORTH, Why.OPEN}:
            return why, words
        return why, f"{self.only(reaching)} can get there. {words}"

    def reaches(self, vehicle: int, unit: Sequence[int]) -> bool:
        """Whether a road leads there, and back."""
        return not legs_of(self.model, vehicle, unit).cut

    def cut_off(self, vehicles: Sequence[int], unit: Sequence[int]) -> str:
        ends = (len(unit),)
        if any(legs_of(self.model, v, unit).cut == ends for v in vehicles):
            return "No road leads back from there"
        return "No road leads there"

    def only(self, vehicles: Sequence[int]) -> str:
        """Those few, by name if there is one."""
        if len(vehicles) == 1:
            return f"Only {self.say.vehicle(self.model.vehicles[vehicles[0]].id)}"
        return f"Only {len(vehicles)} of {len(self.model.vehicles)} vehicles"

    def lacking(
        self, vehicles: Sequence[int], unit: Sequence[int], others: Others
    ) -> Reason | None:
        """What none of them has, wherever the stop were."""
        needs = self.needs(unit)
        able = [v for v in vehicles if needs <= self.model.vehicles[v].skills]
        if not able:
            return Why.SKILL, self.skill(needs, vehicles, others)
        if all(self.too_big(v, unit) for v in able):
            return Why.CAPACITY, self.capacity(able, unit, others)
        return None

    def needs(self, unit: Sequence[int]) -> frozenset[str]:
        return frozenset[str]().union(*(self.model.stops[one].skills for one in unit))

    def funnel(self, vehicles: Sequence[int], unit: tuple[int, ...]) -> Reason:
        """Which requirement is the one that nobody meets who can get there and is equipped."""
        needs = self.needs(unit)
        able = [v for v in vehicles if needs <= self.model.vehicles[v].skills]
        able = [v for v in able if not self.too_big(v, unit)]
        able = [v for v in able if all(self.judge.fits(v)[stop] for stop in unit)]
        if not able:
            return Why.LOCK, "The routes that could go there are locked as a whole"
        return self.in_time(able, unit) or self.in_plan(able, unit)

    def too_big(self, vehicle: int, unit: Sequence[int]) -> int:
        return overload(self.model, vehicle, peak_of(self.model, unit))

    def skill(self, needs: frozenset[str], vehicles: Sequence[int], others: Others) -> str:
        has = frozenset[str]().union(*(self.model.vehicles[v].skills for v in vehicles))
        missing = sorted(needs - has) or sorted(needs)
        names = ", ".join(self.say.name(one) for one in missing)
        return f"Needs {names}, and {others.has} " + ("all of it" if needs <= has else "it")

    def capacity(self, vehicles: Sequence[int], unit: Sequence[int], others: Others) -> str:
        peak = peak_of(self.model, unit)
        for dimension, amount in enumerate(peak):
            rooms = [self.model.capacities[v][dimension] for v in vehicles]
            most = max((room for room in rooms if room is not None), default=0)
            if None not in rooms and amount > most:
                said, room = (self.say.load(one, dimension) for one in (amount, most))
                return f"{said} is more than {others.holds} ({room})"
        return f"More than {others.holds}"

    def in_time(self, vehicles: Sequence[int], unit: tuple[int, ...]) -> Reason | None:
        """What is in the way of a tour that makes this stop only."""
        if any(self.alone(v, unit) for v in vehicles):
            return None
        begins = min(self.model.vehicles[v].shift.start for v in vehicles)
        for stop in unit:
            spans = self.model.parts[stop][1]
            if spans and self.model.stops[stop].late_cost is None and spans[-1][1] < begins:
                ends = self.say.time(spans[-1][1])
                if spans[-1][1] < 0:
                    return Why.PAST, f"Its window ended at {ends}, before this day"
                words = f"Its window ends at {ends}, before anybody starts at"
                return Why.WINDOW, f"{words} {self.say.time(begins)}"
        far = [self.far(v, unit) for v in vehicles]
        near = [v for v, too_far in zip(vehicles, far, strict=True) if not too_far]
        if not near:
            return Why.TOO_FAR, min(one for one in far if one)[1]
        return self.window(near, unit)

    def alone(self, vehicle: int, unit: Sequence[int]) -> bool:
        if self.is_hasty:
            one, legs = self.model.vehicles[vehicle], legs_of(self.model, vehicle, unit)
            is_near = self.far(vehicle, unit) is None
            return is_near and not run(legs.items, legs.back, one.shift.start, one.shift.end).late
        score = self.judge.score(vehicle, unit)
        return score is not None and score.hard == 0

    def far(self, vehicle: int, unit: Sequence[int]) -> tuple[float, str] | None:
        """By what share the way there and back is too long, windows or not."""
        one, legs = self.model.vehicles[vehicle], legs_of(self.model, vehicle, unit)
        metres = sum(legs.metres) + legs.home_metres
        if one.max_distance is not None and metres > one.max_distance:
            limit = length(one.max_distance)
            words = f"Too far: {length(metres)}, and {limit} is the limit"
            return metres / max(1, one.max_distance), words
        seconds = sum(drive + part[0] for drive, part in legs.items) + legs.back
        shift = one.shift.end - one.shift.start
        limits = [one for one in (shift, one.max_duration) if one is not None]
        if seconds > min(limits):
            words = f"Too far: takes {span(seconds)}, and there are {span(max(0, min(limits)))}"
            return seconds / max(1, min(limits)), words
        return None

    def window(self, vehicles: Sequence[int], unit: Sequence[int]) -> Reason:
        best: tuple[int, str] | None = None
        for vehicle in vehicles:
            now = self.model.vehicles[vehicle].shift.start
            for drive, (service, spans, price) in legs_of(self.model, vehicle, unit).items:
                begun = earliest(spans, now + drive, price is None)
                if begun is None:
                    late = now + drive - spans[-1][1]
                    ends, soonest = self.say.time(spans[-1][1]), self.say.time(now + drive)
                    words = f"Its window ends at {ends}, and nobody can be there before {soonest}"
                    if best is None or late < best[0]:
                        best = late, words
                    break
                now = begun + service
        if best:
            return Why.WINDOW, best[1]
        return self.too_late(vehicles, unit)

    def too_late(self, vehicles: Sequence[int], unit: Sequence[int]) -> Reason:
        """In time there, but not back, or without the break."""
        late = []
        for vehicle in vehicles:
            one, legs = self.model.vehicles[vehicle], legs_of(self.model, vehicle, unit)
            found = run(legs.items, legs.back, one.shift.start, one.shift.end)
            late.append((found.end - one.shift.end, one.shift.end))
        over, ends = min(late)
        if over > 0:
            words = f"Would end {span(over)} after the shift ends at {self.say.time(ends)}"
            return Why.WINDOW, words
        return Why.TIME, "Its window, the breaks and the longest day allowed do not fit together"

    def in_plan(self, vehicles: Sequence[int], unit: tuple[int, ...]) -> Reason:
        """It would fit a vehicle with nothing else to do."""
        if self.is_hasty:
            return Why.TIME, "No route has room or time left for it"
        best = None if self.model.problem.balance else self.work.cheapest(unit)
        places = [best] if best else list(self.work.places(unit))
        if places and choose(self.work, unit, places) is None:
            return Why.NOT_WORTH, "Going there costs more than leaving it out"
        if places:
            return Why.OPEN, "There was no time to look for its place"
        if all(self.too_big(v, (*self.work.tours[v], *unit)) for v in vehicles):
            return Why.CAPACITY, "Every vehicle that could go there is full"
        short = [self.falls_short(v, unit[-1]) for v in vehicles]
        what = "range" if all(short) else "time or range" if any(short) else "time"
        who = "No route has"
        if len(vehicles) == 1:
            who = f"{self.say.vehicle(self.model.vehicles[vehicles[0]].id)} has no"
        return Why.TOO_FAR if all(short) else Why.TIME, f"{who} {what} left for it"

    def falls_short(self, vehicle: int, stop: int) -> bool:
        """Whether its tour goes so far that no detour to the stop is left, wherever it came."""
        one, tour = self.model.vehicles[vehicle], self.work.tours[vehicle]
        if one.max_distance is None:
            return False
        legs = legs_of(self.model, vehicle, tour)
        metres = self.model.distances[one.profile]
        size, place = self.model.size, self.model.places[stop]
        places = [self.model.places[each] for each in tour]

        def way(start: int | None, end: int | None) -> int:
            return 0 if start is None or end is None else metres[start * size + end]

        gaps = zip((one.start, *places), (*places, one.end), strict=True)
        detour = min(way(a, place) + way(place, b) - way(a, b) for a, b in gaps)
        return sum(legs.metres) + legs.home_metres + detour > one.max_distance
