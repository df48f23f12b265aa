"""A working day of a vehicle as the fixes its phone takes. Pure: tour and seed in, samples out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from fleet_app.simulation.drive import Drive, Motion
from fleet_app.simulation.noise import GpsNoise

NextDrive = Callable[[int], Drive]
"""Gives leg number 0, 1, 2, … of a tour; each starts where the one before ended."""


class Activity(StrEnum):
    """What the vehicle is doing when a sample is taken."""

    DRIVING = "driving"
    IDLING = "idling"
    DELIVERING = "delivering"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Sample:
    """What the phone knows at one moment: `at` in seconds of the model, the rest as in a fix."""

    at: float
    lat: float
    lon: float
    speed: float
    heading: float
    accuracy: float
    battery: float
    activity: Activity
    online: bool
    leg: int = 0
    """The trip under way, or the one that ended where the vehicle stands."""
    left: float = 0.0
    """Seconds until the trip ends."""
    harsh: float = 0.0
    """How hard the phone felt somebody brake, m/s2; 0 when it felt nothing."""

    @property
    def ignition(self) -> bool:
        """Whether the engine runs."""
        return self.activity in (Activity.DRIVING, Activity.IDLING)


@dataclass(frozen=True)
class Habits:
    """How often things happen; times in seconds."""

    moving_every: tuple[float, float] = (2.0, 5.0)
    standing_every: tuple[float, float] = (15.0, 30.0)
    stop: tuple[float, float] = (60.0, 360.0)
    idle_chance: float = 0.25
    """Share of the stops with a running engine."""
    break_after_stops: int = 9
    break_for: tuple[float, float] = (600.0, 1500.0)
    offline_every: float = 2400.0
    """Mean time between two spells without a network."""
    offline_for: tuple[float, float] = (90.0, 420.0)

    def __post_init__(self) -> None:
        ranges = (self.moving_every, self.standing_every, self.stop, self.break_for,
                  self.offline_for)  # fmt: skip
        if any(not 0 < low <= high for low, high in ranges) or self.offline_every <= 0:
            raise ValueError(f"times must be positive, shortest first: {self}")


def live(
    next_drive: NextDrive, seed: str, habits: Habits | None = None, *, ahead: float = 0.0
) -> Iterator[Sample]:
    """Every sample of a vehicle, without end, times rising; `ahead` seconds of the day are over.

    With `ahead` below 0 it stands so long, with its engine on, before it sets off.

    Where the vehicle is depends on seed and time alone, so a day that is joined later, with a
    larger `ahead`, goes on where it would have been.
    """
    habits = habits or Habits()
    random = Random(f"{seed} day")  # noqa: S311 - a simulation, not a secret
    phone = _Phone(Random(f"{seed} phone"), habits)  # noqa: S311
    clock, leg = -ahead, 0
    while True:
        phone.leg, drive = leg, next_drive(leg)
        if leg == 0:
            yield from phone.stand(0.0, clock, drive.at(0.0), Activity.IDLING)
        yield from phone.drive(clock, drive)
        clock += drive.duration
        leg += 1
        activity, seconds = _stand(leg, random, habits)
        place = drive.at(drive.duration)
        yield from phone.stand(clock, seconds, place, activity)
        clock += seconds


@dataclass(frozen=True)
class Leg:
    """A trip, or none, and then standing where it ends until `until`, seconds of the model."""

    begins: float
    drive: Drive | None
    place: Motion
    until: float
    activity: Activity = Activity.DELIVERING


def follow(legs: Iterable[Leg], seed: str, habits: Habits, resting: Habits) -> Iterator[Sample]:
    """Every sample of a plan; on breaks, which nights are too, the phone has other habits."""
    phone = _Phone(Random(f"{seed} phone"), habits)  # noqa: S311 - a simulation, not a secret
    for number, leg in enumerate(legs):
        phone.leg, stands = number, leg.begins
        phone.due = max(phone.due, leg.begins)
        if leg.drive is not None:
            phone.habits = habits
            yield from phone.drive(leg.begins, leg.drive)
            stands += leg.drive.duration
        phone.habits = resting if leg.activity is Activity.BREAK else habits
        yield from phone.stand(stands, leg.until - stands, leg.place, leg.activity)


def parked(place: Motion, seed: str, habits: Habits | None = None) -> Iterator[Sample]:
    """Every sample of a vehicle that is not used at all, without end."""
    phone = _Phone(Random(f"{seed} phone"), habits or Habits())  # noqa: S311 - a simulation
    return phone.stand(0.0, math.inf, place, Activity.BREAK)


def _stand(leg: int, random: Random, habits: Habits) -> tuple[Activity, float]:
    """What happens at the end of leg number `leg`, and for how long."""
    if leg % habits.break_after_stops == 0:
        return Activity.BREAK, random.uniform(*habits.break_for)
    idles = random.random() < habits.idle_chance
    return (Activity.IDLING if idles else Activity.DELIVERING), random.uniform(*habits.stop)


@dataclass
class _Phone:
    """Takes samples: receiver noise, battery, network, and the rhythm of the fixes."""

    random: Random
    habits: Habits
    last: float = 0.0
    due: float = 0.0
    leg: int = 0
    noise: GpsNoise = field(init=False)
    battery: float = field(init=False)
    charging: bool = field(init=False)
    offline_from: float = field(init=False)
    offline_until: float = field(init=False)

    def __post_init__(self) -> None:
        self.noise = GpsNoise(self.random)
        self.battery = self.random.uniform(45.0, 100.0)
        self.charging = self.random.random() < 0.5
        self.due = self.random.uniform(0.0, 3.0)
        self._plan_offline(0.0)

    def drive(self, start: float, drive: Drive) -> Iterator[Sample]:
        """The samples of one trip that starts at `start`."""
        while self.due < start + drive.duration:
            passed = self.due - start
            yield self._take(drive.at(passed), Activity.DRIVING, drive.duration - passed)
            self.due += self.random.uniform(*self.habits.moving_every)

    def stand(
        self, start: float, seconds: float, place: Motion, activity: Activity
    ) -> Iterator[Sample]:
        """The samples of standing at `place` from `start` on."""
        end = start + seconds
        while self.due < end:
            yield self._take(place, activity)
            rest = self.random.uniform(*self.habits.standing_every)
            # The phone notices that the vehicle moves off: no long gap into the next trip.
            self.due = min(self.due + rest, max(end, self.due) + self.random.uniform(0.5, 3.0))

    def _take(self, motion: Motion, activity: Activity, left: float = 0.0) -> Sample:
        passed = max(self.due - self.last, 0.0)
        self.last = self.due
        lat, lon, accuracy = self.noise.apply(motion.lat, motion.lon, passed)
        self._drain(passed)
        return Sample(
            at=self.due, lat=lat, lon=lon, accuracy=accuracy, battery=round(self.battery, 1),
            speed=round(motion.speed, 2), heading=round(motion.heading, 1),
            activity=activity, online=self._online(self.due), leg=self.leg, left=max(left, 0.0),
        )  # fmt: skip

    def _drain(self, passed: float) -> None:
        rate = 18.0 if self.charging else -9.0  # percent an hour
        self.battery = min(max(self.battery + rate * passed / 3600.0, 1.0), 100.0)
        if self.battery <= 22.0:  # before the phone warns
            self.charging = True
        elif self.battery >= 99.0:
            self.charging = False

    def _online(self, at: float) -> bool:
        if at >= self.offline_until:
            self._plan_offline(at)
        return at < self.offline_from

    def _plan_offline(self, at: float) -> None:
        self.offline_from = at + self.random.expovariate(1.0 / self.habits.offline_every)
        self.offline_until = self.offline_from + self.random.uniform(*self.habits.offline_for)
