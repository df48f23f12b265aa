"""One tour by itself: where more stops go, and its best order."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations
from statistics import fmean

import numpy as np
import pytest

from fleet_app.routing.optimiser.judging import Judge, Score
from fleet_app.routing.optimiser.model import Model
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
from fleet_app.routing.optimiser.searching import Deadline
from fleet_app.routing.optimiser.tour_order import best_order
from fleet_app.routing.optimiser.tour_places import SHORT, placed, unbound

HOUR = 3600
TIME = 60.0
"""More than these take."""


def a_tour(count: int, seed: int = 1, *, breaks: bool = True) -> Problem:
    """A van and stops around its depot, a third of them with windows."""
    chance = random.Random(seed)
    at = np.array([[chance.random() * 2e4, chance.random() * 2e4] for _ in range(count + 1)])
    metres = np.sqrt(((at[:, None] - at[None]) ** 2).sum(-1))
    stops = []
    for number in range(1, count + 1):
        opens = chance.randrange(8 * HOUR, 15 * HOUR, 1800)
        windows = (Window(opens, opens + 2 * HOUR),) if number % 3 == 0 else ()
        stops.append(Stop(str(number), number, 240, windows, (1,), skip_cost=1, vehicle="other"))
    rest = Break("rest", 1800, (Window(10 * HOUR, 13 * HOUR),))
    van = Vehicle(
        "van", 0, 0, Window(7 * HOUR, 17 * HOUR), (10,), cost_per_metre=30, cost_per_second=694,
        fixed_cost=1000, breaks=(rest,) if breaks else (),
    )  # fmt: skip
    matrix = Matrix((metres / 9).astype(np.int64), metres.astype(np.int64))
    return Problem(tuple(stops), (van,), (matrix,), chains=(Chain("van", ("1",), Hold.WHOLE),))


def worth(problem: Problem, order: tuple[str, ...]) -> Score:
    model = Model(unbound(problem))
    score = Judge(model).score(0, model.numbers(order))
    assert score is not None
    return score


def ids(problem: Problem) -> list[str]:
    return [stop.id for stop in problem.stops]


def everywhere(problem: Problem, kept: list[str], moving: list[str]) -> tuple[str, ...]:
    """Every stop in every place."""
    tour = tuple(kept)
    for stop in moving:
        tries = [(*tour[:at], stop, *tour[at:]) for at in range(len(tour) + 1)]
        tour = min(tries, key=lambda one: worth(problem, one))
    return tour


@pytest.mark.parametrize("seed", range(4))
def test_on_short_tours_every_place_is_tried(seed: int) -> None:
    problem = a_tour(SHORT - 2, seed)
    stops = ids(problem)
    assert placed(problem, stops[:15], stops[15:]) == everywhere(problem, stops[:15], stops[15:])


def test_on_long_tours_the_few_that_look_best_are_nearly_as_good() -> None:
    """And what was there keeps its order."""
    worse, gains = [], []
    for seed in range(3):
        problem = a_tour(50, seed)
        stops = ids(problem)
        kept = list(placed(problem, [], stops[:40]))
        found = placed(problem, kept, stops[40:])
        assert [stop for stop in found if stop in kept] == kept
        assert sorted(found) == sorted(stops)
        best, at_end = everywhere(problem, kept, stops[40:]), (*kept, *stops[40:])
        at_end_s = worth(problem, at_end).hard - worth(problem, best).hard
        worse.append((worth(problem, found).hard - worth(problem, best).hard) / at_end_s)
        gains.append(worth(problem, found).cost / worth(problem, at_end).cost)
    assert fmean(worse) < 0.1
    assert fmean(gains) < 1


def test_when_time_is_over_the_rest_goes_where_the_way_is_short() -> None:
    problem = a_tour(400)
    stops = ids(problem)
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    found = placed(problem, stops[:2], stops[2:], stopped)
    assert sorted(found) == sorted(stops)
    assert asked == len(stops) - 2
    assert worth(problem, found).cost < worth(problem, tuple(stops)).cost / 2


def test_nothing_is_delivered_before_it_is_fetched() -> None:
    problem = a_tour(12)
    pairs = (Pair("1", "2"), Pair("3", "4"))
    problem = replace(problem, pairs=pairs, chains=())
    stops = ids(problem)
    for found in (
        placed(problem, stops[4:], ["1", "2", "3", "4"]),
        best_order(problem, [*stops[4:], "1", "3", "4", "2"], Deadline(0.5)),
    ):
        assert found.index("1") < found.index("2")
        assert found.index("3") < found.index("4")
        assert sorted(found) == sorted(stops)


@pytest.mark.parametrize("breaks", [True, False])
def test_the_best_order_of_a_few_is_found(breaks: bool) -> None:
    problem = a_tour(6, 7, breaks=breaks)
    stops = ids(problem)
    best = min(permutations(stops), key=lambda one: worth(problem, one))
    found = best_order(problem, stops, Deadline(TIME))
    assert worth(problem, found) == worth(problem, best)


def test_the_order_of_a_tour_that_is_too_late_gets_better_and_never_worse() -> None:
    problem = a_tour(40, breaks=False)
    stops = tuple(ids(problem))
    before = worth(problem, stops)
    assert before.hard > 0
    assert best_order(problem, stops, Deadline(0)) == stops
    found = best_order(problem, stops, Deadline(1.0))
    assert sorted(found) == sorted(stops)
    assert worth(problem, found) < before
    assert worth(problem, best_order(problem, found, Deadline(0.2))) <= worth(problem, found)
