"""Something that lasts from one fix to another: how it is remembered and told."""

from __future__ import annotations

from typing import Any

import msgspec

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix


class Episode(msgspec.Struct, omit_defaults=True):
    """From the first fix that shows it to the last one; `values` as in the fact."""

    started_ms: int
    last_ms: int
    lat: float
    lon: float
    end_lat: float
    end_lon: float
    distance_m: float = 0.0
    values: dict[str, Any] = {}
    told: bool = False

    @classmethod
    def begun(cls, fix: Fix, **values: Any) -> Episode:
        """One that `fix` is the first to show."""
        at = fix.recorded_at_ms
        return cls(at, at, fix.lat, fix.lon, fix.lat, fix.lon, values=values)

    def reach(self, fix: Fix) -> None:
        """It still goes on at `fix`."""
        self.last_ms, self.end_lat, self.end_lon = fix.recorded_at_ms, fix.lat, fix.lon

    @property
    def lasted_ms(self) -> int:
        """From the first fix to the last one."""
        return self.last_ms - self.started_ms

    def fact(self, kind: FactKind, ended: bool, subject: str = "") -> Fact:
        """As told now; a fact that goes on has no end yet."""
        return Fact(
            kind=kind,
            subject=subject,
            started_ms=self.started_ms,
            ended_ms=self.last_ms if ended else None,
            lat=self.lat,
            lon=self.lon,
            end_lat=self.end_lat if ended else None,
            end_lon=self.end_lon if ended else None,
            distance_m=round(self.distance_m, 1),
            values=dict(self.values),
        )
