"""Takes batches of fixes through the steps of `tracking` and publishes what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.models import Fix, FixBatch, QuarantineReason
from fleet_app.location.ports import LivePositions
from fleet_app.location.positions import HeldFix, PositionRepository, RedeemedFix
from fleet_app.location.tracking import track
from fleet_app.location.tracking.live import live_position
from fleet_app.location.tracking.state import VehicleState, Verdict

Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]

MAX_REMEMBERED = 50_000
"""Vehicles kept in memory by one tracker; beyond it starts afresh from the database."""
_JUMP = QuarantineReason.IMPOSSIBLE_JUMP.value


class Outcome(msgspec.Struct):
    """What a batch changed, before it is stored."""

    states: dict[int, VehicleState]
    moved: set[int] = msgspec.field(default_factory=set)
    changed: set[int] = msgspec.field(default_factory=set)
    held: list[HeldFix] = msgspec.field(default_factory=list)
    redeemed: list[RedeemedFix] = msgspec.field(default_factory=list)


class Tracker:
    """The live state of the vehicles of one partition, by the one consumer that holds it.

    Handling the same fixes again changes nothing: they are late by then.
    """

    def __init__(self, work: Work, live: LivePositions) -> None:
        self._work = work
        self._live = live
        self._states: dict[int, VehicleState] = {}
        self._unannounced: set[int] = set()

    async def handle(self, batches: Sequence[FixBatch], *, again: bool = False) -> None:
        """Track, store, announce. `again`: an earlier attempt may have got anywhere.

        Raises `StoreUnavailable`; whatever is missing then is made up for by the next call.
        """
        vehicle_ids = {batch.vehicle_id for batch in batches}
        await self._remember(vehicle_ids)
        outcome = follow({i: self._states[i].copy() for i in vehicle_ids}, batches)
        await self._store(outcome)
        self._states.update(outcome.states)
        self._unannounced |= vehicle_ids if again else outcome.moved
        await self._announce()

    async def _remember(self, vehicle_ids: set[int]) -> None:
        if len(self._states) > MAX_REMEMBERED:
            self._states.clear()
        unknown = (vehicle_ids | self._unannounced) - self._states.keys()
        if not unknown:
            return
        async with self._work() as session:
            known = await PositionRepository(session).load_states(unknown)
        self._states.update({state.vehicle_id: state for state in known})
        for vehicle_id in unknown - self._states.keys():
            self._states[vehicle_id] = VehicleState(vehicle_id)

    async def _store(self, outcome: Outcome) -> None:
        if not outcome.changed and not outcome.held:
            return
        async with self._work() as session:
            rows = PositionRepository(session)
            seen = [outcome.states[i] for i in outcome.changed if outcome.states[i].seen]
            await rows.store_states(seen)
            await rows.hold(outcome.held)
            await rows.redeem(outcome.redeemed)

    async def _announce(self) -> None:
        fleets: dict[int, list[VehicleState]] = {}
        for vehicle_id in self._unannounced:
            state = self._states[vehicle_id]
            if state.seen:
                fleets.setdefault(state.fleet_id, []).append(state)
        for fleet_id, states in fleets.items():
            await self._live.publish(fleet_id, [live_position(state) for state in states])
        self._unannounced.clear()


def follow(states: dict[int, VehicleState], batches: Sequence[FixBatch]) -> Outcome:
    """Every fix through the steps, in the order of the posts and of time within a post."""
    outcome = Outcome(states)
    for batch in batches:
        state = states[batch.vehicle_id]
        for fix in in_time_order(batch.fixes):
            if fix.quarantine is not None:
                continue
            verdict = track(state, fix)
            if verdict is Verdict.ON:
                state.fleet_id = batch.fleet_id
                state.received_at_ms = batch.received_at_ms
                outcome.moved.add(state.vehicle_id)
                outcome.changed.add(state.vehicle_id)
            elif verdict is Verdict.JUMP:
                outcome.changed.add(state.vehicle_id)
                outcome.held.append(_held(batch, fix))
            if state.redeemed_ms:
                outcome.redeemed += _redeemed(state)
    return outcome


def in_time_order(fixes: list[Fix]) -> list[Fix]:
    """The fixes by their own clock; most posts are in order already."""
    if len(fixes) < 2:
        return fixes
    return sorted(fixes, key=lambda fix: fix.recorded_at_ms)


def _held(batch: FixBatch, fix: Fix) -> HeldFix:
    return HeldFix(
        vehicle_id=batch.vehicle_id,
        recorded_at_ms=fix.recorded_at_ms,
        reason=_JUMP,
        fleet_id=batch.fleet_id,
        received_at_ms=batch.received_at_ms,
        lat=fix.lat,
        lon=fix.lon,
        source=batch.source.value,
        payload=fix.said(),
    )


def _redeemed(state: VehicleState) -> list[RedeemedFix]:
    moments, state.redeemed_ms = state.redeemed_ms, ()
    return [RedeemedFix(state.vehicle_id, moment, _JUMP) for moment in moments]
