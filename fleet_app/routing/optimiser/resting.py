"""Where the breaks of a day go: into the gaps between services, where they cost least.

A break in a gap stands for a stop of its own. It may interrupt the drive, so it begins anywhere
between the departure from the last stop and the next service. Put at the end of the drive it is a
stop whose windows close later by the length of the drive; the drive to the next stop is then none.
A break that can as well be taken before the tour or after it needs no place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from fleet_app.routing.optimiser.model import Model, Spans, spans_of
from fleet_app.routing.optimiser.problem import Break, Vehicle
from fleet_app.routing.optimiser.timing import Departure, Item, Legs, depart, starts_of

OUTSIDE = -1
"""The gap of a break that is not taken during the tour."""
FEW = 8
"""Up to so many stops, every gap is tried."""
MOST_CHOICES = 81


class Day(NamedTuple):
    """A tour with its breaks: when it leaves, and the gap of each break (as many visits as were
    made before)."""

    departure: Departure
    gaps: tuple[int, ...]
    items: list[Item]
    back: int
    missed: int
    """Breaks that have no place at all."""


def breaks_of(vehicle: Vehicle) -> list[Break]:
    """In the order of their times."""
    return sorted(vehicle.breaks, key=lambda one: spans_of(one.windows)[:1] or ((0, 0),))


def day_of(model: Model, vehicle: int, legs: Legs, *, exact: bool = True) -> Day:
    """The best day of a sequence. Not `exact`: the earliest departure where time costs nothing and
    nobody has a break."""
    found = day_within(model, vehicle, legs, exact=exact)
    assert found is not None
    return found


def day_within(
    model: Model, vehicle: int, legs: Legs, most: int | None = None, *, exact: bool = True
) -> Day | None:
    """The same; None where it is soon certain that time and lateness cost more than `most`, or
    that something is broken."""
    one = model.vehicles[vehicle]
    plan = _Planner(one, legs, exact)
    if not one.breaks:
        return plan.day((), [])
    plain = plan.day((), [])
    if most is not None and (plain.departure.late or plain.departure.over):
        return None
    if most is not None and plan.least(plain) > most:
        return None
    if len(one.breaks) == 1:
        return plan.with_break(plain, one.breaks[0])
    return plan.with_breaks(plain, breaks_of(one))


class _Planner:
    def __init__(self, vehicle: Vehicle, legs: Legs, exact: bool) -> None:
        self.vehicle, self.legs = vehicle, legs
        is_timed = vehicle.cost_per_second or vehicle.max_duration is not None or vehicle.breaks
        free = not (is_timed or exact)
        self.closes = vehicle.shift.start if free or vehicle.departs else None
        self.moving = sum(drive + part[0] for drive, part in legs.items) + legs.back
        """Seconds that the day takes without waiting and breaks."""

    def day(self, gaps: tuple[int, ...], breaks: Sequence[Break]) -> Day:
        items, back = inserted(self.legs, gaps, breaks)
        one = self.vehicle
        departure = depart(
            items,
            back,
            one.shift.start,
            one.shift.end,
            price=one.cost_per_second,
            longest=one.max_duration,
            last=self.closes,
        )
        missed = sum(
            gap == OUTSIDE and not is_outside(rest, departure.leave, departure.end)
            for gap, rest in zip(gaps, breaks, strict=True)
        )
        return Day(departure, gaps, items, back, missed)

    def least(self, plain: Day) -> int:
        """What time costs at least when nothing is broken, given the day without breaks. A single
        break is either outside of that day or makes another longer."""
        leave, end, breaks = plain.departure.leave, plain.departure.end, self.vehicle.breaks
        is_inside = len(breaks) == 1 and not is_outside(breaks[0], leave, end)
        longer = self.moving + (breaks[0].duration if is_inside else 0)
        return max(plain.departure.cost, self.vehicle.cost_per_second * longer)

    def with_break(self, plain: Day, rest: Break) -> Day:
        """With the only one: outside if it can be, else where most time would be waited anyhow,
        until nothing can be better."""
        departure = plain.departure
        outside = Day(departure, (OUTSIDE,), plain.items, plain.back, 1)
        if is_outside(rest, departure.leave, departure.end):
            return outside._replace(missed=0)
        bound = self._bound(departure, rest.duration)
        best, breaks = outside, [rest]
        for gap in self._by_waiting(plain, self.choices(plain, rest)[1:]):
            found = self.day((gap,), breaks)
            if _worth(found) < _worth(best):
                best = found
            if bound and found.departure[: len(bound)] <= bound:
                break
        return best

    def _bound(self, plain: Departure, duration: int) -> tuple[int, ...]:
        """What no day with such a break in it is better than; nothing where that is not known."""
        one, longer = self.vehicle, self.moving + duration
        over = one.max_duration is not None and longer > one.max_duration
        if plain.late or plain.over or over:
            return ()
        cost = max(plain.cost, one.cost_per_second * longer)
        is_soft = any(part[2] is not None for _, part in self.legs.items)
        if self.closes is not None or (one.cost_per_second and not is_soft):
            return 0, 0, cost
        return 0, 0, cost, longer

    def _by_waiting(self, plain: Day, gaps: list[int]) -> list[int]:
        times = starts_of(plain.items, plain.departure.leave)
        waits = [arrival - begun for arrival, begun in times] + [0]
        return sorted(gaps, key=waits.__getitem__)

    def with_breaks(self, plain: Day, breaks: list[Break]) -> Day:
        """With several, one after the other where there are many ways."""
        choices = [self.choices(plain, rest) for rest in breaks]
        count = 1
        for some in choices:
            count *= len(some)
        if count <= MOST_CHOICES:
            days = [self.day(gaps, breaks) for gaps in product(*choices) if _in_order(gaps)]
            return min(days, key=_worth)
        return self._one_by_one(breaks, choices)

    def _one_by_one(self, breaks: list[Break], choices: list[list[int]]) -> Day:
        gaps: tuple[int, ...] = ()
        best = self.day((), [])
        for number, some in enumerate(choices):
            so_far = breaks[: number + 1]
            ordered = [(*gaps, gap) for gap in some if _in_order((*gaps, gap))]
            days = [self.day(one, so_far) for one in ordered or [(*gaps, OUTSIDE)]]
            best = min(days, key=_worth)
            gaps = best.gaps
        return best

    def choices(self, plain: Day, rest: Break) -> list[int]:
        """The gaps that are worth trying. One after which service ends before the break may begin
        is no better than the next, and after the last window it is too late."""
        count = len(self.legs.items)
        first = 1 if self.vehicle.start is None else 0
        last = count - 1 if self.vehicle.end is None else count
        gaps = list(range(first, last + 1))
        if count > FEW:
            gaps = self._near(plain, rest, gaps)
        return [OUTSIDE, *gaps]

    def _near(self, plain: Day, rest: Break, gaps: list[int]) -> list[int]:
        spans = spans_of(rest.windows)
        if not spans:
            return gaps[:1]
        early = starts_of(plain.items, self.vehicle.shift.start)
        late = starts_of(plain.items, plain.departure.leave)
        left = [begun + item[1][0] for (_, begun), item in zip(late, plain.items, strict=True)]
        gone = [begun + item[1][0] for (_, begun), item in zip(early, plain.items, strict=True)]
        others = sum(one.duration for one in self.vehicle.breaks) - rest.duration
        opens, closes = spans[0][0] - others, spans[-1][1]
        near = [
            gap
            for gap in gaps
            if (gap >= len(left) or left[gap] >= opens) and (gap == 0 or gone[gap - 1] <= closes)
        ]
        return near or gaps[:1]


def _worth(day: Day) -> tuple[int, int, int, int, int]:
    late, over, cost, duration, _, _ = day.departure
    return (day.missed, late, over, cost, duration)


def _in_order(gaps: tuple[int, ...]) -> bool:
    inside = [gap for gap in gaps if gap != OUTSIDE]
    return inside == sorted(inside)


def is_outside(rest: Break, start: int, end: int) -> bool:
    """Whether a break can be taken before the tour or after it."""
    spans = spans_of(rest.windows)
    return bool(spans) and (end <= spans[-1][1] or start - rest.duration >= spans[0][0])


def inserted(legs: Legs, gaps: Sequence[int], breaks: Sequence[Break]) -> tuple[list[Item], int]:
    """The items of a tour with breaks among them, and the drive home."""
    items, back = legs.items, legs.back
    if all(gap == OUTSIDE for gap in gaps):
        return items, back
    if len(gaps) == 1:
        return _with_one(legs, gaps[0], breaks[0])
    found: list[Item] = []
    for position in range(len(items) + 1):
        drive = items[position][0] if position < len(items) else back
        for gap, rest in zip(gaps, breaks, strict=True):
            if gap == position:
                found.append((drive, (rest.duration, shifted(rest, drive), None)))
                drive = 0
        if position < len(items):
            found.append((drive, items[position][1]))
        else:
            back = drive
    return found, back


def _with_one(legs: Legs, gap: int, rest: Break) -> tuple[list[Item], int]:
    items, back = legs.items, legs.back
    drive = items[gap][0] if gap < len(items) else back
    taken = (drive, (rest.duration, shifted(rest, drive), None))
    if gap == len(items):
        return [*items, taken], 0
    return [*items[:gap], taken, (0, items[gap][1]), *items[gap + 1 :]], back


def shifted(rest: Break, drive: int) -> Spans:
    """The windows of a break, at the end of the drive that it may interrupt."""
    return tuple((opens, closes + drive) for opens, closes in spans_of(rest.windows))
