"""The fold's detector for zones: one vehicle's fixes in, visits and speeding inside zones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from fleet_app.location.journeys.facts import Fact
from fleet_app.location.models import Fix
from fleet_app.location.zones.crossing import crossing_fact
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import (
    Presence,
    Visit,
    WatchRules,
    haste_fact,
    spot_of,
    visit_fact,
)
from fleet_app.location.zones.sight import Sights
from fleet_app.location.zones.stay import Stay


class Who(NamedTuple):
    """Which vehicle, and who drives it, as far as is known."""

    vehicle_id: int | None
    driver_id: int | None


class ZoneState(msgspec.Struct, omit_defaults=True):
    """What is remembered of a vehicle between two fixes; JSON-able."""

    inside: dict[int, Presence] = msgspec.field(default_factory=dict)
    """By zone id."""


class ZoneWatch:
    """Watches one fleet's zones. Holds nothing about a vehicle: that is in its `ZoneState`."""

    name = "zones"

    def __init__(self, index: ZoneIndex, rules: WatchRules | None = None) -> None:
        self._index = index
        self._rules = rules or WatchRules()
        self._sights = Sights(index, self._rules)

    def start(self) -> ZoneState:
        """The state of a vehicle nothing is known of."""
        return ZoneState()

    def ahead(self, tracks: Iterable[Sequence[Fix]]) -> None:
        """Look at many vehicles' fixes at once, so that taking them one by one is quick.

        A track begins with the fix before the first new one, if there is one. What is taken
        without having been looked at ahead gives the same facts, only slower.
        """
        self._sights.ahead(tracks)

    def take(
        self, state: ZoneState, previous: Fix | None, fix: Fix,
        *, vehicle_id: int | None = None, driver_id: int | None = None,
    ) -> list[Fact]:  # fmt: skip
        """The facts that began, changed or ended with this fix, by zone and time.

        `previous` is the believed fix before this one; fixes come in the order of their time.
        """
        accuracy = fix.accuracy or 0.0
        nothing = not len(self._index) and not state.inside
        if nothing or accuracy > self._rules.max_accuracy_m:
            return []
        who, seen = Who(vehicle_id, driver_id), self._sights.of(fix)
        before = set(state.inside)
        facts = [*self._stays(state, fix, seen, who)]
        facts += self._arrives(state, previous, fix, seen, who)
        if previous is not None:
            apart = before | set(state.inside)
            for way in self._sights.between(previous, fix):
                zone = self._index.zones[way.number]
                if zone.id not in apart and zone.concerns(*who):
                    facts += crossing_fact(self._index, way, previous, fix, self._rules)
        return sorted(facts, key=lambda fact: (fact.subject, fact.started_ms))

    def _stays(
        self, state: ZoneState, fix: Fix, seen: dict[int, float], who: Who
    ) -> Iterator[Fact]:
        for zone_id in sorted(state.inside):
            presence, number = state.inside[zone_id], self._index.number.get(zone_id)
            forgotten = fix.recorded_at_ms - presence.at_ms > self._rules.forget_s * 1000
            if number is None:
                yield from _gone(zone_id, state.inside.pop(zone_id), fix)
                continue
            stay = self._stay(number, presence, who)
            if forgotten:
                yield from stay.ends(presence.proven, fix.recorded_at_ms)
            elif number in seen:
                yield from stay.goes_on(fix, seen[number])
                continue
            else:
                yield from stay.leaves(fix)
            del state.inside[zone_id]

    def _arrives(
        self, state: ZoneState, previous: Fix | None, fix: Fix, seen: dict[int, float], who: Who
    ) -> Iterator[Fact]:
        doubt = max(0.0, (fix.accuracy or 0.0) - self._rules.hysteresis_m)
        silence_ms = fix.recorded_at_ms - previous.recorded_at_ms if previous else 0
        for number, signed_m in seen.items():
            zone_id = self._index.zones[number].id
            if zone_id not in state.inside and signed_m <= -doubt:
                presence = Presence(proven=spot_of(fix), at_ms=fix.recorded_at_ms)
                state.inside[zone_id] = presence
                yield from self._stay(number, presence, who).enters(fix, silence_ms)

    def _stay(self, number: int, presence: Presence, who: Who) -> Stay:
        zone = self._index.zones[number]
        return Stay(zone, self._index.hours[number], presence, self._rules,
                    counts=zone.concerns(*who))  # fmt: skip


def _gone(zone_id: int, presence: Presence, fix: Fix) -> Iterator[Fact]:
    """The zone was taken away while the vehicle was inside."""
    subject, visit = f"geofence:{zone_id}", presence.visit
    if visit is None:
        return
    if presence.haste is not None and presence.haste.told:
        limit = visit.values.get("limit")
        yield haste_fact(subject, presence.haste, limit, fix.recorded_at_ms, over=True)
    told = Visit(visit.since, {**visit.values, "zone_gone": True})
    yield visit_fact(subject, told, presence.proven, fix.recorded_at_ms)


def tracks_of(previous: Fix | None, fixes: Sequence[Fix]) -> list[Fix]:
    """A track for `ZoneWatch.ahead`."""
    return [*([previous] if previous else []), *fixes]


def folded(
    watch: ZoneWatch, fixes: Sequence[Fix], *, vehicle_id: int | None = None,
    driver_id: int | None = None,
) -> list[Fact]:  # fmt: skip
    """All facts of a whole history, each as it is at the end, in the order they began."""
    state, found = watch.start(), {}
    watch.ahead([fixes])
    for previous, fix in pairwise([None, *fixes]):
        assert fix is not None
        for fact in watch.take(state, previous, fix, vehicle_id=vehicle_id, driver_id=driver_id):
            found[fact.key] = fact
    return sorted(found.values(), key=lambda fact: (fact.started_ms, fact.subject, fact.kind))
