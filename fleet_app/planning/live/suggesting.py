"""What to do about a disruption: routes in progress planned again, as an offer to dispatchers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import msgspec

from fleet_app.delivery.planned_times import PlannedRoute
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import TooManyRequests
from fleet_app.planning.live import offers
from fleet_app.planning.live.cases import Case, case_of
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.live.searching import Found, Search, search
from fleet_app.planning.live.wording import (
    changes_of,
    deliveries_left_out,
    effect_of,
    moves_of,
    words_of,
)
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.ports import Work
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.problem.problems import Prepared
from fleet_app.planning.publication.publishing import planned_of
from fleet_app.planning.workday import costs
from fleet_app.routing.optimiser.plan import Broken, Plan
from fleet_app.routing.optimiser.problem import Sequences, Stop

MOVE_COST = 2.0
"""What handing a delivery to another vehicle costs, in the fleet's currency."""
LEAST_GAIN_S = 300
"""An offer for a delayed route that saves less lateness than that is not worth a look."""
WAIT_S = 3.0
"""How long somebody at a screen waits for their turn."""


class Busy(TooManyRequests):
    """Somebody else's suggestion is being looked for."""

    type = "suggestions_busy"


class Suggester:
    """Makes suggestions, one at a time. Opens units of work of its own: looking takes a while."""

    def __init__(self, work: Work, matrices: Matrices, clock: Clock = utc_now) -> None:
        self._work, self._clock = work, clock
        self._looker = Looker(matrices, clock)
        self._turn = asyncio.Semaphore(1)

    async def about(self, told: Disruption, *, within: float | None = None) -> Suggestion | None:
        """A new suggestion in place of older ones about the same; None when nothing helps.

        Raises `Busy` when others are looked for and this one would have to wait longer than
        `within` seconds, `StoreUnavailable`.
        """
        async with self._turns(within):
            async with self._work() as session:
                case = await case_of(session, told, self._clock())
            made = None if case is None else await self._made(told, case)
            if made is None:
                return None
            async with self._work() as session:
                await offers.keep(session, made, self._clock())
        return made

    async def renew(self, told: Disruption, *, within: float | None = None) -> Suggestion | None:
        """A new suggestion in place of one that does not hold any more, which ends where nothing
        helps. Raises as `about`."""
        made = await self.about(told, within=within)
        if made is None:
            await self.end(told)
        return made

    async def end(self, told: Disruption) -> None:
        """End what is offered about something. Raises `StoreUnavailable`."""
        async with self._work() as session:
            await offers.expire(session, told)

    @asynccontextmanager
    async def _turns(self, within: float | None) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(within):
                await self._turn.acquire()
        except TimeoutError:
            message = "Another suggestion is being looked for; please try again in a few seconds"
            raise Busy(message, retry_after=3) from None
        try:
            yield
        finally:
            self._turn.release()

    async def _made(self, told: Disruption, case: Case) -> Suggestion | None:
        _, known = await self._looker.prepared(case.day, case.before)
        _, prepared = await self._looker.prepared(case.then, case.after)
        found = await asyncio.to_thread(search, _asked(told.kind, known, prepared, case))
        made = None if found is None else offer(told, case, found)
        if found is None or made is None or not helps(told.kind, made, case, found):
            return None
        return made


def _asked(kind: Kind, known: Prepared, prepared: Prepared, case: Case) -> Search:
    """The day again; whatever else waits for a route is left waiting."""
    problem, sequences = prepared.problem, prepared.sequences
    names = frozenset(name for one in case.wanted for name in (str(one), f"p{one}"))
    ids = {stop for tour in sequences.values() for stop in tour} | names
    problem = dataclasses.replace(
        problem,
        stops=tuple(_due(stop, names) for stop in problem.stops if stop.id in ids),
        pairs=tuple(pair for pair in problem.pairs if pair.delivery in ids),
        current=sequences,
        move_cost=costs.units(MOVE_COST),
    )
    meant = known.problem
    was = dataclasses.replace(meant, stops=tuple(_due(stop, names) for stop in meant.stops))
    return Search(
        problem, sequences, was, known.sequences, prepared.words,
        wanted=[stop.id for stop in problem.stops if stop.id in names],
        moves=kind is Kind.BIG_DELAY, may_move=kind is not Kind.URGENT_ORDER,
    )  # fmt: skip


