"""How fast somebody is, compared with what the road network and the plan say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

import msgspec

SURE_S = 1_500.0
"""Driving after which the own pace counts as much as the usual one."""
LONG_S, SHORT_S = 10_800.0, 900.0
"""Driving after which what was seen counts a third: of the day, and of the present traffic."""
TRAFFIC_S = 1_800.0
"""How long the present traffic tells something about the traffic ahead."""
FACTORS = (0.4, 3.0)
"""Nobody is faster or slower than that for long."""
SURE_STOPS = 4.0
"""Stops after which the own service time counts as much as the planned ones."""
SERVICE_FACTORS = (0.25, 4.0)
LEAST_LEFT = 0.25
"""Somebody who takes longer than expected at a stop still needs this share of it."""
HOURS = 168
Hourly = Sequence[float]
"""What driving takes in each hour of the week, from Monday at midnight on, as a factor."""


class Ratio(msgspec.Struct):
    """What was expected and what it took."""

    expected: float = 0.0
    taken: float = 0.0

    def add(self, expected: float, taken: float, memory: float) -> None:
        """Count some more, and forget a little."""
        keep = exp(-max(expected, 0.0) / memory)
        self.expected = self.expected * keep + expected
        self.taken = self.taken * keep + taken

    def factor(self, sure: float, towards: float = 1.0) -> float:
        """How much longer it takes, drawn to `towards` by as much as `sure` seconds."""
        return (sure * towards + self.taken) / (sure + self.expected)


class Pace(msgspec.Struct):
    """A driver's pace today: over the day and lately, and at the stops."""

    day: Ratio = msgspec.field(default_factory=Ratio)
    lately: Ratio = msgspec.field(default_factory=Ratio)
    service: Ratio = msgspec.field(default_factory=Ratio)
    served: float = 0.0

    def drove(self, expected: float, taken: float) -> None:
        """So many seconds by the network, in this traffic, were driven in so many."""
        self.day.add(expected, taken, LONG_S)
        self.lately.add(expected, taken, SHORT_S)

    def stood(self, planned: float, taken: float) -> None:
        """A stop took so long."""
        low, high = SERVICE_FACTORS
        planned = max(planned, 30.0)
        self.service.add(planned, min(max(taken, low * planned), high * planned), 1e9)
        self.served += 1

    def driving(self, ahead: float = 0.0) -> float:
        """How much longer a drive takes that lies so many seconds ahead."""
        day = self.day.factor(SURE_S)
        lately = self.lately.factor(SHORT_S, day)
        return _within(day + (lately - day) * exp(-max(ahead, 0.0) / TRAFFIC_S), FACTORS)

    def serving(self) -> float:
        """How much longer than planned a stop takes."""
        if not self.served:
            return 1.0
        sure = SURE_STOPS * self.service.expected / self.served
        return _within(self.service.factor(sure), SERVICE_FACTORS)


def hour_of_week(local: float) -> int:
    """The hour of the week of a local time in epoch seconds (1 January 1970 was a Thursday)."""
    return int((local // 3600 + 72) % HOURS)


def at_hour(hourly: Hourly, local: float) -> float:
    """The factor at a local time, between the middles of two hours."""
    if not hourly:
        return 1.0
    before = local - 1800
    share = (before % 3600) / 3600
    return hourly[hour_of_week(before)] * (1 - share) + hourly[hour_of_week(before + 3600)] * share


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


USUAL_SURE_S = 7_200.0
"""Driving in an hour of the week after which its own pace counts as much as that of all hours."""
OVERALL_SURE_S = 36_000.0
FORGET_ABOVE_S = 72_000.0
"""What is kept of an hour: so much driving, the older the less."""


def fitted(hours: Mapping[int, tuple[float, float]]) -> Hourly:
    """The factor of each hour of the week, from what was expected and taken in it; hours with
    little driving are like the others."""
    if not hours:
        return ()
    expected = sum(one for one, _ in hours.values())
    taken = sum(one for _, one in hours.values())
    overall = (OVERALL_SURE_S + taken) / (OVERALL_SURE_S + expected)
    found = []
    for hour in range(HOURS):
        own, took = hours.get(hour, (0.0, 0.0))
        factor = (USUAL_SURE_S * overall + took) / (USUAL_SURE_S + own)
        found.append(_within(factor, FACTORS))
    return tuple(found)
