"""A plan with everything around it, as it is at one moment, and its board."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import Clock
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.board import Board
from fleet_app.planning.document import Document, read, stop_id
from fleet_app.planning.live.ports import ActiveRoutes, LiveRouteState
from fleet_app.planning.models import Plan
from fleet_app.planning.picture.picturing import NOTHING_EXPECTED, Arrivals, Picture, totals_of
from fleet_app.planning.problem.alone import Rows, alone, blocks_of, times_of
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.problem.problems import Prepared, Question
from fleet_app.planning.repository import PlanRepository
from fleet_app.planning.routes.handing import apart
from fleet_app.planning.routes.healing import Healed, healed
from fleet_app.planning.routes.leaving import is_changed, leaving
from fleet_app.planning.workday.day import Day, is_going, read_day
from fleet_app.planning.workday.whereabouts import coarse
from fleet_app.routing.optimiser.plan import Plan as Timed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What was read in one transaction; `undo` and `redo` are the labels of those steps."""

    plan: Plan
    day: Day
    healed: Healed
    undo: str = ""
    redo: str = ""


class Looker:
    """Reads plans and works out their boards."""

    def __init__(
        self, matrices: Matrices, clock: Clock, active: ActiveRoutes | None = None
    ) -> None:
        self._matrices, self._clock, self._active = matrices, clock, active

    async def look(
        self, session: AsyncSession, plan: Plan, *, delivery_ids: Iterable[int] = ()
    ) -> Look:
        """The plan as it is, with these deliveries as well."""
        document = read(plan.document)
        day = await day_of(session, plan, document, self._clock(), delivery_ids=delivery_ids)
        undo, redo = await PlanRepository(session).labels(plan)
        return Look(plan, day, healed(day, document, plan.links), undo, redo)

    async def prepared(self, day: Day, plan: Healed) -> tuple[Question, Prepared]:
        """The optimiser's problem of a plan. Takes long when places are new."""
        question = await self._question(day, plan)
        travels = [await self._matrices.told_apart(one) for one in question.travels]
        kinds = dict.fromkeys(travels)
        asked = [self._matrices.of(question.places, one, question.departs_at) for one in kinds]
        driving = dict(zip(kinds, await asyncio.gather(*asked), strict=True))
        every = [driving[one] for one in travels]
        return question, await asyncio.to_thread(question.prepared, every)

    async def alone(self, day: Day, plan: Healed, only: str = "") -> tuple[Question, Rows]:
        """Rows as problems of their own, all that have open stops or one of them. Driving is known
        within rows only."""
        question = await self._question(day, plan)
        wanted = blocks_of(question)
        wanted = {key: one for key, one in wanted.items() if not only or key == only}
        places, departs_at = question.places, question.departs_at
        asked = [
            self._matrices.of([places[one] for one in block], travel, departs_at)
            for travel, block in wanted.values()
        ]
        driving = dict(zip(wanted, await asyncio.gather(*asked), strict=True))
        blocks = {key: block for key, (_, block) in wanted.items()}
        return question, await asyncio.to_thread(alone, question, blocks, driving)

    async def _question(self, day: Day, plan: Healed) -> Question:
        """What the plan asks. Where answers are billed, vehicles are seldom at new places."""
        if await self._matrices.knows_traffic():
            day = replace(day, seen=coarse(day.seen))
        return await asyncio.to_thread(Question, day, plan)

    async def timed(self, look: Look) -> tuple[Question, bool, Timed]:
        """The times of a plan, and whether driving is a guess."""
        question, rows = await self.alone(look.day, look.healed)
        is_estimate = any(row.is_estimate for row in rows.values())
        return question, is_estimate, await asyncio.to_thread(times_of, question, rows)

    async def board(self, look: Look) -> Board:
        """What people see."""
        question, is_estimate, times = await self.timed(look)
        arrivals = await self._arrivals(look)
        return await asyncio.to_thread(_drawn, look, question, times, arrivals, is_estimate)

    async def _arrivals(self, look: Look) -> Arrivals:
        """When stops of routes in progress are expected, as far as anybody knows."""
        going = [id_ for id_ in look.healed.links.values() if is_going(look.day.routes[id_])]
        if self._active is None or not going:
            return NOTHING_EXPECTED
        try:
            return _arrivals(list((await self._active.get(going)).values()))
        except StoreUnavailable as error:  # no reason to show nothing else
            log.warning("arrivals are not shown: %s", error)
            return NOTHING_EXPECTED


def _arrivals(states: Sequence[LiveRouteState]) -> Arrivals:
    stops = {
        stop_id(stop.delivery_id, pickup=stop.is_pickup):
        (None if state.stale else stop.eta, state.risk_of(stop))
        for state in states
        for stop in state.stops
        if stop.delivery_id is not None
    }  # fmt: skip
    silent = {one.route_id: one.seen_at for one in states if one.stale and one.seen_at is not None}
    return Arrivals(stops, silent)


def _drawn(
    look: Look, question: Question, times: Timed, arrivals: Arrivals, is_estimate: bool
) -> Board:
    picture = Picture(question, times, arrivals)
    rows, tray = picture.rows(), picture.tray()
    plan, fleet = look.plan, look.day.fleet
    return Board(
        id=plan.id or 0,
        fleet_id=plan.fleet_id,
        date=plan.date,
        name=plan.name,
        zone=fleet.time_zone,
        currency=fleet.currency,
        units=fleet.units.value,
        version=plan.version,
        rows=rows,
        tray=tray,
        totals=totals_of(rows, tray),
        more_waiting=look.day.more,
        leaving=leaving(look.day, look.healed),
        undo=look.undo,
        redo=look.redo,
        job_id=plan.job_id,
        published_at=plan.published_at,
        changed=is_changed(look.day, look.healed, rows),
        estimate=is_estimate,
    )


async def day_of(
    session: AsyncSession,
    plan: Plan,
    document: Document,
    now: datetime,
    *,
    delivery_ids: Iterable[int] = (),
) -> Day:
    """The plan's day, with all that the plan names."""
    day = await read_day(
        session,
        plan.fleet_id,
        plan.date,
        now,
        delivery_ids={*document.planned, *document.off, *delivery_ids},
        route_ids=plan.links.values(),
        vehicle_ids={row.vehicle_id for row in document.rows if row.vehicle_id},
        driver_ids={row.driver_id for row in document.rows if row.driver_id},
    )
    return apart(day, document, plan.links)
