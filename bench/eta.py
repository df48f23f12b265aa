"""How far from the truth arrivals are that are told 15, 30 and 60 minutes ahead.

See docs/eta.md for how the days are made and what the figures mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from bench._eta import porto
from bench._eta.days import Day, DayRoads, a_day
from bench._eta.scoring import Errors, Learnt, follow_day
from bench._stack import say
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.legs import Roads
from fleet_app.planning.live.sheet import Sheet

DAYS, QUICK_DAYS = 10, 2
DRIVERS, QUICK_DRIVERS = 6, 2


@dataclass
class Driven:
    """A simulated day as those see it who follow it."""

    day: Day
    seed: str

    @property
    def sheet(self) -> Sheet:
        """The plan."""
        return self.day.sheet

    @property
    def begins(self) -> float:
        """When it sets off."""
        return self.day.legs[0].passed[0]

    @property
    def first_s(self) -> float:
        """Seconds to the first stop by the network."""
        return self.day.legs[0].seconds[-1]

    @property
    def arrivals(self) -> tuple[float, ...]:
        """When each stop was reached."""
        return self.day.arrivals

    @property
    def departures(self) -> tuple[float, ...]:
        """When each stop was left."""
        return self.day.departures

    @property
    def roads(self) -> Roads:
        """The ways of the day."""
        return DayRoads(self.day)

    def sights(self) -> Iterator[Sight]:
        """What a phone tells."""
        return self.day.sights(Random(self.seed))


def main(quick: bool) -> dict[str, Any]:
    """Drive, estimate and compare."""
    errors = asyncio.run(_simulated(quick))
    ratios, figures = errors.ratios(), errors.figures()
    real = porto.measured(quick)
    for head, one in real.items():
        ratios |= one.errors.ratios(head)
        figures |= one.errors.figures(head) | one.counts(head)
    return {"bench": "eta", "ratios": ratios, "figures": figures}


async def _simulated(quick: bool) -> Errors:
    days, drivers = (QUICK_DAYS, QUICK_DRIVERS) if quick else (DAYS, DRIVERS)
    say(f"{days} days of {drivers} drivers; the first half is only learnt from ...")
    errors, learnt = Errors(), Learnt()
    for number in range(days):
        scored = errors if number >= days // 2 else None
        today = [
            await follow_day(Driven(a_day(number, driver), f"{number} {driver}"), learnt, scored)
            for driver in range(drivers)
        ]
        learnt = _together(learnt, today)
    return errors


def _together(before: Learnt, days: list[Learnt]) -> Learnt:
    """What is known after a day of several drivers, who all began with what was known before."""
    found = dict(before.hours)
    for day in days:
        for hour, (expected_s, taken_s) in day.hours.items():
            old, known = before.hours.get(hour, (0.0, 0.0)), found.get(hour, (0.0, 0.0))
            found[hour] = (known[0] + expected_s - old[0], known[1] + taken_s - old[1])
    return Learnt(found)
