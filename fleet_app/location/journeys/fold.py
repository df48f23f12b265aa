"""The fold: one vehicle's fixes in the order of their time become facts about its movement.

Nothing but the fixes, the parameters, the roads' limits and the zones decides. How the fixes are
cut into batches does not: all that is remembered from one to the next is in the state, and the
state can be put away as a checkpoint and taken up again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from fleet_app.location.journeys.battery import LowBattery
from fleet_app.location.journeys.detector import (
    Context,
    Detector,
    Listener,
    SpeedLimits,
    ZoneWatch,
)
from fleet_app.location.journeys.facts import Fact, FactKey
from fleet_app.location.journeys.gaps import Gaps
from fleet_app.location.journeys.harsh import Harsh
from fleet_app.location.journeys.idling import Idling
from fleet_app.location.journeys.journey import Journeys, JourneyState
from fleet_app.location.journeys.mock import MockLocation
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sieve import SieveState, believed
from fleet_app.location.journeys.silence import Silence
from fleet_app.location.journeys.speeding import Speeding
from fleet_app.location.journeys.visits import Visits
from fleet_app.location.models import Fix

RULES = 3
"""Goes up whenever the same fixes give other facts: checkpoints of other rules are of no use."""
NEVER_MS = -(2**62)
"""Older than any fix."""

Facts = dict[FactKey, Fact]


class StaleCheckpoint(ValueError):
    """A checkpoint that these rules cannot go on from: fold from the beginning."""


class _Put(msgspec.Struct, frozen=True):
    """A checkpoint as it is written."""

    rules: int
    at_ms: int
    sieve: SieveState
    states: dict[str, Any]
    open: list[Fact]


class _Taken(msgspec.Struct, frozen=True):
    """A checkpoint as it is read: each part knows the type of its own state."""

    rules: int
    at_ms: int
    sieve: SieveState
    states: dict[str, msgspec.Raw]
    open: list[Fact]


class Folding:
    """One vehicle's fold. `at_ms` is the last fix it has seen."""

    def __init__(
        self,
        parameters: Parameters | None = None,
        *,
        zones: ZoneWatch | None = None,
        limits: SpeedLimits | None = None,
    ) -> None:
        self.at_ms = NEVER_MS
        self._context = Context(parameters or Parameters(), limits)
        self._sieve = SieveState()
        self._journeys, self._silence = Journeys(), Silence()
        self._listeners: tuple[Listener, ...] = (
            self._silence,
            LowBattery(),
            MockLocation(),
            Harsh(),
        )
        visits = (Visits(zones),) if zones is not None else ()
        self._detectors: tuple[Detector, ...] = (
            self._journeys,
            Gaps(),
            Idling(),
            Speeding(),
            *visits,
        )
        self._states: dict[str, Any] = {part.name: part.start() for part in self._parts}
        self._open: Facts = {}

    def fold(self, fixes: Iterable[Fix]) -> list[Fact]:
        """Take `fixes`, oldest first, and answer the facts that are new or have changed.

        A fix that is not newer than all before it is a repetition and says nothing. Facts that go
        on are told as of the last fix, also when the fixes are none.
        """
        told: Facts = {}
        ears = [(part.hear, self._states[part.name]) for part in self._listeners]
        eyes = [(part.take, self._states[part.name]) for part in self._detectors]
        context, parameters = self._context, self._context.parameters
        for fix in fixes:
            if fix.recorded_at_ms <= self.at_ms or fix.quarantine is not None:
                continue
            self.at_ms = fix.recorded_at_ms
            for hear, state in ears:
                if facts := hear(state, fix, context):
                    self._tell(told, facts)
            for sample in believed(self._sieve, fix, parameters):
                for take, state in eyes:
                    if facts := take(state, sample, context):
                        self._tell(told, facts)
        self._tell(told, self._ongoing())
        return list(told.values())

    def _tell(self, told: Facts, facts: Iterable[Fact]) -> None:
        for fact in facts:
            fact.known_ms = self.at_ms
            told[fact.key] = fact
            if fact.ended_ms is None:
                self._open[fact.key] = fact
            else:
                self._open.pop(fact.key, None)

    def _ongoing(self) -> Iterable[Fact]:
        for part in self._detectors:
            yield from part.ongoing(self._states[part.name], self._context)

    def open(self) -> list[Fact]:
        """All facts that go on, as last told."""
        return list(self._open.values())

    def as_of(self, now_ms: int) -> list[Fact]:
        """What else holds at `now_ms` if nothing newer has been sent: a silence that goes on, and
        the end of a trip not heard of for long. The state is left as it is, and since any next fix
        may prove them wrong, they count as known after the last one."""
        facts = [
            *self._silence.as_of(self._states[Silence.name], now_ms, self._context),
            *self._journeys.as_of(self._states[Journeys.name], now_ms, self._context),
        ]
        for fact in facts:
            fact.known_ms = self.at_ms + 1
        return facts

    @property
    def at_rest(self) -> bool:
        """Whether no way goes on: the state is then small."""
        state: JourneyState = self._states[Journeys.name]
        return state.way is None

    def checkpoint(self) -> bytes:
        """Everything that the future of the fold depends on, as JSON."""
        put = _Put(RULES, self.at_ms, self._sieve, self._states, self.open())
        return msgspec.json.encode(put)

    def resume(self, checkpoint: bytes) -> None:
        """Go on from there. Raises `StaleCheckpoint` when it was written under other rules."""
        try:
            taken = msgspec.json.decode(checkpoint, type=_Taken)
            if taken.rules != RULES:
                raise StaleCheckpoint(f"written under rules {taken.rules}, these are {RULES}")
            states = {part.name: _read(part, taken.states) for part in self._parts}
        except msgspec.DecodeError as error:
            raise StaleCheckpoint(str(error)) from error
        self.at_ms, self._sieve, self._states = taken.at_ms, taken.sieve, states
        self._open = {fact.key: fact for fact in taken.open}

    @property
    def _parts(self) -> tuple[Listener | Detector, ...]:
        return (*self._listeners, *self._detectors)


def _read(part: Listener | Detector, states: dict[str, msgspec.Raw]) -> Any:
    """The state of `part`; a part that is new since then begins now."""
    begun, raw = part.start(), states.get(part.name)
    if raw is None:
        return begun
    kind = part.kept_as if isinstance(part, Visits) else type(begun)
    return msgspec.json.decode(raw, type=kind)
