"""What the tracker remembers of one vehicle between two fixes."""

from __future__ import annotations

from enum import Enum

import msgspec

from fleet_app.location.models import MotionStatus

NEVER_MS = -(2**62)
"""Older than any fix."""


class Verdict(Enum):
    """How a step ends: on to the next one, or out, and why."""

    ON = "on"
    LATE = "late"
    JUMP = "jump"


class Sighting(msgspec.Struct, array_like=True, frozen=True):
    """A place the vehicle was seen at: epoch milliseconds, degrees, metres."""

    at_ms: int
    lat: float
    lon: float
    accuracy: float | None = None


class Memory(msgspec.Struct, omit_defaults=True):
    """The part of the state that is kept as JSON beside the live position."""

    standing_since_ms: int | None = None
    """When the vehicle came to rest; None while it moves."""
    anchor: Sighting | None = None
    """Where movement is measured from when a phone reports no speed."""
    held: tuple[Sighting, ...] = ()
    """Impossible fixes that agree with each other so far, oldest first."""


class VehicleState(msgspec.Struct):
    """One vehicle's last believed fix, in the units of `Fix`, and the memory of the steps."""

    vehicle_id: int
    fleet_id: int = 0
    recorded_at_ms: int = NEVER_MS
    received_at_ms: int = 0
    lat: float = 0.0
    lon: float = 0.0
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None
    battery: float | None = None
    status: MotionStatus = MotionStatus.OFFLINE
    memory: Memory = msgspec.field(default_factory=Memory)
    redeemed_ms: tuple[int, ...] = ()
    """Moments of held fixes that the last fix proved right; for the tracker to take out."""

    @property
    def seen(self) -> bool:
        """Whether any fix of the vehicle was ever believed."""
        return self.recorded_at_ms != NEVER_MS

    def copy(self) -> VehicleState:
        """An independent copy to work on until the result is stored."""
        memory = self.memory
        return msgspec.structs.replace(self, memory=msgspec.structs.replace(memory))
