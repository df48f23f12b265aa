"""The breaks that a row still needs, and the time between the parts of a shift. Pure.

Directive 2002/15/EC, article 5: nobody works longer than six hours without a break, of which there
are 30 minutes in a day of more than six hours of work and 45 in one of more than nine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from fleet_app.fleet.kinds.plan_rules import BREAK_AFTER_HOURS
from fleet_app.planning.document import PlanRow
from fleet_app.planning.problem.starting import hours_of_row, left_when
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import driver_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.wanting import service_of
from fleet_app.routing.optimiser.problem import Break, Window

OFF = "off-"
"""So begin the names of what is no break but time off."""
BREAK_MINUTES = 30.0
LONG_DAY_S, LONG_BREAKS_S, SECOND_S = 9 * 3600, 45 * 60, 15 * 60
"""In a day of more than nine hours there are 45 minutes; the rest of them may be a break apart."""
MOST = 12
"""No shift has more breaks than that."""
WIDTH_S = 1800
"""A break can begin within so long at least, so that it need not be in the middle of a service."""
SOON_S = 1800
"""A break that is due is taken so soon."""
ENOUGH = 0.8
"""Of a break: the tracker sees that a vehicle stands some minutes after it stopped."""
AROUND = timedelta(minutes=2)
"""What is reported so long before or after a stay was done during it."""


@dataclass(frozen=True)
class _Rule:
    """Of one driver: no more than `after` seconds without a break of `length`; `usual` where
    neither of them said how long breaks are."""

    after: int
    length: int
    longest: int | None
    usual: bool

    @property
    def times(self) -> tuple[int, int]:
        """After how long, and how long."""
        return self.after, self.length


def breaks_of_row(day: Day, plan: Healed, row: PlanRow, shift: Window) -> tuple[Break, ...]:
    """What is still to come of a row that may be on its way within `shift`."""
    spans = [(day.seconds(start), day.seconds(end)) for start, end in hours_of_row(day, plan, row)]
    off = [
        Break(f"{OFF}{row.key}-{end}", begin - end, (Window(end, end),), is_off=True)
        for (_, end), (begin, _) in pairwise(spans)
        if end >= shift.start
    ]
    return (*_rests(day, plan, row, shift, spans), *off)


def overdue_since(day: Day, plan: Healed, row: PlanRow) -> datetime | None:
    """Since when a driver who has left is at work without the break that should have been by now;
    None for others."""
    rule = _rule(day, row)
    since, _ = _worked_since(day, plan, row, rule)
    late = since is not None and day.now - since > timedelta(seconds=rule.after)
    return since if late and rule.length else None


def windows_within(start: int, end: int, after: int, length: int) -> list[Window]:
    """When breaks of a length begin so that nobody who leaves and is back within these hours works
    longer than `after` without one, whenever that is. Those before leaving and after coming back
    are not needed."""
    whole = end - start
    if whole <= after or not length:
        return []

    def spare(count: int) -> int:
        return (count + 1) * after + count * length - whole

    count = next((n for n in range(1, MOST) if spare(n) >= n * WIDTH_S), MOST)
    width = max(0, min(spare(count) // count, after * 2 // 3))
    found, closes = [], start + after
    for _ in range(count):
        found.append(Window(closes - width, closes))
        closes += length + after - width
    return found


def _rests(
    day: Day, plan: Healed, row: PlanRow, shift: Window, spans: Sequence[tuple[int, int]]
) -> Iterator[Break]:
    rule = _rule(day, row)
    if not rule.length or (rule.longest is not None and rule.longest <= rule.after):
        return
    since, rested = _worked_since(day, plan, row, rule)
    begun = shift.start if since is None else day.seconds(since)
    left = left_when(day, plan, row)
    parts = _parts(spans, shift, begun, rule.length)
    windows = [one for start, end in parts for one in windows_within(start, end, *rule.times)]
    for number, window in enumerate(windows, start=1):
        name = f"break-{row.key}" if number == 1 else f"break-{row.key}-{number}"
        yield Break(name, rule.length, (_from_now(window, shift.start),))
    if len(parts) > 1 or not rule.usual:
        return
    first = begun if left is None else day.seconds(left)
    breaks = rested + rule.length * len(windows)
    work = parts[0][1] - first - breaks
    if min(work, rule.longest or work) > LONG_DAY_S and 0 < breaks < LONG_BREAKS_S:
        opens = windows[-1].end + rule.length if windows else begun
        late = Window(opens, max(opens, first + LONG_DAY_S))
        yield Break(f"break-{row.key}-last", SECOND_S, (_from_now(late, shift.start),))


def _parts(
    spans: Sequence[tuple[int, int]], shift: Window, begun: int, length: int
) -> list[tuple[int, int]]:
    """The times of uninterrupted work that are still to come, the first of which has `begun`."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if end <= shift.start:
            continue
        if found and start - found[-1][1] < length:
            found[-1] = found[-1][0], end
        else:
            found.append((start if found else begun, end))
    return found or [(begun, shift.end)]


def _from_now(window: Window, now: int) -> Window:
    """What is due already is due soon."""
    closes = window.end if window.end > now else now + SOON_S
    return Window(max(window.start, now), closes)


def _rule(day: Day, row: PlanRow) -> _Rule:
    driver, told = driver_of(day, row), day.fleet.break_after_hours
    after = round((BREAK_AFTER_HOURS if told is None else told) * 3600)
    minutes = driver.break_minutes if driver else None
    longest = driver.max_hours if driver else None
    return _Rule(
        after=after,
        length=round((BREAK_MINUTES if minutes is None else minutes) * 60),
        longest=None if longest is None else round(longest * 3600),
        usual=minutes is None,
    )


def _worked_since(day: Day, plan: Healed, row: PlanRow, rule: _Rule) -> tuple[datetime | None, int]:
    """Since when a driver who has left is at work without a break, and how long the breaks were
    until then, in seconds. None for who has not left."""
    since, rested = left_when(day, plan, row), 0
    if since is None:
        return None, 0
    for stay in day.stood.get(row.vehicle_id or 0, ()):
        ended = stay.ended or day.now
        service = sum(
            service_of(day, day.deliveries[id_])
            for id_ in row.delivery_ids
            if day.is_done(id_)
            and stay.began - AROUND <= day.deliveries[id_].status_at <= ended + AROUND
        )
        idle = round((ended - stay.began).total_seconds()) - service
        if idle >= rule.length * ENOUGH and stay.began >= since:
            since, rested = ended, rested + idle
    return since, rested
