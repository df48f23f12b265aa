"""Keeps the told past in step with the stored fixes, one vehicle and one transaction at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import Clock, from_ms, to_ms, utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.geofences.fleet_zones import FleetZones, VehicleZones
from fleet_app.location.journeys.fold import NEVER_MS, StaleCheckpoint
from fleet_app.location.past.cursors import Cursor, Cursors
from fleet_app.location.past.facts import DriversAt, FactRows
from fleet_app.location.past.folding import Breathe, Turn, at_once, due_ms, laws_of
from fleet_app.location.past.marks import take_marks
from fleet_app.location.past.odometer import count_way
from fleet_app.location.past.road_limits import RoadLimits
from fleet_app.location.past.telling import Telling, Told
from fleet_app.location.past.track import fixes_after

log = logging.getLogger(__name__)
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]

PIECE = 5_000
"""Fixes folded in one transaction: a second at most, so that nothing is locked for long and little
is done twice after a crash."""
MARKS = 200
"""Vehicles made due at a time."""


class TurnFailed(Exception):
    """The fold of one vehicle failed, for a reason that is not a store's."""

    def __init__(self, vehicle_id: int) -> None:
        super().__init__(f"vehicle {vehicle_id} could not be folded")
        self.vehicle_id = vehicle_id


class PastKeeper:
    """Any number may work at once: nobody waits for a vehicle that another has in hand."""

    def __init__(
        self,
        work: Work,
        drivers: DriversAt,
        *,
        limits: RoadLimits | None = None,
        zones: FleetZones | None = None,
        history_days: int = 0,
        piece: int = PIECE,
        clock: Clock = utc_now,
        breathe: Breathe = at_once,
    ) -> None:
        self._work = work
        self._drivers = drivers
        self._limits = limits
        self._zones = zones or FleetZones()
        self._history = timedelta(days=history_days) if history_days else None
        self._piece = piece
        self._clock = clock
        self._breathe = breathe

    async def take_marks(self) -> int:
        """Make vehicles with new fixes due; returns how many. Raises `StoreUnavailable`."""
        async with self._work() as session:
            return await take_marks(session, self._clock(), MARKS)

    async def turn(self, without: Collection[int] = ()) -> int | None:
        """Fold on the vehicle that is due for longest; answers which, or None when none is.

        Raises `StoreUnavailable`, and `TurnFailed` after which the vehicle is as it was before.
        """
        vehicle_id = None
        try:
            async with self._work() as session:
                cursor = await Cursors(session).next_due(self._clock(), without)
                if cursor is not None:
                    vehicle_id = cursor.vehicle_id
                    await self._turn(session, cursor)
        except StoreUnavailable:
            raise
        except Exception as error:
            if vehicle_id is None:
                raise
            raise TurnFailed(vehicle_id) from error
        return vehicle_id

    async def _turn(self, session: AsyncSession, cursor: Cursor) -> None:
        now, cursors = self._clock(), Cursors(session)
        if cursor.deleted:  # waits for what it may be told after it is restored
            cursor.due_at = None
            await cursors.save(cursor)
            return
        zones = await self._zones.zones_of(session, cursor.fleet_id, cursor.vehicle_id)
        turn = await self._resumed(session, cursor, zones, now)
        after_ms = max(turn.folding.at_ms, self._oldest_ms(now) - 1)
        fixes = await fixes_after(session, cursor.vehicle_id, after_ms, self._piece)
        if not fixes and turn.folding.at_ms == NEVER_MS:
            # No fix is left that could tell the past again: it stays as told.
            cursor.pending_ms = cursor.due_at = None
            await cursors.save(cursor)
            return
        await zones.look(session, fixes, self._drivers)
        cursor.unsaved = await turn.take(fixes, cursor.unsaved, self._breathe)
        whole = len(fixes) < self._piece and not turn.behind
        if whole:
            turn.hold_until(now)
        told = await Telling(session, cursor, turn, self._drivers, now).store(whole=whole)
        stop_after_s, first = turn.laws.parameters.stop_after_s, cursor.at_ms == NEVER_MS
        await count_way(session, cursor.vehicle_id, told.replaced, stop_after_s, first=first)
        await cursors.put(cursor, turn.kept)
        await self._leave(cursors, cursor, turn, told if whole else None, now)

    async def _resumed(
        self, session: AsyncSession, cursor: Cursor, zones: VehicleZones, now: datetime
    ) -> Turn:
        """The fold where it was left, or where it had not yet seen the oldest fix pending."""
        laws = laws_of(cursor, zones, self._limits)
        if cursor.rules and cursor.rules != laws.name:
            log.info("vehicle %d is folded by other rules from now on", cursor.vehicle_id)
        cursor.rules = laws.name
        state: bytes | None = cursor.state
        if cursor.pending_ms is not None and cursor.pending_ms <= cursor.at_ms:
            state = await self._rewound(session, cursor, now)
        try:
            return Turn(laws, state or b"")
        except StaleCheckpoint as error:
            log.warning("vehicle %d is folded from the beginning: %s", cursor.vehicle_id, error)
            await Cursors(session).rewound(cursor.vehicle_id, NEVER_MS, 0)
            cursor.unsaved = 0
            return Turn(laws)

    async def _rewound(self, session: AsyncSession, cursor: Cursor, now: datetime) -> bytes | None:
        """The fold as it was before the oldest fix pending; None to begin with the first fix.

        When fixes from before are no longer kept, that would cut off what had begun with them. So
        it goes on from the oldest place left, or from where it is: what is older stays as told.
        """
        cursors, vehicle_id, oldest_ms = Cursors(session), cursor.vehicle_id, self._oldest_ms(now)
        late_ms = max(cursor.pending_ms or NEVER_MS, oldest_ms)
        first_ms = await cursors.first(vehicle_id, oldest_ms)
        if self._history is not None and (first_ms is None or first_ms >= late_ms):
            facts = FactRows(session, cursor.fleet_id, vehicle_id)
            if await facts.went_on_at(from_ms(oldest_ms)):
                if first_ms is None:
                    return cursor.state
                late_ms = first_ms + 1
        cursor.unsaved = 0
        return await cursors.rewound(vehicle_id, late_ms, oldest_ms)

    async def _leave(
        self, cursors: Cursors, cursor: Cursor, turn: Turn, told: Told | None, now: datetime
    ) -> None:
        """Keep where the fold stands; `told` is None when there are more fixes."""
        folding = turn.folding
        cursor.at_ms, cursor.state = folding.at_ms, folding.checkpoint()
        if told is None:
            cursor.pending_ms, cursor.due_at = folding.at_ms + 1, now
        else:
            due = due_ms(turn, told.visits, to_ms(now))
            cursor.pending_ms, cursor.due_at = None, None if due is None else from_ms(due)
        await cursors.save(cursor)

    def _oldest_ms(self, now: datetime) -> int:
        """Older fixes are no longer kept, so nothing is folded again from before."""
        if self._history is None:
            return NEVER_MS
        oldest = (now - self._history).replace(hour=0, minute=0, second=0, microsecond=0)
        return to_ms(oldest)
