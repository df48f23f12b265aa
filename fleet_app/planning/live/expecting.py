"""When each stop will be reached, and whether that is in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from fleet_app.planning.live.pace import LEAST_LEFT, Hourly, Pace, at_hour
from fleet_app.planning.live.sheet import Margins, Rest, Risk, Sheet, Stop, guessed


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vehicle stands in its route.

    It is on the way to `first`, `left_s` of undisturbed driving away when it was seen, or has been
    `there` since `since`. `is_still`: it did not move when it was seen.
    """

    seen_at: float
    lat: float
    lon: float
    first: int | None = None
    left_s: float | None = None
    there: int | None = None
    since: float = 0.0
    is_still: bool = False


class Traffic(msgspec.Struct, frozen=True):
    """How fast it goes: the driver's own pace, and the usual one by the hour; `utc_offset` leads
    to the fleet's clock."""

    pace: Pace = msgspec.field(default_factory=Pace)
    hourly: Hourly = ()
    utc_offset: float = 0.0

    def usual(self, at: float) -> float:
        """How much longer driving usually takes at that time."""
        return at_hour(self.hourly, at + self.utc_offset)

    def drive(self, seconds: float, start: float, now: float) -> float:
        """What `seconds` of undisturbed driving take from `start` on."""
        middle = start + seconds / 2
        return seconds * self.usual(middle) * self.pace.driving(middle - now)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A stop to come: when the vehicle is there, service begins and it leaves again; how much
    after the promised time that is (negative: before it)."""

    stop_id: int
    delivery_id: int | None
    arrives: float
    begins: float
    departs: float
    late_s: float | None
    risk: Risk
    is_pickup: bool = False


def expected(now: float, sheet: Sheet, standing: Standing, traffic: Traffic) -> list[Expected]:
    """Every open stop in the order in which it will be made; none of them before `now`, but the
    one where the vehicle is."""
    return list(_Course(now, sheet, standing, traffic).stops())


def is_silent(now: float, sheet: Sheet, standing: Standing) -> bool:
    """Whether it was heard of so long ago that nobody knows where it is."""
    return now - standing.seen_at > sheet.silent_s


def at_best(now: float, sheet: Sheet, stops: Iterable[Expected]) -> list[Expected]:
    """The stops as if the vehicle were at each of them now: what is late then is late wherever it
    is."""
    due = {stop.id: stop.due for stop in sheet.stops}
    return [_reached(one, min(one.arrives, now), due[one.stop_id], sheet.margins) for one in stops]


def _reached(stop: Expected, at: float, due: float | None, margins: Margins) -> Expected:
    late = None if due is None else at - due
    return msgspec.structs.replace(stop, arrives=at, late_s=late, risk=risk_of(late, margins))


@dataclass(slots=True)
class _Course:
    """The rest of a route, being worked out from one stop to the next."""

    now: float
    sheet: Sheet
    standing: Standing
    traffic: Traffic

    def stops(self) -> Iterator[Expected]:
        clock, before = self.now, None
        rests = list(self.sheet.rests)
        for stop in self.sheet.ordered(self.standing.there or self.standing.first):
            if self.standing.there == stop.id:
                one = self._served(stop)
            else:
                clock = _rested(clock, rests, self.now)
                one = self._expect(stop, max(self._arrival(clock, stop, before), clock))
            yield one
            clock, before = max(one.departs, self.now), stop

    def _arrival(self, clock: float, stop: Stop, before: Stop | None) -> float:
        drive, here = self.traffic.drive, self.standing
        if before is not None:
            return clock + drive(self.sheet.drive(before, stop), clock, self.now)
        left = here.left_s
        if left is None or here.first != stop.id:
            left = guessed(here.lat, here.lon, stop.lat, stop.lon)
        start = self._set_off() + (clock - self.now)  # a break moves the drive as a whole
        return start + drive(left, start, self.now)

    def _set_off(self) -> float:
        """From when on it drives what was left when it was seen. Nobody drives before the route
        began, and who stood still or may be anywhere has not come nearer since."""
        here, now = self.standing, self.now
        if here.is_still or is_silent(now, self.sheet, here):
            return max(here.seen_at, now)
        return max(here.seen_at, min(self.sheet.began, now))

    def _expect(self, stop: Stop, arrival: float) -> Expected:
        begins = stop.begins(arrival)
        return self._told(stop, arrival, begins, begins + self._service(stop))

    def _served(self, stop: Stop) -> Expected:
        """The vehicle is there: it was in time when it came, and leaves when it is done."""
        since = self.standing.since
        begins, needs = stop.begins(since), self._service(stop)
        departs = max(begins + needs, self.now + LEAST_LEFT * needs)
        return self._told(stop, since, begins, departs)

    def _service(self, stop: Stop) -> float:
        return stop.service_s * self.traffic.pace.serving()

    def _told(self, stop: Stop, arrives: float, begins: float, departs: float) -> Expected:
        late = None if stop.due is None else arrives - stop.due
        return Expected(
            stop_id=stop.id, delivery_id=stop.delivery_id, arrives=arrives, begins=begins,
            departs=departs, late_s=late, risk=risk_of(late, self.sheet.margins),
            is_pickup=stop.is_pickup,
        )  # fmt: skip


def risk_of(late_s: float | None, margins: Margins) -> Risk:
    """What a fleet calls a stop that is so late."""
    if late_s is None or late_s < -margins.at_risk_s:
        return Risk.ON_TIME
    return Risk.LATE if late_s > margins.late_s else Risk.AT_RISK


def worst(stops: Sequence[Expected]) -> Risk:
    """The risk of a whole route."""
    risks = {stop.risk for stop in stops}
    for risk in (Risk.LATE, Risk.AT_RISK):
        if risk in risks:
            return risk
    return Risk.ON_TIME


def _rested(clock: float, rests: list[Rest], now: float) -> float:
    """The clock after the breaks whose time has come; one that is over by itself is none."""
    while rests and clock >= rests[0].starts:
        rest = rests.pop(0)
        if rest.starts + rest.lasts > now:
            clock += min(rest.lasts, rest.starts + rest.lasts - now)
    return clock