def _due(stop: Stop, wanted: Collection[str]) -> Stop:
    """The stop. What is driven already has its time: `helps` would refuse what makes it late, so
    that a search that may pay for that would miss where there is room."""
    return stop if stop.id in wanted else dataclasses.replace(stop, late_cost=None)


def offer(told: Disruption, case: Case, found: Found) -> Suggestion | None:
    """The offer; None when nothing would be another than it is."""
    plan, was = found.plan, found.was
    before = {route_id: case.day.carried(route_id) for route_id in case.before.links.values()}
    after = _orders(case, plan.sequences)
    if after == before:
        return None
    moves, effect = moves_of(case, before, after), effect_of(plan, was)
    changed = [id_ for id_, ids in after.items() if ids != before[id_]]
    times = _times(case, plan)
    return Suggestion(
        fleet_id=told.fleet_id, kind=told.kind.value, subject=told.subject, moves=moves,
        words=words_of(told, case, moves, plan, -effect["late_s"]), effect=effect,
        changes=changes_of(case, before, after, plan, was),
        before={str(id_): before[id_] for id_ in changed},
        after={str(id_): after[id_] for id_ in changed},
        times={str(id_): msgspec.to_builtins(times[id_], str_keys=True) for id_ in changed},
    )  # fmt: skip


def _orders(case: Case, sequences: Sequences) -> dict[int, list[int]]:
    """Route -> its deliveries: what is done first, then as planned."""
    found: dict[int, list[int]] = {}
    for key, route_id in case.before.links.items():
        done = [id_ for id_ in case.day.carried(route_id) if case.day.is_done(id_)]
        names = sequences.get(key, ()) if key in case.after.links else ()
        found[route_id] = [*done, *(int(one) for one in names if not one.startswith("p"))]
    placed = {id_ for ids in found.values() for id_ in ids}
    for route_id, ids in found.items():  # what found no place stays where it is
        carried = case.day.carried(route_id)
        found[route_id] = [*ids, *(one for one in carried if one not in placed)]
    return found


def _times(case: Case, plan: Plan) -> dict[int, PlannedRoute]:
    """When each route is to be driven; one that has nothing left to do is over now."""
    now = case.day.now
    times = {id_: PlannedRoute(now, now, 0, 0, 0, {}) for id_ in case.before.links.values()}
    for tour in plan.tours:
        times[case.before.links[tour.vehicle]] = planned_of(case.then, tour)
    return times


def helps(kind: Kind, made: Suggestion, case: Case, found: Found) -> bool:
    """Somebody takes what has to be taken, or lateness is saved; and nobody else is worse off."""
    plan, was = found.plan, found.was
    if _broken(plan, case) > _broken(was, case):
        return False
    if kind is Kind.BIG_DELAY:
        return not plan.left_out and bool(made.effect["late_s"] <= -LEAST_GAIN_S)
    if _late(plan, case) > _late(was, case):
        return False
    return bool(made.moves) and len(deliveries_left_out(plan)) < len(case.wanted)


def _late(plan: Plan, case: Case) -> int:
    """Of the stops that need no other vehicle."""
    wanted = {str(one) for one in case.wanted}
    visits = (visit for tour in plan.tours for visit in tour.visits)
    return sum(visit.late for visit in visits if visit.stop not in wanted)


def _broken(plan: Plan, case: Case) -> int:
    """Rules that those who go on driving do not keep; lateness has its own measure."""
    flags = (flag for flag in plan.flags if flag.vehicle in case.after.links)
    return sum(flag.code is not Broken.WINDOW for flag in flags)
