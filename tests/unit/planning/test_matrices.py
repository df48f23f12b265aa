"""Driving times between places of rows: asked for once, kept small, guesses not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from fleet_app.planning.ports import Driving, Roads
from fleet_app.planning.problem import matrices as module
from fleet_app.planning.problem.matrices import Matrices, Travel, at_pace
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.ports import Costing, LatLon, RoadMatrix
from tests.builders.plan_days import utc

AUTO = Travel("auto")
PLACES = tuple((60.0 + n / 100, 25.0 + n / 50) for n in range(6))


class Recovering:
    """A road network that is away for the first so many questions, so that an estimate answers,
    then another network; it answers when it may."""

    def __init__(self, away: int = 0) -> None:
        self.asked, self.given_up, self._away = 0, 0, away
        self.knows_traffic = False
        self.open = asyncio.Event()
        self.open.set()

    async def told_apart(self, costing: Costing) -> Costing:
        return costing

    async def matrix(self, points: Sequence[LatLon], *_: object, **__: object) -> RoadMatrix:
        self.asked += 1
        asked = self.asked
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        found = GreatCircleRoads().matrix(points)
        guess, stand_in = asked <= self._away, asked == self._away + 1 and self._away > 0
        return replace(
            found, is_estimate=guess, is_stand_in=stand_in, knows_traffic=self.knows_traffic
        )


def over(roads: Recovering) -> Matrices:
    return Matrices(cast("Roads", roads))


async def test_guesses_and_stand_ins_hold_only_until_the_roads_are_back() -> None:
    matrices = over(roads := Recovering(away=1))
    assert (await matrices.of(PLACES, AUTO, utc(10))).is_estimate
    assert (await matrices.of(PLACES, AUTO, utc(10))).is_stand_in
    real = await matrices.of(PLACES, AUTO, utc(10))
    assert (real.is_estimate, real.is_stand_in) == (False, False)
    again = await matrices.of(PLACES, AUTO, utc(10))
    assert (again.durations_s == real.durations_s).all()
    assert (again.distances_m == real.distances_m).all()
    assert roads.asked == 3


async def test_every_pace_is_made_of_one_answer() -> None:
    matrices = over(roads := Recovering())
    plain = await matrices.of(PLACES, AUTO, utc(10))
    for pace in (1.5, 1.0, 2.0):
        paced = await matrices.of(PLACES, Travel("auto", pace), utc(10))
        assert (paced.durations_s == np.rint(plain.durations_s * pace)).all()
        assert (paced.distances_m == plain.distances_m).all()
    assert roads.asked == 1


async def test_who_knows_the_traffic_is_not_told_of_it_again() -> None:
    matrices = over(roads := Recovering())
    roads.knows_traffic = True
    first, kept = [await matrices.of(PLACES, Travel("auto", 2.0), utc(10)) for _ in range(2)]
    plain = GreatCircleRoads().matrix(PLACES)
    assert (first.durations_s == plain.durations_s).all()
    assert (kept.durations_s == plain.durations_s).all()


async def test_who_asks_the_same_at_the_same_time_waits_for_one_answer() -> None:
    matrices = over(roads := Recovering())
    roads.open.clear()
    asking = [asyncio.create_task(matrices.of(PLACES, AUTO, utc(10))) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    roads.open.set()
    first, *others = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert {type(one).__name__ for one in others} == {"RoadMatrix"}
    assert roads.asked == 1


async def test_what_nobody_waits_for_any_more_is_given_up_and_asked_anew() -> None:
    matrices = over(roads := Recovering())
    roads.open.clear()
    asking = [asyncio.create_task(matrices.of(PLACES, AUTO, utc(10))) for _ in range(2)]
    await asyncio.sleep(0)
    for one in asking:
        one.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    roads.open.set()
    await asyncio.sleep(0)
    assert roads.given_up == 1
    assert not (await matrices.of(PLACES, AUTO, utc(10))).is_estimate
    assert roads.asked == 2


async def test_an_error_is_everybodys_and_not_kept() -> None:
    class Broken(Recovering):
        async def matrix(self, points: Sequence[LatLon], *_: object, **__: object) -> RoadMatrix:
            self.asked += 1
            await asyncio.sleep(0)
            raise OSError("no line")

    matrices = over(roads := Broken())
    asked = (matrices.of(PLACES, AUTO, utc(10)) for _ in range(2))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in found] == [OSError, OSError]
    with pytest.raises(OSError, match="no line"):
        await matrices.of(PLACES, AUTO, utc(10))
    assert roads.asked == 2


async def test_not_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NUMBERS", 2 * 9)
    monkeypatch.setattr(module, "LARGEST", 16)
    matrices = over(roads := Recovering())
    for places in (PLACES[:3], PLACES[1:4], PLACES[2:5]):
        await matrices.of(places, AUTO, utc(10))
    await matrices.of(PLACES[1:4], AUTO, utc(10))
    assert roads.asked == 3
    await matrices.of(PLACES[:3], AUTO, utc(10))
    assert roads.asked == 4
    for _ in range(2):
        await matrices.of(PLACES, AUTO, utc(10))
    assert roads.asked == 6
    await matrices.of(PLACES[:3], AUTO, utc(10))
    assert roads.asked == 6


async def test_driving_between_many_places_is_stretched_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []

    def seen(found: Driving, pace: float) -> Driving:
        threads.append(threading.get_ident())
        return at_pace(found, pace)

    monkeypatch.setattr(module, "at_pace", seen)
    matrices = over(Recovering())
    many = [(60.0 + n / 1000, 25.0) for n in range(module.MANY)]
    found = await matrices.of(many, Travel("auto", 1.5), utc(10))
    plain = await matrices.of(many, AUTO, utc(10))
    assert threads[0] != threading.get_ident()
    assert (found.durations_s == np.rint(plain.durations_s * 1.5)).all()
