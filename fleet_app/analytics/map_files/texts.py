"""Times, lengths and events in words, by the clocks and in the units of a fleet. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from fleet_app.kernel.units import Ruler
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact

_HARSH = {
    "braking": "Harsh braking",
    "accelerating": "Harsh acceleration",
    "cornering": "Harsh cornering",
    "impact": "Impact",
}
_PLAIN = {FactKind.MOCK: "Mock location", FactKind.SILENT: "Silent"}
SIGNS = {FactKind.SPEEDING: "»", FactKind.HARSH: "!", FactKind.VISIT: "◆"}
"""On the map; everything else has a dot."""


class Words(msgspec.Struct, frozen=True):
    """How one reader is told things. `offset` adds the distance from UTC to every time, for periods
    in which clocks are changed."""

    zone: tzinfo
    ruler: Ruler
    offset: bool = False

    @classmethod
    def of(cls, zone: tzinfo, ruler: Ruler, since: datetime, until: datetime) -> Words:
        """Those for a period."""
        changed = local_of(since, zone).utcoffset() != local_of(until, zone).utcoffset()
        return cls(zone, ruler, changed)

    def day(self, moment: datetime) -> str:
        """`Friday 20 November 2026`."""
        local = local_of(moment, self.zone)
        return f"{local:%A} {local.day} {local:%B %Y}"

    def clock(self, moment: datetime) -> str:
        """`07:05`."""
        local = local_of(moment, self.zone)
        return f"{local:%H:%M}" + (f" {_ahead(local)}" if self.offset else "")

    def moment(self, moment: datetime) -> str:
        """`20 Nov 2026 07:05`."""
        local = local_of(moment, self.zone)
        return f"{local.day} {local:%b %Y} {self.clock(moment)}"

    def between(self, since: datetime, until: datetime) -> str:
        """A period; of whole days only the days."""
        first, last = local_of(since, self.zone), local_of(until, self.zone)
        if first.time() == last.time() == time.min:
            days = [f"{one.day} {one:%b %Y}" for one in (first, last - timedelta(days=1))]
            return days[0] if days[0] == days[1] else " – ".join(days)
        if first.date() == last.date():
            return f"{self.moment(since)} – {self.clock(until)}"
        return f"{self.moment(since)} – {self.moment(until)}"

    def span(self, began: datetime, ended: datetime | None, day: datetime) -> str:
        """`07:05 – 08:10`, with the day at an end that lies on another than `day`."""
        if ended is None:
            return f"{self.on(began, day)} – now"
        return f"{self.on(began, day)} – {self.on(ended, day)}"

    def on(self, moment: datetime, day: datetime) -> str:
        """`07:05`, or `19 Nov 07:05` when that lies on another day than `day`."""
        local, shown = local_of(moment, self.zone), local_of(day, self.zone)
        if local.date() == shown.date():
            return self.clock(moment)
        return f"{local.day} {local:%b} {self.clock(moment)}"

    def length(self, metres: float) -> str:
        """`11.8 km`."""
        return self.ruler.said(metres, "m", 1 if metres >= 1000 else 0)

    def speed(self, mps: float | None) -> str:
        """`92 km/h`; nothing for an unknown one."""
        return "" if mps is None else self.ruler.said(mps, "m/s", 0)

    def event(self, fact: StoredFact, geofences: Mapping[str, str]) -> str:
        """What was noticed, in a few words."""
        said = self._event(fact, fact.data, geofences)
        lasting = (FactKind.VISIT, FactKind.IDLE, FactKind.SILENT)
        if fact.kind in lasting and fact.ended_at is not None:
            return f"{said}, {duration((fact.ended_at - fact.started_at).total_seconds())}"
        return said

    def _event(self, fact: StoredFact, data: Mapping[str, Any], names: Mapping[str, str]) -> str:
        match fact.kind:
            case FactKind.SPEEDING:
                limit, top = (self.speed(_number(data, name)) for name in ("limit", "max_speed"))
                return f"Speeding: {top} where {limit} is allowed" if top and limit else "Speeding"
            case FactKind.HARSH:
                return _HARSH.get(fact.subject, "Harsh driving")
            case FactKind.VISIT:
                return f"In {names.get(fact.subject) or data.get('name') or 'a zone'}"
            case FactKind.LOW_BATTERY:
                percent = _number(data, "percent")
                return "Low battery" + ("" if percent is None else f", {percent:.0f} %")
            case FactKind.IDLE:
                return "Idling"
            case _:
                return _PLAIN.get(fact.kind, "Noticed")


def local_of(moment: datetime, zone: tzinfo) -> datetime:
    """As clocks show it there; a moment at the very ends of the calendar stays in UTC."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def duration(seconds: float) -> str:
    """`1 h 05 min`, `12 min`, `40 s`."""
    if seconds < 60:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    return float(value) if isinstance(value, int | float) else None


def _ahead(local: datetime) -> str:
    text = f"{local:%z}"
    return f"UTC{text[:3]}" + ("" if text.endswith("00") else f":{text[3:5]}")
