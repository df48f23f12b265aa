"""The times of one tour: when to leave so that the day is as short as it can be and nobody waits.

Starting each service as early as one can is never wrong once the departure is known, and a later
departure never makes anything earlier. So only the departure is searched: from the earliest on,
leaping from one moment at which anything changes to the next, for as long as anybody waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fleet_app.routing.optimiser.model import Model, Part
from fleet_app.routing.optimiser.problem import UNREACHABLE

Item = tuple[int, Part]
"""Driving there, and what happens there."""
NEVER = 1 << 62


class Legs(NamedTuple):
    """What a sequence is made of, before anybody knows the time."""

    items: list[Item]
    back: int
    """Driving from the last stop to the end."""
    metres: list[int]
    home_metres: int
    cut: tuple[int, ...]
    """Positions that no road leads to; the end is the position after the last stop."""


class Run(NamedTuple):
    """A tour as it passes when it leaves at a certain time."""

    late: int
    """Seconds after hard windows and after the shift."""
    soft: int
    """What lateness after soft windows costs."""
    wait: int
    end: int
    step: int
    """For how much later a departure nothing changes but less waiting."""


class Departure(NamedTuple):
    """The best departure that was found; compares as better, when less."""

    late: int
    over: int
    """Seconds above the longest duration that is allowed."""
    cost: int
    """Lateness and time, in money."""
    duration: int
    leave: int
    end: int


def legs_of(model: Model, vehicle: int, stops: Sequence[int]) -> Legs:
    """The drives of a sequence."""
    one = model.vehicles[vehicle]
    seconds, metres = model.durations[one.profile], model.distances[one.profile]
    size, places, parts = model.size, model.places, model.parts
    items: list[Item] = []
    lengths: list[int] = []
    cut: list[int] = []
    before = one.start
    for stop in stops:
        place = places[stop]
        if before is None:
            drive = length = 0
        else:
            at = before * size + place
            drive, length = seconds[at], metres[at]
            if drive >= UNREACHABLE or length >= UNREACHABLE:
                drive = length = 0
                cut.append(len(items))
        items.append((drive, parts[stop]))
        lengths.append(length)
        before = place
    back = home = 0
    if one.end is not None and before is not None and stops:
        at = before * size + one.end
        back, home = seconds[at], metres[at]
        if back >= UNREACHABLE or home >= UNREACHABLE:
            back = home = 0
            cut.append(len(items))
    return Legs(items, back, lengths, home, tuple(cut))


def run(items: Sequence[Item], back: int, leave: int, until: int) -> Run:
    """How the day passes when it begins at `leave` and should be over at `until`."""
    now, wait, late, soft, step = leave, 0, 0, 0, NEVER
    for drive, (service, spans, price) in items:
        now += drive
        if spans:
            for opens, closes in spans:
                if now <= closes:
                    if now < opens:
                        wait += opens - now
                        now = opens
                    room = wait + closes - now
                    break
            else:
                room = wait or NEVER  # late already: from here on it only becomes later
                after = now - spans[-1][1]
                if price is None:
                    late += after
                else:
                    soft += after * price
            if room < step:  # noqa: PLR1730 (min takes three times as long, and this runs hot)
                step = room
        now += service
    now += back
    if now > until:
        late += now - until
        return Run(late, soft, wait, now, min(step, wait or NEVER))
    return Run(late, soft, wait, now, min(step, wait or NEVER, wait + until - now))


def depart(
    items: Sequence[Item],
    back: int,
    earliest: int,
    until: int,
    *,
    price: int = 0,
    longest: int | None = None,
    last: int | None = None,
) -> Departure:
    """The departure with the least lateness, then cost, then duration; the earliest such, and not
    after `last`."""
    leave, best, first = earliest, None, None
    while True:
        late, soft, wait, end, step = run(items, back, leave, until)
        duration = end - leave
        over = duration - longest if longest is not None and duration > longest else 0
        found = Departure(late, over, soft + price * duration, duration, leave, end)
        first = late if first is None else first
        if best is None or found < best:
            best = found
        if wait == 0 or late > first or (last is not None and leave >= last):
            return best
        if over:
            step = min(step, over)
        leave += step or 1


def starts_of(items: Sequence[Item], leave: int) -> list[tuple[int, int]]:
    """Arrival and beginning of service at each of them."""
    found = []
    now = leave
    for drive, (service, spans, _) in items:
        now += drive
        arrival = now
        for opens, closes in spans:
            if now <= closes:
                now = max(now, opens)
                break
        found.append((arrival, now))
        now += service
    return found
