"""A vehicle that is inside a zone: what each further fix says about the visit."""

from __future__ import annotations

from collections.abc import Iterator

from fleet_app.location.journeys.facts import Fact
from fleet_app.location.models import Fix
from fleet_app.location.zones.hours import WeeklyHours
from fleet_app.location.zones.presence import (
    Haste,
    Presence,
    Spot,
    WatchRules,
    begun,
    dwells,
    haste_fact,
    spot_of,
    visit_fact,
)
from fleet_app.location.zones.zone import Zone


class Stay:
    """One zone and one vehicle inside it, at one fix. `counts`: the zone is meant for it now."""

    def __init__(self, zone: Zone, hours: WeeklyHours, presence: Presence, rules: WatchRules,
                 *, counts: bool) -> None:  # fmt: skip
        self._zone = zone
        self._hours = hours
        self._presence = presence
        self._rules = rules
        self._counts = counts

    def enters(self, fix: Fix, silence_ms: int) -> Iterator[Fact]:
        """The fix is the first inside."""
        if self._counts and self._hours.active(fix.recorded_at_ms):
            self._presence.visit = begun(self._zone, spot_of(fix), silence_ms, self._rules)
            hasty = list(self._hurries(fix))
            yield self._told(None, fix.recorded_at_ms)
            yield from hasty

    def goes_on(self, fix: Fix, signed_m: float) -> Iterator[Fact]:
        """The fix is inside, or not surely outside, by its signed distance to the edge."""
        presence, here = self._presence, spot_of(fix)
        if not self._counts:
            yield from self.ends(here, here.at_ms)
        else:
            yield from self._through_hours(here)
        if signed_m < self._rules.hysteresis_m:
            presence.proven = here
        presence.at_ms = here.at_ms
        if presence.visit is not None:
            if dwells(presence.visit, presence.proven.at_ms):
                yield self._told(None, here.at_ms)
            if signed_m <= 0:
                yield from self._hurries(fix)

    def leaves(self, fix: Fix) -> Iterator[Fact]:
        """The fix is surely outside."""
        presence, here = self._presence, spot_of(fix)
        if presence.visit is None:
            return
        silence_ms = here.at_ms - presence.at_ms
        end = self._closing(presence.visit.since.at_ms, here.at_ms)
        if end is not None:
            dwells(presence.visit, presence.proven.at_ms)
            yield from self.ends(presence.proven.later(end), here.at_ms)
            return
        if silence_ms > self._rules.silence_s * 1000:
            presence.visit.values["silence_out_ms"] = silence_ms
        yield from self.ends(here, here.at_ms)

    def ends(self, end: Spot, known_ms: int) -> Iterator[Fact]:
        """The visit, if there is one, is over."""
        presence = self._presence
        if presence.visit is None:
            return
        yield from self._calms(known_ms)
        yield self._told(end, known_ms)
        presence.visit = None

    def _through_hours(self, here: Spot) -> Iterator[Fact]:
        """Begin and end visits as the zone's hours begin and end, up to this fix."""
        presence = self._presence
        last = presence.proven
        if self._hours.always:
            windows = [(here.at_ms, here.at_ms + 1)]
        else:
            windows = self._hours.windows(presence.at_ms, here.at_ms)
        for start, end in windows:
            if presence.visit is None:
                # Whoever was not meant while the hours ran already begins now.
                at = start if start > presence.at_ms else here.at_ms
                if at >= end:
                    continue
                presence.visit = begun(self._zone, last.later(at), 0, self._rules)
                yield self._told(None, here.at_ms)
            if end <= here.at_ms:
                dwells(presence.visit, end)
                yield from self.ends(last.later(end), here.at_ms)

    def _closing(self, since_ms: int, now_ms: int) -> int | None:
        """When the zone's hours ended since the visit began; None while they last."""
        if self._hours.always:
            return None
        return next(
            (end for _, end in self._hours.windows(since_ms, now_ms) if end <= now_ms), None
        )

    def _hurries(self, fix: Fix) -> Iterator[Fact]:
        visit, limit = self._presence.visit, self._zone.speed_limit_mps
        if visit is None or fix.speed is None:
            return
        visit.values["max_speed"] = max(visit.values.get("max_speed", 0.0), fix.speed)
        if limit is None:
            return
        if fix.speed <= limit + self._rules.speeding_over_mps:
            yield from self._calms(fix.recorded_at_ms)
            return
        yield from self._hastens(fix, limit)

    def _hastens(self, fix: Fix, limit: float) -> Iterator[Fact]:
        presence, here, speed = self._presence, spot_of(fix), fix.speed or 0.0
        haste = presence.haste
        if haste is None or here.at_ms - haste.last.at_ms > self._rules.silence_s * 1000:
            yield from self._calms(here.at_ms)
            haste = presence.haste = Haste(since=here, last=here, top_mps=speed)
        haste.last, haste.top_mps = here, max(haste.top_mps, speed)
        long_enough = here.at_ms - haste.since.at_ms >= self._rules.speeding_for_s * 1000
        if long_enough and not haste.told:
            haste.told = True
            yield haste_fact(self._zone.subject, haste, limit, here.at_ms, over=False)

    def _calms(self, known_ms: int) -> Iterator[Fact]:
        haste, self._presence.haste = self._presence.haste, None
        if haste is not None and haste.told:
            limit = self._zone.speed_limit_mps
            yield haste_fact(self._zone.subject, haste, limit, known_ms, over=True)

    def _told(self, end: Spot | None, known_ms: int) -> Fact:
        visit = self._presence.visit
        assert visit is not None
        return visit_fact(self._zone.subject, visit, end, known_ms)
