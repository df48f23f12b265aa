"""Follows a day with the product's estimate, and scores it against what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol

import msgspec

from fleet_app.kernel.clock import from_ms
from fleet_app.planning.live.expecting import Standing, Traffic, expected
from fleet_app.planning.live.following import Memory, Sight
from fleet_app.planning.live.legs import Legs, Roads
from fleet_app.planning.live.loading import Loaded
from fleet_app.planning.live.pace import Hourly, fitted
from fleet_app.planning.live.round import Round
from fleet_app.planning.live.running import Running
from fleet_app.planning.live.sheet import Sheet
from fleet_app.planning.live.telling import Told

AHEAD_MIN = (15, 30, 60)
WITHIN_S = 600.0
LOOK_S = 60.0


class Course(Protocol):
    """A day that was driven."""

    @property
    def sheet(self) -> Sheet:
        """The route."""
        ...

    @property
    def begins(self) -> float:
        """When it sets off."""
        ...

    @property
    def first_s(self) -> float:
        """Seconds to the first stop by the network."""
        ...

    @property
    def arrivals(self) -> tuple[float, ...]:
        """When each stop was reached."""
        ...

    @property
    def departures(self) -> tuple[float, ...]:
        """When each stop was left."""
        ...

    @property
    def roads(self) -> Roads:
        """The network."""
        ...

    def sights(self) -> Iterator[Sight]:
        """What a phone told."""
        ...


@dataclass
class Learnt:
    """The usual pace by the hour, out of days that are over."""

    hours: dict[int, tuple[float, float]] = field(default_factory=dict)

    def and_also(self, driving: Mapping[int, tuple[float, float]]) -> Learnt:
        """With some more."""
        found = dict(self.hours)
        for hour, (expected_s, taken_s) in driving.items():
            before = found.get(hour, (0.0, 0.0))
            found[hour] = before[0] + expected_s, before[1] + taken_s
        return Learnt(found)

    def hourly(self) -> Hourly:
        """What the product makes of it."""
        return fitted(self.hours)


@dataclass
class Errors:
    """Seconds that arrivals were off, by how many minutes ahead they were looked at."""

    ours: dict[int, list[float]] = field(default_factory=lambda: {m: [] for m in AHEAD_MIN})
    static: dict[int, list[float]] = field(default_factory=lambda: {m: [] for m in AHEAD_MIN})
    shifted: dict[int, list[float]] = field(default_factory=lambda: {m: [] for m in AHEAD_MIN})

    def figures(self, head: str = "") -> dict[str, float]:
        """Means, and how many are within ten minutes."""
        found: dict[str, float] = {}
        for minutes in AHEAD_MIN:
            if self.ours[minutes]:
                found[f"{head}mae_s_{minutes}"] = round(fmean(self.ours[minutes]), 1)
                found[f"{head}static_mae_s_{minutes}"] = round(fmean(self.static[minutes]), 1)
                found[f"{head}shifted_mae_s_{minutes}"] = round(fmean(self.shifted[minutes]), 1)
        every = _all(self.ours)
        if every:
            found[f"{head}within_10_min"] = round(_share(every), 4)
            found[f"{head}static_within_10_min"] = round(_share(_all(self.static)), 4)
            found[f"{head}looks"] = len(every)
        return found

    def ratios(self, head: str = "") -> dict[str, float]:
        """How much farther off the others are."""
        ours = _all(self.ours)
        if not ours:
            return {}
        mean = max(fmean(ours), 0.1)
        return {
            f"{head}static_mae_vs_ours": round(fmean(_all(self.static)) / mean, 2),
            f"{head}shifted_mae_vs_ours": round(fmean(_all(self.shifted)) / mean, 2),
        }


async def follow_day(course: Course, learnt: Learnt, errors: Errors | None) -> Learnt:
    """Drive a day as a worker follows it, who is answered by the network at once; what was learnt
    of it is known the day after."""
    planned = plan(course, learnt.hourly())
    followed = Round(_loaded(planned), Legs(course.roads), learnt.hourly())
    followed.begin()
    looks: list[tuple[float, dict[int, float]]] = []
    done = 0
    for sight in course.sights():
        if done < len(course.departures) and course.departures[done] <= sight.at:
            done = sum(departure <= sight.at for departure in course.departures)
            followed.begin(_loaded(_done(planned, done)))
        followed.see(sight)
        if followed.ahead.wants:
            await followed.ahead.ask()
        if errors is not None and (not looks or sight.at - looks[-1][0] >= LOOK_S):
            found = followed.look(from_ms(round(sight.at * 1000)))
            if found is not None:
                looks.append((sight.at, {one.stop_id: one.arrives for one in found.stops}))
    if errors is not None:
        _score((planned, course.arrivals), looks, errors)
    return learnt.and_also(followed.learnt)


def _loaded(sheet: Sheet) -> Loaded:
    """A route as it comes from the records."""
    return Loaded(
        running=Running(sheet.route_id, 1, ()), fleet_id=1, name="", driver_id=None,
        costing="auto", time_zone="UTC", sheet=sheet, numbers={}, starts_at=None,
        memory=Memory(), told=Told(), saved_at=None,
    )  # fmt: skip


def plan(course: Course, hourly: Hourly) -> Sheet:
    """The day as it is planned on its eve, at the pace that is usual by then."""
    sheet = course.sheet
    start = Standing(
        seen_at=course.begins, lat=0, lon=0, first=sheet.stops[0].id, left_s=course.first_s
    )  # fmt: skip
    found = expected(course.begins, sheet, start, Traffic(hourly=hourly))
    stops = tuple(
        msgspec.structs.replace(stop, planned_at=one.arrives)
        for stop, one in zip(sheet.stops, found, strict=True)
    )
    return msgspec.structs.replace(sheet, stops=stops)


def _done(sheet: Sheet, done: int) -> Sheet:
    stops = tuple(
        msgspec.structs.replace(stop, is_open=index >= done)
        for index, stop in enumerate(sheet.stops)
    )
    return msgspec.structs.replace(sheet, stops=stops)


def _score(
    day: tuple[Sheet, Sequence[float]], looks: Sequence[tuple[float, dict[int, float]]],
    errors: Errors,
) -> None:  # fmt: skip
    """What was expected of each arrival so many minutes before it, by each way to expect it."""
    planned_day, arrivals = day
    for index, (stop, arrival) in enumerate(zip(planned_day.stops, arrivals, strict=True)):
        for minutes in AHEAD_MIN:
            moment = arrival - 60 * minutes
            before = [look for look in looks if look[0] <= moment]
            if not before or moment - before[-1][0] > 2 * LOOK_S or stop.id not in before[-1][1]:
                continue
            planned = stop.planned_at or 0.0
            errors.ours[minutes].append(abs(before[-1][1][stop.id] - arrival))
            errors.static[minutes].append(abs(planned - arrival))
            behind = _behind(planned_day, arrivals[:index], moment)
            errors.shifted[minutes].append(abs(planned + behind - arrival))


def _behind(planned: Sheet, arrivals: Sequence[float], moment: float) -> float:
    """By how much the last stop that was reached before then was off its plan."""
    known = [
        arrival - (stop.planned_at or 0.0)
        for stop, arrival in zip(planned.stops, arrivals, strict=False)
        if arrival <= moment
    ]
    return known[-1] if known else 0.0


def _all(errors: dict[int, list[float]]) -> list[float]:
    return [one for errors_ in errors.values() for one in errors_]


def _share(errors: Sequence[float]) -> float:
    return sum(one <= WITHIN_S for one in errors) / len(errors)
