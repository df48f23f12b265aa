"""A fact: something that is told about a vehicle's past, before it is stored."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class FactKind(StrEnum):
    """What is told."""

    TRIP = "trip"
    STOP = "stop"
    GAP = "gap"
    """No believable place for a while."""
    IDLE = "idle"
    """Standing with the engine on."""
    SPEEDING = "speeding"
    HARSH = "harsh"
    """Braking, accelerating or cornering hard; `subject` says which."""
    VISIT = "visit"
    """Inside a zone; `subject` is `geofence:<id>`."""
    LOW_BATTERY = "low_battery"
    MOCK = "mock"
    """The phone says that an application made its places up."""
    SILENT = "silent"
    """Nothing at all heard."""


FactKey = tuple[FactKind, str, int]
"""Kind, subject and start: no two facts of one vehicle share it."""


class Fact(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One fact. Moments in epoch milliseconds, places in degrees, `distance_m` in metres.

    `values` are JSON-able and depend on the kind (docs/movement.md lists them). `ended_ms` is None
    while the fact still goes on. `known_ms` is the moment of the fix that made the fact known as
    it is now, which for the end of a trip is minutes after that end: a fold that starts again at
    an earlier moment can change the fact, one that starts later cannot.
    """

    kind: FactKind
    subject: str = ""
    started_ms: int
    ended_ms: int | None = None
    lat: float
    lon: float
    end_lat: float | None = None
    end_lon: float | None = None
    distance_m: float = 0.0
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    known_ms: int = 0

    @property
    def key(self) -> FactKey:
        """What the fact keeps while a fold goes on, whatever else changes."""
        return self.kind, self.subject, self.started_ms
