"""What comes out: who goes where and when, what it costs, what is broken, what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from fleet_app.routing.optimiser.problem import Sequences


class Broken(StrEnum):
    """A constraint that a plan does not keep."""

    WINDOW = "window"
    SHIFT = "shift"
    CAPACITY = "capacity"
    SKILL = "skill"
    DURATION = "duration"
    DISTANCE = "distance"
    STOPS = "stops"
    PAIR = "pair"
    LOCK = "lock"
    BREAK = "break"
    TOGETHER = "together"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    """Not a plan of this problem at all: an unknown stop, one that is there twice, wrong times."""


class Flag(msgspec.Struct, frozen=True):
    """One broken constraint: of a stop, or of the whole tour where `stop` is None.

    `amount` is by how much, in seconds, metres or units of load; `words` say it to people.
    """

    code: Broken
    words: str
    vehicle: str | None = None
    stop: str | None = None
    amount: float = 0


class Visit(msgspec.Struct, frozen=True):
    """A stop on a tour, times in seconds since the problem's zero, `drive` and `distance` from the
    one before. `late` is by how much service begins after the last window. Where no road leads
    from the one before, `drive` and `distance` are 0 and a flag says so."""

    stop: str
    arrival: int
    start: int
    departure: int
    drive: int = 0
    distance: int = 0
    late: int = 0

    @property
    def wait(self) -> int:
        """Seconds between arrival and service, breaks included."""
        return self.start - self.arrival


class Rest(msgspec.Struct, frozen=True):
    """A break as it was placed; `after` visits have been made by then."""

    id: str
    start: int
    end: int
    after: int


class Tour(msgspec.Struct, frozen=True):
    """One vehicle's day, in seconds: drive, service, wait and rest add up to `end - start`."""

    vehicle: str
    visits: tuple[Visit, ...]
    start: int
    end: int
    rests: tuple[Rest, ...] = ()
    distance: int = 0
    drive: int = 0
    service: int = 0
    wait: int = 0
    rest: int = 0
    peak: tuple[int, ...] = ()
    """The most that is aboard at any time, by dimension."""
    back: tuple[int, int] = (0, 0)
    """Seconds and metres of the drive from the last stop to the end."""
    cost: int = 0


class Why(StrEnum):
    """Why a stop is not in a plan."""

    WINDOW = "window"
    CAPACITY = "capacity"
    SKILL = "skill"
    TOO_FAR = "too_far"
    UNREACHABLE = "unreachable"
    PAST = "past"
    TIME = "time"
    NO_VEHICLE = "no_vehicle"
    LOCK = "lock"
    NOT_WORTH = "not_worth"
    OPEN = "open"
    """Nobody has looked for a place yet: `schedule` times what it is given and searches nothing."""


class LeftOut(msgspec.Struct, frozen=True):
    """A stop that nobody goes to, and why, in words."""

    stop: str
    why: Why
    words: str


class Plan(msgspec.Struct, frozen=True):
    """Tours in use, what was left out, and the cost of it all in the problem's units: tours,
    lateness, stops left out that may be, balance, moves. An acceptable plan has no `flags`."""

    tours: tuple[Tour, ...]
    left_out: tuple[LeftOut, ...] = ()
    cost: int = 0
    flags: tuple[Flag, ...] = ()
    engine: str = ""

    @property
    def sequences(self) -> dict[str, tuple[str, ...]]:
        """Vehicle -> stops in driving order."""
        return {tour.vehicle: tuple(visit.stop for visit in tour.visits) for tour in self.tours}


Words = Mapping[str, str]
"""What people call stops and vehicles, by id; ids that are missing stand for themselves."""


class BadProblem(ValueError):
    """The problem contradicts itself or names what is not there; `problems` say where and how."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


__all__ = [
    "BadProblem", "Broken", "Flag", "LeftOut", "Plan", "Rest", "Sequences", "Tour", "Visit", "Why",
    "Words",
]  # fmt: skip
