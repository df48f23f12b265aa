"""The ways of rows as lines: along roads as soon as there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from fleet_app.planning.models import Plan
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.picture.shaping import Shapes
from fleet_app.planning.ports import Roads
from fleet_app.planning.routes.healing import healed
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.ports import LatLon, RoadRoute
from tests.builders.plan_days import DATE, a_day, a_document, an_order


class Recovering:
    """Roads that are away for the first questions, so that an estimate answers; then they lead
    round by a place in the west, or nowhere."""

    def __init__(self, away: int = 0, *, leads: bool = True) -> None:
        self.asked, self._away, self._leads = 0, away, leads

    async def route(self, points: Sequence[LatLon], *_: object) -> RoadRoute:
        self.asked += 1
        guess = GreatCircleRoads().route(points)
        if self.asked <= self._away:
            return guess
        if not self._leads:
            raise NoRoute(points, "there is none")
        line = (points[0], (60.1, 24.5), *points[1:])
        return replace(guess, shape=line, speeds_mps=(), is_estimate=False)


def a_look() -> Look:
    day = a_day([an_order(1), an_order(2)])
    return Look(Plan(fleet_id=1, date=DATE, name="Plan"), day, healed(day, a_document([1, 2]), {}))


def over(roads: Recovering) -> Shapes:
    return Shapes(cast("Roads", roads))


async def test_straight_lines_are_drawn_only_until_the_roads_are_back() -> None:
    shapes, look = over(roads := Recovering(away=2)), a_look()
    straight = await shapes.of(look)
    assert straight["1"]
    assert await shapes.of(look) == straight
    along = await shapes.of(look)
    assert along["1"] != straight["1"]
    assert (await shapes.of(look), roads.asked) == (along, 3), "a real way is asked for once"


async def test_where_no_road_leads_is_asked_once() -> None:
    shapes, look = over(roads := Recovering(leads=False)), a_look()
    assert await shapes.of(look) == await shapes.of(look) != {}
    assert roads.asked == 1
