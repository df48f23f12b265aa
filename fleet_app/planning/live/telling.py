"""What is worth telling of a route: less often than it changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleet_app.planning.live.expecting import Expected
from fleet_app.planning.live.sheet import Risk, Sheet

MOVED_S = 300.0
"""An arrival that has moved by so much since it was told is told anew."""
RISKY_S = 60.0
"""Another risk is told once the arrival has moved by so much: it may lie at the border."""
BETWEEN_S = 120.0
"""Between two words about one stop, but for the one that it will be late."""
DELAY_S, CAUGHT_UP_S = 900.0, 300.0
"""Behind its plan by so much, and by every so much more, a route is delayed; until it is less
than the other behind and nothing is late."""


class ToldStop(msgspec.Struct, array_like=True):
    """When a stop was said to be reached, and when that was said; without `eta` only that it will
    be late."""

    eta: float | None
    risk: Risk
    at: float


class Told(msgspec.Struct, omit_defaults=True):
    """What people and other systems have been told of a route."""

    stops: dict[str, ToldStop] = msgspec.field(default_factory=dict)
    """By the numbers of stops, which are text in JSON."""
    delay_s: float | None = None
    """The delay that was told, while the route is delayed."""
    late: int = 0
    off: bool = False
    foretold: bool = False
    """What was expected when it was first known where the vehicle is has been told."""


class StopNews(msgspec.Struct, frozen=True):
    """A stop is expected at another time, or with another risk, than was told; `eta` is None where
    only the risk is known."""

    stop: Expected
    before: ToldStop | None
    eta: float | None


class RouteNews(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told of a route; None and empty for nothing."""

    stops: tuple[StopNews, ...] = ()
    delayed: bool | None = None
    """True: it is behind, or further behind; False: it has caught up."""
    off: bool | None = None
    """True: it has left its way; False: it is back."""
    delay_s: float = 0.0
    late: int = 0
    at_risk: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.stops) or self.delayed is not None or self.off is not None


def news(
    told: Told, sheet: Sheet, stops: Sequence[Expected], off: bool, now: float
) -> tuple[RouteNews, Told]:
    """What to tell, and what will have been told then."""
    changed = tuple(_changed(told, stops, now))
    late = _count(stops, Risk.LATE)
    behind = delay(sheet, stops)
    delayed = _delayed(told, behind, late) if stops else (None if told.delay_s is None else False)
    found = RouteNews(
        stops=changed, delayed=delayed, off=off if off is not told.off else None, delay_s=behind,
        late=late, at_risk=_count(stops, Risk.AT_RISK),
    )  # fmt: skip
    after = _after(told, found, now)
    after.foretold |= bool(stops)
    return found, after


def certainties(
    told: Told, sheet: Sheet, best: Sequence[Expected], now: float
) -> tuple[RouteNews, Told]:
    """What to tell of somebody who may be anywhere, with its stops at best: only what is late
    wherever that is."""
    late = [one for one in best if one.risk is Risk.LATE]
    known = {one.stop_id: told.stops.get(str(one.stop_id)) for one in late}
    news_of = (
        StopNews(one, before, None)
        for one in late
        if (before := known[one.stop_id]) is None or before.risk is not Risk.LATE
    )
    behind = max(delay(sheet, best), told.delay_s or 0.0)
    found = RouteNews(
        stops=tuple(news_of), delayed=_delayed(told, behind, _count(best, Risk.LATE)) or None,
        delay_s=behind, late=_count(best, Risk.LATE), at_risk=_count(best, Risk.AT_RISK),
    )  # fmt: skip
    return found, _after(told, found, now)


def _count(stops: Sequence[Expected], risk: Risk) -> int:
    """Somebody waits at a delivery, nobody where goods are fetched."""
    return sum(one.risk is risk and not one.is_pickup for one in stops)


def delay(sheet: Sheet, stops: Sequence[Expected]) -> float:
    """How much later than planned the route will be with its last stop that has a plan."""
    planned = {stop.id: stop.planned_at for stop in sheet.stops}
    for stop in reversed(stops):
        at = planned.get(stop.stop_id)
        if at is not None:
            return stop.arrives - at
    return 0.0


def _changed(told: Told, stops: Sequence[Expected], now: float) -> list[StopNews]:
    found = []
    for stop in stops:
        before = told.stops.get(str(stop.stop_id))
        if before is None or _is_news(before, stop, now):
            found.append(StopNews(stop, before, stop.arrives))
    return found


def _is_news(before: ToldStop, stop: Expected, now: float) -> bool:
    moved = MOVED_S if before.eta is None else abs(stop.arrives - before.eta)
    is_new_risk = stop.risk is not before.risk and moved >= RISKY_S
    if is_new_risk and stop.risk is Risk.LATE:
        return True
    return now - before.at >= BETWEEN_S and (is_new_risk or moved >= MOVED_S)


def _delayed(told: Told, behind: float, late: int) -> bool | None:
    if told.delay_s is None:
        return True if late or behind >= DELAY_S else None
    if late > told.late or behind >= told.delay_s + DELAY_S:
        return True
    return False if not late and behind < CAUGHT_UP_S else None


def _after(told: Told, found: RouteNews, now: float) -> Told:
    stops = dict(told.stops)
    for one in found.stops:
        stops[str(one.stop.stop_id)] = ToldStop(one.eta, one.stop.risk, now)
    off = told.off if found.off is None else found.off
    after = Told(stops, told.delay_s, told.late, off, told.foretold)
    if found.delayed is not None:
        after.delay_s = max(found.delay_s, 0.0) if found.delayed else None
        after.late = found.late if found.delayed else 0
    return after
