"""Small problems of every kind for the optimiser."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from fleet_app.routing.optimiser.problem import (
    Break,
    Chain,
    Hold,
    Matrix,
    Pair,
    Problem,
    Stop,
    Vehicle,
    Window,
)

HOUR = 3600


def on_a_grid(points: list[tuple[int, int]], pace: int = 1) -> Matrix:
    """Metres along the axes of a grid, so that no detour is shorter; seconds are metres × pace."""
    where = np.array(points, np.int64).reshape(-1, 2)
    metres = np.abs(where[:, None, :] - where[None, :, :]).sum(axis=2)
    return Matrix(metres * pace, metres)


def in_a_row(count: int, step: int = 600) -> Matrix:
    """Places on a straight road, `step` seconds and metres apart; place 0 is the depot."""
    return on_a_grid([(step * number, 0) for number in range(count)])


def driver(name: str = "v", **changes: object) -> Vehicle:
    """Eight to eighteen o'clock from the depot and back."""
    known = {"start": 0, "end": 0, "shift": Window(8 * HOUR, 18 * HOUR), "cost_per_second": 1}
    return Vehicle(name, **{**known, **changes})  # type: ignore[arg-type]


@st.composite
def windows(draw: st.DrawFn, most: int = 3) -> tuple[Window, ...]:
    starts = draw(st.lists(st.integers(0, 900), max_size=most))
    return tuple(Window(start, start + draw(st.integers(0, 300))) for start in starts)


@st.composite
def problems(draw: st.DrawFn, most: int = 7) -> Problem:
    """Everything at once: windows, loads, skills, locks, pairs, groups, breaks, limits."""
    count = draw(st.integers(1, most))
    points = draw(
        st.lists(
            st.tuples(st.integers(0, 60), st.integers(0, 60)),
            min_size=count + 2,
            max_size=count + 2,
        )
    )
    cars = draw(st.integers(0, 3))
    vehicles = tuple(draw(_vehicles(number)) for number in range(cars))
    stops = tuple(draw(_stops(number, cars)) for number in range(count))
    names = [stop.id for stop in stops]
    return Problem(
        stops,
        vehicles,
        (on_a_grid(points, draw(st.integers(1, 2))),),
        pairs=draw(_pairs(names)),
        together=(tuple(names[-2:]),) if count > 3 and draw(st.booleans()) else (),
        chains=draw(_chains(names, vehicles)),
        balance=draw(st.sampled_from([0, 0, 3])),
        current={"v0": names[:2]} if cars and draw(st.booleans()) else {},
        move_cost=draw(st.sampled_from([0, 20])),
    )


@st.composite
def _vehicles(draw: st.DrawFn, number: int) -> Vehicle:
    opens = draw(st.integers(0, 300))
    rest = Break("rest", draw(st.integers(0, 60)), draw(windows(2)) or (Window(300, 500),))
    return Vehicle(
        f"v{number}",
        draw(st.sampled_from([0, 0, None])),
        draw(st.sampled_from([0, 1, None])),
        Window(opens, opens + draw(st.integers(200, 1200))),
        capacity=draw(st.sampled_from([(), (8,), (8, None), (None, 5)])),
        skills=frozenset(draw(st.sampled_from(["", "a", "ab"]))),
        fixed_cost=draw(st.sampled_from([0, 100])),
        cost_per_metre=draw(st.integers(0, 2)),
        cost_per_second=draw(st.integers(0, 2)),
        max_duration=draw(st.sampled_from([None, None, 500])),
        max_distance=draw(st.sampled_from([None, None, 300])),
        max_stops=draw(st.sampled_from([None, None, 3])),
        breaks=(rest,) if draw(st.booleans()) else (),
    )


@st.composite
def _stops(draw: st.DrawFn, number: int, cars: int) -> Stop:
    amounts = st.sampled_from([(), (1,), (3,), (2, 1)])
    return Stop(
        f"s{number}",
        number + 2,
        service=draw(st.integers(0, 60)),
        windows=draw(windows()),
        delivers=draw(amounts),
        collects=draw(amounts),
        skills=frozenset(draw(st.sampled_from(["", "", "a", "b"]))),
        skip_cost=draw(st.sampled_from([None, None, 50, 1000])),
        late_cost=draw(st.sampled_from([None, None, 1])),
        vehicle=draw(st.sampled_from([None] * 6 + [f"v{one}" for one in range(cars)])),
    )


@st.composite
def _pairs(draw: st.DrawFn, names: list[str]) -> tuple[Pair, ...]:
    if len(names) < 4 or not draw(st.booleans()):
        return ()
    first = Pair(names[0], names[1], draw(st.sampled_from([(), (2,), (5, 1)])))
    return (first, Pair(names[0], names[2])) if draw(st.booleans()) else (first,)


@st.composite
def _chains(draw: st.DrawFn, names: list[str], vehicles: tuple[Vehicle, ...]) -> tuple[Chain, ...]:
    if not vehicles or len(names) < 3 or not draw(st.booleans()):
        return ()
    chained = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    return (Chain(vehicles[-1].id, tuple(chained), draw(st.sampled_from(list(Hold)))),)


@st.composite
def arrangements(draw: st.DrawFn, problem: Problem) -> dict[str, tuple[str, ...]]:
    """Some of the stops on some of the vehicles, in any order."""
    names = draw(st.permutations([stop.id for stop in problem.stops]))
    chosen: dict[str, list[str]] = {vehicle.id: [] for vehicle in problem.vehicles}
    for name in names:
        where = draw(st.sampled_from([*chosen, *chosen, None]))
        if where is not None:
            chosen[where].append(name)
    return {vehicle: tuple(some) for vehicle, some in chosen.items()}
