"""One turn of one vehicle's fold: from its cursor, or from a checkpoint before a late fix, on."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from fleet_app.kernel.clock import to_ms
from fleet_app.location.geofences.fleet_zones import VehicleZones
from fleet_app.location.journeys import checkpoints
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.fold import NEVER_MS, RULES, Facts, Folding
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.models import Fix
from fleet_app.location.past.cursors import Cursor
from fleet_app.location.past.road_limits import RoadLimits

DAY_MS = 86_400_000
LONGEST_SECONDS = 5.0
"""Of folding and resting in one transaction: where zones are many, a few fixes take long."""
Breathe = Callable[[float], Awaitable[None]]
"""Called after so many seconds of work, to let whoever else is in the process go first."""


async def at_once(worked: float) -> None:
    """Let them do what they have in hand, and go on."""
    await asyncio.sleep(0)


class Laws(msgspec.Struct, kw_only=True):
    """What a fleet's fixes are folded by, beside the fixes themselves."""

    parameters: Parameters
    zones: VehicleZones | None = None
    limits: RoadLimits | None = None

    @property
    def name(self) -> str:
        """Tells whether two folds went by the same laws."""
        version = "" if self.zones is None else self.zones.version
        laws: tuple[object, ...] = (self.parameters, version)
        if self.limits is not None:
            laws += (self.limits.version,)
        said = msgspec.json.encode(laws, order="sorted")
        return f"{RULES}:{hashlib.sha256(said).hexdigest()[:32]}"

    def begun(self) -> Folding:
        """A fold of no fix yet."""
        return Folding(self.parameters, zones=self.zones, limits=self.limits)


class Turn:
    """A fold that goes on, with what it tells on the way."""

    longest_seconds = LONGEST_SECONDS

    def __init__(self, laws: Laws, state: bytes = b"") -> None:
        """Raises `StaleCheckpoint` when `state` was put away under other rules."""
        self.laws = laws
        self.folding = laws.begun()
        if state:
            self.folding.resume(state)
        self.since_ms = self.folding.at_ms
        self.told: Facts = {fact.key: fact for fact in self.folding.open()}
        self.kept: dict[int, bytes] = {}
        self.behind = False

    async def take(self, fixes: Sequence[Fix], unsaved: int, breathe: Breathe = at_once) -> int:
        """Fold these too, putting the fold away now and then; returns how many fixes ago.

        Stops early after `LONGEST_SECONDS`, and is `behind` then.
        """
        if fixes and self.since_ms == NEVER_MS:
            self.since_ms = fixes[0].recorded_at_ms - 1
        at, until = 0, time.monotonic() + self.longest_seconds
        while at < len(fixes) and (at == 0 or time.monotonic() < until):
            began, day = time.perf_counter(), self._day
            piece = fixes[at : at + checkpoints.AT_REST - unsaved % checkpoints.AT_REST]
            if self.laws.limits is not None:
                await asyncio.to_thread(self.laws.limits.look, piece)
            self._tell(self.folding.fold(piece))
            at, unsaved = at + len(piece), unsaved + len(piece)
            if checkpoints.due(unsaved, self.folding.at_rest) or self._day > day:
                self.kept[self.folding.at_ms] = self.folding.checkpoint()
                unsaved = 0
            await breathe(time.perf_counter() - began)
        self.behind = at < len(fixes)
        return unsaved

    @property
    def _day(self) -> int:
        """Of the last fix. Days are what is dropped of history: without a place to go on from in
        each, nothing could be folded again in what is left after the first."""
        return self.folding.at_ms // DAY_MS

    def hold_until(self, now: datetime) -> None:
        """Nothing newer has been sent: tell what is known from the time of day alone."""
        self._tell(self.folding.as_of(to_ms(now)))

    def _tell(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.told[fact.key] = fact


def laws_of(cursor: Cursor, zones: VehicleZones, limits: RoadLimits | None = None) -> Laws:
    """What the cursor's fleet has set."""
    parameters = msgspec.convert(cursor.movement, Parameters)
    return Laws(parameters=parameters, zones=zones, limits=limits)


def due_ms(turn: Turn, open_visits: Sequence[Fact], now_ms: int) -> int | None:
    """When time alone may next tell something; None when only a fix can."""
    at_ms, parameters = turn.folding.at_ms, turn.laws.parameters
    if at_ms == NEVER_MS:
        return None
    silent_ms = at_ms + round(parameters.silent_after_s * 1000)
    moments = [silent_ms + 1, at_ms + round(parameters.trip_gap_s * 1000)]
    dwells = [fact.values.get("dwell_due_ms", 0) for fact in open_visits]
    moments += [dwell for dwell in dwells if dwell <= silent_ms]
    return min((moment for moment in moments if moment > now_ms), default=None)


def dwell_is_due(turn: Turn, fact: Fact, now: datetime) -> bool:
    """Whether a visit has lasted too long by now, of a vehicle that was heard of lately."""
    due = fact.values.get("dwell_due_ms")
    if due is None or fact.ended_ms is not None:
        return False
    silent_ms = turn.folding.at_ms + round(turn.laws.parameters.silent_after_s * 1000)
    return bool(due <= min(to_ms(now), silent_ms))
