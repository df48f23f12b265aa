"""The days before a demo was first started, driven afterwards. Pure: diaries in, samples out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random

from fleet_app.simulation.diary import Call, Diary, Shift
from fleet_app.simulation.drive import Drive, Motion
from fleet_app.simulation.life import Activity, Habits, Leg, Sample, follow
from fleet_app.simulation.tours import NoRoads, Place
from fleet_app.simulation.wander import Wander

ERRANDS_UNTIL_S = 1500.0
"""So long before it must be at the next door, a vehicle stops running errands."""
ERRAND_STANDS_S = (150.0, 420.0)
MOVING = Habits(moving_every=(4.0, 7.0), standing_every=(40.0, 80.0))
RESTING = Habits(standing_every=(200.0, 260.0))
"""A parked phone: still often enough for nobody to think that it is lost."""


@dataclass
class Plan:
    """One vehicle's way through its diary; begins where the vehicle was the night before.

    `hasty` goes the same ways without minding limits; `rush` says which calls are driven to so.
    """

    diary: Diary
    calm: Wander
    hasty: Wander
    random: Random
    rush: Callable[[Call], bool] = lambda _: False
    idles_s: float = 0.0
    """So long before the end the engine is started."""

    def legs(self, since: float, until: float) -> Iterator[Leg]:
        """What it does from `since` to `until`, without a pause."""
        here, clock = _standing(self.diary.depot), since
        self.calm.here, self.calm.last = self.diary.depot, None
        for shift in self.diary.shifts:
            if shift.starts >= until:
                break
            # Who came home late begins late.
            starts = max(clock, shift.starts)
            yield Leg(clock, None, here, starts, Activity.BREAK)
            clock = starts
            for leg in self._shift(shift, clock, here, until):
                if leg.drive is not None and leg.begins + leg.drive.duration > until:
                    # What is not over by then is not begun: from there it drives on.
                    yield from self._ending(clock, here, until)
                    return
                here, clock = leg.place, leg.until
                yield leg
        yield from self._ending(clock, here, until)

    def _ending(self, clock: float, here: Motion, until: float) -> Iterator[Leg]:
        idles = max(clock, until - self.idles_s)
        yield Leg(clock, None, here, idles, Activity.BREAK)
        yield Leg(idles, None, here, max(until, idles), Activity.IDLING)

    def _shift(self, shift: Shift, clock: float, here: Motion, until: float) -> Iterator[Leg]:
        for call in shift.calls:
            if call.arrives >= until:
                break
            for leg in self._errands(clock, call.arrives):
                here, clock = leg.place, leg.until
                yield leg
            for leg in self._to(call, clock, here):
                here, clock = leg.place, leg.until
                yield leg
        yield from self._home(shift, clock, here, until)

    def _errands(self, clock: float, due: float) -> Iterator[Leg]:
        while due - clock > ERRANDS_UNTIL_S:
            try:
                drive = self.calm.anywhere()
            except NoRoads:
                return
            ends = clock + drive.duration + self.random.uniform(*ERRAND_STANDS_S)
            yield Leg(clock, drive, drive.at(drive.duration), ends)
            clock = ends

    def _to(self, call: Call, clock: float, here: Motion) -> Iterator[Leg]:
        drive = self._drive_to(call)
        if drive is None:
            return
        leaves = max(clock, call.arrives - drive.duration)
        yield Leg(clock, None, here, leaves)
        there = leaves + drive.duration
        yield Leg(leaves, drive, drive.at(drive.duration), max(call.leaves, there + 60.0))

    def _drive_to(self, call: Call) -> Drive | None:
        if not self.rush(call):
            return self.calm.to(call.place)
        self.hasty.goes_on_from(self.calm)
        drive = self.hasty.to(call.place)
        self.calm.goes_on_from(self.hasty)
        return drive

    def _home(self, shift: Shift, clock: float, here: Motion, until: float) -> Iterator[Leg]:
        if shift.ends > until:
            return
        for leg in self._errands(clock, shift.ends):
            here, clock = leg.place, leg.until
            yield leg
        drive = self.calm.into(self.diary.depot)
        if drive is None:
            return
        leaves = max(clock, shift.ends - drive.duration)
        yield Leg(clock, None, here, leaves)
        home = leaves + drive.duration
        yield Leg(leaves, drive, drive.at(drive.duration), home, Activity.BREAK)


def samples(crew: int, legs: Iterable[Leg], since: float, until: float) -> Iterator[Sample]:
    """What the phone saw, `at` in epoch seconds."""
    ending = (replace(leg, until=min(leg.until, until)) for leg in legs)
    seen = follow(ending, f"past {crew}", MOVING, RESTING)
    return (one for one in seen if since <= one.at < until)


def _standing(place: Place) -> Motion:
    return Motion(*place, 0.0, 0.0)
