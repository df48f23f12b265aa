"""What is to be planned, in one format for every engine.

Times are whole seconds since a moment that the caller keeps (the problem's zero, usually midnight
of the first day, so that several days are nothing special); lengths are whole metres. Costs are
whole numbers of an arbitrary unit: `COST_UNITS` of them make one of the fleet's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

COST_UNITS = 100_000
UNREACHABLE = 10_000_000
"""Stands in a matrix, as seconds or metres, where no road leads."""
MOST_STOPS = 2_000
Sequences = Mapping[str, Sequence[str]]
"""Vehicle -> its stops in driving order, both by id. Vehicles that stay at home may be missing."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both included, in seconds since the problem's zero."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """What driving takes between the problem's places: whole seconds and metres, n by n, from row
    to column. `UNREACHABLE` where there is no way."""

    durations: NDArray[np.int64]
    distances: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit to a place: service begins within one of `windows` (none: at any time).

    `delivers` is aboard from the start of the tour to here, `collects` from here to its end, one
    amount for each dimension of capacity. `skip_cost` is what leaving it out costs, None for a stop
    that is only left out when nobody can do it. `late_cost` makes the windows soft: what a second
    of lateness costs; None keeps them hard. `vehicle` is the only one that may come.
    """

    id: str
    place: int
    service: int = 0
    windows: tuple[Window, ...] = ()
    delivers: tuple[int, ...] = ()
    collects: tuple[int, ...] = ()
    skills: frozenset[str] = frozenset()
    skip_cost: int | None = None
    late_cost: int | None = None
    vehicle: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What is collected at one stop is brought to the other, later, by the same vehicle."""

    pickup: str
    delivery: str
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of so many seconds that begins within one of the windows, wherever the vehicle is.
    It is not taken in the middle of a service, and may interrupt a drive. `is_off`: not a rest but
    time between the parts of a shift, so that working then is working outside of the shift."""

    id: str
    duration: int
    windows: tuple[Window, ...]
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Somebody who drives a tour. No `start`: it begins at its first stop; no `end`: it is over
    after the last one (an open route). Capacities and limits that are None or missing do not bind.

    `departs`: it leaves when its shift begins, whether that suits its stops or not; else whenever
    suits them. `profile` says which matrix holds. The time that costs and that `max_duration`
    limits runs from departure to the end: driving, waiting, service, breaks.
    """

    id: str
    start: int | None
    end: int | None
    shift: Window
    capacity: tuple[int | None, ...] = ()
    skills: frozenset[str] = frozenset()
    fixed_cost: int = 0
    cost_per_metre: int = 1
    cost_per_second: int = 0
    max_duration: int | None = None
    max_distance: int | None = None
    max_stops: int | None = None
    breaks: tuple[Break, ...] = ()
    profile: int = 0
    departs: bool = False


class Hold(StrEnum):
    """How firmly a chain of stops is kept."""

    ORDER = "order"
    """In this order, others may come between."""
    FIRST = "first"
    """These first, in this order, nothing between; then whatever fits."""
    WHOLE = "whole"
    """The vehicle does exactly these in this order."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Stops of one vehicle whose order somebody has fixed."""

    vehicle: str
    stops: tuple[str, ...]
    hold: Hold = Hold.ORDER


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that a plan must respect and what it should be good at.

    `together`: stops of one group are on one vehicle. `balance` is what each second costs by which
    the longest tour in use exceeds the shortest. `current` is the plan that people know, if there
    is one: a stop that then changes its vehicle costs `move_cost`.
    """

    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    matrices: tuple[Matrix, ...]
    pairs: tuple[Pair, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    chains: tuple[Chain, ...] = ()
    balance: int = 0
    current: Sequences = field(default_factory=dict)
    move_cost: int = 0

    def matrix_of(self, vehicle: Vehicle) -> Matrix:
        """What driving takes that vehicle."""
        return self.matrices[vehicle.profile]
