"""Drivers, vehicles and what a day asks of them; who could drive what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fleet_app.routing.optimiser.problem import Window

LICENCES: Mapping[str, frozenset[str]] = {
    "car": frozenset({"B", "C1", "C", "C1E", "CE"}),
    "van": frozenset({"B", "C1", "C", "C1E", "CE"}),
    "truck": frozenset({"C1", "C", "C1E", "CE"}),
}
"""Licence classes by type of vehicle, each of which is enough; other types need none."""
SHORTEST = 3600
"""A shift of which less is left is not worth coming for, in seconds."""
MOST_PAIRS, FEWEST = 6_000, 8
"""How many pairs are thought of, and of each driver at least."""


@dataclass(frozen=True, slots=True)
class Driver:
    """Somebody who could drive that day. `rested_at` is when the rest since yesterday is over,
    `worked` the seconds worked this week. No `classes`: nobody wrote down which licence it is;
    `licensed` is False when it has run out by then."""

    id: str
    shift: Window
    classes: frozenset[str] = frozenset()
    licensed: bool = True
    skills: frozenset[str] = frozenset()
    rested_at: int | None = None
    worked: int = 0
    usual: str | None = None


@dataclass(frozen=True, slots=True)
class Car:
    """A vehicle that could be used: any of `classes` may drive it, everybody where it has none.
    `room` is the load it takes, by dimension, None for whatever comes."""

    id: str
    classes: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    hours: Window | None = None
    room: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """What the day asks for: seconds of work, load by dimension, and for each set of skills the
    seconds of work that need them all together."""

    work: int = 0
    load: tuple[int, ...] = ()
    skilled: Mapping[frozenset[str], int] | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """A driver in a vehicle, and when."""

    vehicle: str
    driver: str
    shift: Window


def meet(one: Crew, other: Crew) -> bool:
    """Whether both would have the same vehicle at a time."""
    mine, its = one.shift, other.shift
    return one.vehicle == other.vehicle and mine.start < its.end and its.start < mine.end


@dataclass(frozen=True, slots=True)
class Crews:
    """Who drives what, by vehicle and then by time; `idle` says why the others stay at home."""

    crews: tuple[Crew, ...]
    idle: Mapping[str, str]


def possible(cars: Sequence[Car], drivers: Sequence[Driver]) -> list[Crew]:
    """Drivers in vehicles that may be theirs that day, the usual vehicle first.

    All of them, but in a large fleet, where nobody would think of all: the usual one and some.
    """
    most = max(FEWEST, MOST_PAIRS // max(1, len(drivers)))
    usual = {one.usual for one in drivers}
    spare = [car for car in cars if car.id not in usual]
    others = [car for car in cars if car.id in usual]
    found: list[Crew] = []
    for number, driver in enumerate(drivers):
        own = [car for car in others if car.id == driver.usual]
        fitting = (
            _pair(driver, car) for car in [*own, *_from(number, spare), *_from(number, others)]
        )
        found += islice((one for one in dict.fromkeys(fitting) if one is not None), most)
    return found


def _from(number: int, cars: Sequence[Car]) -> Iterator[Car]:
    """All of them, from another one for each driver, so that all are thought of by somebody."""
    return (cars[(number + step) % len(cars)] for step in range(len(cars)))


def _pair(driver: Driver, car: Car) -> Crew | None:
    shift = shared(driver, car) if may_drive(driver, car) else None
    return None if shift is None else Crew(car.id, driver.id, shift)


def may_drive(driver: Driver, car: Car) -> bool:
    """Whether the licence is good for the vehicle."""
    if not car.classes:
        return True
    return driver.licensed and (not driver.classes or bool(driver.classes & car.classes))


def shared(driver: Driver, car: Car) -> Window | None:
    """When the driver, rested, can have the vehicle; None when that is hardly ever."""
    start = max(driver.shift.start, driver.rested_at or driver.shift.start)
    end = driver.shift.end
    if car.hours is not None:
        start, end = max(start, car.hours.start), min(end, car.hours.end)
    return Window(start, end) if end - start >= SHORTEST else None
