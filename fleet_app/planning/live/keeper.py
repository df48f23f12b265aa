"""The routes in progress of some vehicles: takes them up, follows them, lets go of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.positions import PositionRepository
from fleet_app.location.tracking.state import VehicleState
from fleet_app.planning.live import loading, settling, storing
from fleet_app.planning.live.asking import Asking
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.legs import Legs, Roads
from fleet_app.planning.live.pace import Hourly
from fleet_app.planning.live.ports import ActiveRoutes
from fleet_app.planning.live.round import Outlook, Round
from fleet_app.planning.live.running import Changed, Running, concerned, running
from fleet_app.planning.live.share import Share
from fleet_app.planning.live.showing import Showing
from fleet_app.planning.workday.pacing import hourly

log = logging.getLogger(__name__)
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]
LOOK_S = 20.0
"""A route is looked at so often at least: arrivals of vehicles that are not heard of move too."""
ROADS_S = 0.3
"""How long a turn waits for roads. What comes later is looked at in the next one."""
SAVE_S = 60.0
"""How old what is stored of a route's memory may get without any news."""
HOURLY_S = 600.0
"""How often the usual pace of a fleet is read again."""


class LiveKeeper:
    """One for a process; by one task, but for `settle`."""

    def __init__(
        self, work: Work, active: ActiveRoutes, roads: Roads, clock: Clock = utc_now
    ) -> None:
        self._work = work
        self._showing = Showing(active)
        self._asking = Asking()
        self._legs = Legs(roads)
        self._clock = clock
        self._rounds: dict[int, Round] = {}
        self._hourly: dict[int, tuple[float, Hourly]] = {}
        self._missed: dict[int, Sight] = {}
        self._lost: set[int] = set()
        self.states: dict[int, VehicleState] = {}
        """The trackers' view of the vehicles on these routes."""

    @property
    def rounds(self) -> Mapping[int, Round]:
        """The routes in hand, by id."""
        return self._rounds

    @property
    def lost(self) -> Collection[int]:
        """Routes that were let go of because somebody else had stored them: if they are ours all
        the same, the next `refresh` that looks at them takes them up."""
        return self._lost

    async def close(self) -> None:
        """Ask nothing more; the routes stay as they are stored."""
        await self._asking.close()

    async def answered(self) -> None:
        """Wait until all that was asked of the road network is answered."""
        await self._asking.wait()

    async def refresh(self, share: Share, changed: Changed | None = None) -> None:
        """Take up what has started or changed, let go of what is over or somebody else's. With
        `changed`, only what that concerns is looked at. Raises `StoreUnavailable`."""
        looked = set(self._rounds) if changed is None else self._concerned(changed)
        if changed is not None:
            changed = replace(changed, routes=changed.routes | looked | self._lost)
        async with self._work() as session:
            found = await running(session, share, changed)
            loaded = await loading.load(session, [one for one in found if self._is_new(one)])
            vehicles = {one.vehicle_id for one in found}
            seen = await PositionRepository(session).load_states(vehicles) if vehicles else []
            usual = {one.fleet_id: await self._usual(session, one.fleet_id) for one in loaded}
        self._meet(vehicles, seen)
        for one in loaded:
            self._take(one, usual[one.fleet_id])
        await self._drop(looked - {one.route_id for one in found}, share)
        self._lost.clear()

    def _concerned(self, changed: Changed) -> set[int]:
        """The routes in hand that may have changed."""
        return {
            route_id
            for route_id, one in self._rounds.items()
            if changed.everything
            or route_id in changed.routes
            or concerned(changed, one.loaded.numbers.keys(), one.loaded.fleet_id)
        }

    def _meet(self, vehicles: Collection[int], seen: Sequence[VehicleState]) -> None:
        """Know where these vehicles are, also by what another process has heard of them."""
        for state in seen:
            known = self.states.get(state.vehicle_id)
            if known is None or known.recorded_at_ms < state.recorded_at_ms:
                self.states[state.vehicle_id] = state
                self._missed[state.vehicle_id] = sight_of(state)
        for vehicle_id in vehicles:
            self.states.setdefault(vehicle_id, VehicleState(vehicle_id))

    def _is_new(self, one: Running) -> bool:
        known = self._rounds.get(one.route_id)
        return known is None or known.loaded.running != one

    async def _usual(self, session: AsyncSession, fleet_id: int) -> Hourly:
        at, known = self._hourly.get(fleet_id, (float("-inf"), ()))
        now = self._clock().timestamp()
        if now - at >= HOURLY_S:
            known = await hourly(session, fleet_id)
            self._hourly[fleet_id] = now, known
        return known

    def _take(self, loaded: loading.Loaded, hourly: Hourly) -> None:
        known = self._rounds.get(loaded.running.route_id)
        if known is not None and known.loaded.running.vehicle_id == loaded.running.vehicle_id:
            known.hourly = hourly
            known.begin(loaded)
            known.looked_at = 0.0
            return
        new = Round(loaded, self._legs, hourly)
        new.begin()
        self._rounds[loaded.running.route_id] = new

    async def _drop(self, ids: Collection[int], share: Share) -> None:
        await self._asking.drop(ids)
        for id_ in ids:
            vehicle_id = self._rounds.pop(id_).loaded.running.vehicle_id
            self._showing.forget([id_], over=share.has(vehicle_id))
        driving = {one.loaded.running.vehicle_id for one in self._rounds.values()}
        for vehicle_id in self.states.keys() - driving:
            del self.states[vehicle_id]
        await self._showing.flush()

    async def turn(self, moved: Mapping[int, Sight]) -> int:
        """Follow the vehicles that have been seen, look at every route whose time has come, and
        tell; returns how many were looked at. What moved is kept until that was stored.

        Routes that ask for their roads are looked at last, with what is known by then: none waits
        for those of another, and nobody for long. Raises `StoreUnavailable`.
        """
        now = self._clock()
        self._missed.update(moved)
        due = [one for one in self._rounds.values() if self._is_due(one, now)]
        for one in due:
            self._see(one)
            self._asking.start(one)
        asking = [one for one in due if self._asking.is_asking(one)]
        await self._tell([one for one in due if one not in asking], now)
        if asking:
            await self._asking.wait(ROADS_S)
            await self._tell(asking, now)
        self._missed.clear()
        return len(due)

    def _is_due(self, one: Round, now: datetime) -> bool:
        if one.loaded.running.vehicle_id in self._missed:
            return True
        return now.timestamp() - one.looked_at >= LOOK_S

    def _see(self, one: Round) -> None:
        sight = self._missed.get(one.loaded.running.vehicle_id)
        try:
            if sight is not None:
                one.see(sight)
        except Exception:  # a defect that one route meets must not stop the others
            log.exception("route %s cannot be followed", one.loaded.running.route_id)

    async def _tell(self, due: Sequence[Round], now: datetime) -> None:
        """Store what is news, and show how all of them stand."""
        looked = [(one, self._look(one, now)) for one in due]
        try:
            for one, found in looked:
                if (found is not None and found.news.any) or _is_unsaved(one, now):
                    await self._store(one, found, now)
        finally:  # neither store has to wait for the other
            states = [found.state for _, found in looked if found is not None]
            self._showing.show(one for one in states if one.route_id not in self._lost)
            await self._showing.flush()

    def _look(self, one: Round, now: datetime) -> Outlook | None:
        try:
            return one.look(now)
        except Exception:  # as above
            log.exception("route %s cannot be estimated", one.loaded.running.route_id)
            return None

    async def _store(self, one: Round, found: Outlook | None, now: datetime) -> None:
        """A transaction for each: nothing that goes wrong with one keeps up the others."""
        try:
            kept = await self._stored(one, found, now)
        except StoreUnavailable:
            raise
        except Exception:  # also what the database says of a route that is just being deleted
            log.exception("route %s is stored later", one.loaded.running.route_id)
            return
        if not kept:  # another worker has it by now, or had it: it is taken up anew
            self._let_go(one)
            return
        one.saved_at, one.learnt = now, {}
        if found is not None:
            one.told = found.told

    async def _stored(self, one: Round, found: Outlook | None, now: datetime) -> bool:
        async with self._work() as session:
            if not await storing.store(session, one, found, now):
                return False
            await storing.learn(session, one.loaded.fleet_id, one.learnt)
            if found is not None and found.told.foretold and not one.told.foretold:
                await storing.keep_plan(session, found, one)
                one.plan(found.stops)
        return True

    def _let_go(self, one: Round) -> None:
        route_id = one.loaded.running.route_id
        del self._rounds[route_id]
        self._lost.add(route_id)
        self._showing.forget([route_id], over=False)

    async def settle(self, share: Share, days: int) -> int:
        """Write what came of the routes of these days of which something is new; returns of how
        many. May go on beside turns. Raises `StoreUnavailable`."""
        now = self._clock()
        async with self._work() as session:
            due = await settling.due(session, share, now, days)
        for route_id in due:
            await self._settle(route_id, now)
        return len(due)

    async def _settle(self, route_id: int, now: datetime) -> None:
        try:
            async with self._work() as session:
                route = await session.get(Route, route_id)
                if route is not None:
                    await settling.settle(session, route, now)
        except StoreUnavailable:
            raise
        except Exception:  # a defect that one route meets must not keep up the others
            log.exception("what came of route %s cannot be told", route_id)


def _is_unsaved(one: Round, now: datetime) -> bool:
    return one.saved_at is None or (now - one.saved_at).total_seconds() >= SAVE_S


def sight_of(state: VehicleState) -> Sight:
    """Where the tracker saw a vehicle last."""
    return Sight(
        at=state.recorded_at_ms / 1000, lat=state.lat, lon=state.lon, speed=state.speed,
        accuracy=state.accuracy,
    )  # fmt: skip
