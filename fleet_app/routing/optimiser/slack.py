"""How early each stop of a tour can be left and how late it may begin, with its break and without.

With both, whether one more stop can fit somewhere is known without walking the whole tour. Of
several breaks only the longest is looked at: what does not fit beside it does not fit at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.routing.optimiser.model import Model, Spans, spans_of
from fleet_app.routing.optimiser.problem import Vehicle
from fleet_app.routing.optimiser.timing import NEVER, Legs, legs_of


class Slack:
    """Of one sequence: `out[i]` is when its i-th gap can begin at the earliest, `latest[i]` when
    the service after that gap must begin so that all of the rest is in time."""

    def __init__(self, model: Model, vehicle: int, stops: Sequence[int]) -> None:
        self.legs = legs_of(model, vehicle, stops)
        one = model.vehicles[vehicle]
        self.out = forward(self.legs, one.shift.start)
        self.latest = backward(self.legs, one.shift.end)
        self.least = sum(item[0] + item[1][0] for item in self.legs.items) + self.legs.back
        """The duration without any waiting."""
        self.metres = sum(self.legs.metres) + self.legs.home_metres
        self.is_full = one.max_stops is not None and len(stops) >= one.max_stops
        self._room = model.capacities[vehicle]
        self._loads = [
            tuple(map(sum, zip(*(amounts[stop] for stop in stops), strict=True)))
            or (0,) * model.dimensions
            for amounts in (model.delivers, model.collects)
        ]
        self._amounts = (model.delivers, model.collects)
        spans = [(rest.duration, spans_of(rest.windows)) for rest in one.breaks]
        longest = max(spans, default=(0, ()))
        self.rest = Resting(one, self, *longest) if longest[1] else None

    def holds(self, stop: int) -> bool:
        """Whether there can be room for one more, by how many they are and what they load."""
        if self.is_full:
            return False
        for loads, amounts in zip(self._loads, self._amounts, strict=True):
            for load, amount, room in zip(loads, amounts[stop], self._room, strict=True):
                if room is not None and load + amount > room:
                    return False
        return True


class Resting:
    """The same with one break: taken before, taken after, or not during the tour."""

    def __init__(self, vehicle: Vehicle, slack: Slack, duration: int, spans: Spans) -> None:
        self.duration, self.spans = duration, spans
        self.out, self.latest = slack.out, slack.latest
        self._first = 1 if vehicle.start is None else 0
        self._count = len(slack.legs.items) + (vehicle.end is not None)
        legs, shift = slack.legs, vehicle.shift
        self._drives = [item[0] for item in legs.items] + [legs.back]
        self.rested = self._forward(legs)
        """When a gap can begin, the break behind."""
        self.restless = self._backward(legs)
        """When the service after a gap must begin, the break in a later gap."""
        self.late_out = forward(legs, max(shift.start, spans[0][0] + duration))
        """Where the tour begins after the break."""
        self.early = backward(legs, min(shift.end, spans[-1][1]))
        """Where the tour is over before the break."""

    def after(self, now: int, drive: int) -> int:
        """When one arrives who may take it on the way."""
        now += drive
        for opens, closes in self.spans:
            if now <= closes + drive:
                return (opens if opens > now else now) + self.duration
        return NEVER

    def _forward(self, legs: Legs) -> list[int]:
        found = [NEVER]
        for gap, (drive, (service, spans, price)) in enumerate(legs.items):
            now = found[-1] + drive
            if gap >= self._first:
                now = min(now, self.after(self.out[gap], drive))
            begun = earliest(spans, now, price is None)
            found.append((NEVER if begun is None else begun) + service)
        return found

    def _before(self, gap: int) -> int:
        """When a gap must begin in which it is taken."""
        drive = self._drives[gap]
        if not self._first <= gap < self._count:
            return -NEVER
        shifted = tuple((opens, closes + drive) for opens, closes in self.spans)
        return latest(shifted, self.latest[gap] - self.duration, True) - drive

    def _backward(self, legs: Legs) -> list[int]:
        now = -NEVER
        found = [now]
        for gap in range(len(legs.items), 0, -1):
            service, spans, price = legs.items[gap - 1][1]
            now = max(now - self._drives[gap], self._before(gap))
            now = latest(spans, now - service, price is None)
            found.append(now)
        found.reverse()
        return found

    def is_free(self, gap: int, begun: int, spans: Spans, way: Way) -> bool:
        """Whether a stop fits into a gap, at `begun` at the earliest, with the break before the
        tour or after it."""
        drive, service, on, is_hard = way
        if begun + service + on <= self.early[gap]:
            return True
        later = earliest(spans, self.late_out[gap] + drive, is_hard)
        return later is not None and later + service + on <= self.latest[gap]

    def fits(self, gap: int, begun: int, spans: Spans, way: Way) -> bool:
        """Whether it does with the break in any of the gaps."""
        drive, service, on, is_hard = way
        until = self.latest[gap] - service - on
        if begun + service + on <= self.restless[gap]:
            return True
        rested = earliest(spans, self.rested[gap] + drive, is_hard)
        if rested is not None and rested <= until:
            return True
        if gap >= self._first:
            rested = earliest(spans, self.after(self.out[gap], drive), is_hard)
            if rested is not None and rested <= until:
                return True
        # The gap after the new stop; none where the tour is over with it.
        is_last = gap >= self._count
        return not is_last and self.after(begun + service, on) <= self.latest[gap]


Way = tuple[int, int, int, bool]
"""Driving to a stop, service there, driving on, and whether its windows are hard."""


def forward(legs: Legs, start: int) -> list[int]:
    """When each gap can begin at the earliest."""
    out = [start]
    for drive, (service, spans, price) in legs.items:
        begun = earliest(spans, out[-1] + drive, price is None)
        out.append((NEVER if begun is None else begun) + service)
    return out


def backward(legs: Legs, until: int) -> list[int]:
    """When the service after each gap must begin so that the tour is over in time."""
    found, now = [until], until - legs.back
    for drive, (service, spans, price) in reversed(legs.items):
        now = latest(spans, now - service, price is None)
        found.append(now)
        now -= drive
    found.reverse()
    return found


def earliest(spans: Spans, now: int, is_hard: bool) -> int | None:
    """When service begins after arriving; None when that is too late."""
    for opens, closes in spans:
        if now <= closes:
            return max(now, opens)
    return None if spans and is_hard else now


def latest(spans: Spans, now: int, is_hard: bool) -> int:
    """The latest that service may begin and not after `now`."""
    if not spans or (not is_hard and now >= spans[-1][0]):
        return now
    for opens, closes in reversed(spans):
        if now >= opens:
            return min(now, closes)
    return -NEVER
