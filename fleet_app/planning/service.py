"""Working plans: making, looking at, naming and comparing them, and all that is done with them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view, fleet_of_new
from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY
from fleet_app.delivery.tours import Tour
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand.ordering import Orders
from fleet_app.planning.by_hand.stepping import NothingToTurn, Steps
from fleet_app.planning.document import Document, written
from fleet_app.planning.live.ports import ActiveRoutes
from fleet_app.planning.models import Plan
from fleet_app.planning.one_route import RouteOptimiser
from fleet_app.planning.picture.comparing import Comparison, compared
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.picture.shaping import Shapes
from fleet_app.planning.ports import Roads, Work
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.problem.staffing import staffed_rows
from fleet_app.planning.publication.service import Publication
from fleet_app.planning.repository import PlanRepository
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.templates.placing import with_templates
from fleet_app.planning.workday.day import read_day
from fleet_app.records.problems import invalid

__all__ = ["NothingToTurn", "PlanService"]

MOST_PLANS = 50
"""Of one day, so that nobody loses sight of them."""


class PlanService(Steps, Publication):
    """Plans of days: what is done with each is in `Steps` and `Publication`."""

    def __init__(
        self,
        work: Work,
        roads: Roads,
        matrices: Matrices,
        clock: Clock = utc_now,
        *,
        active: ActiveRoutes | None = None,
    ) -> None:
        """`active` knows when vehicles on their way are expected."""
        looker = Looker(matrices, clock, active)
        orders = Orders(looker)
        super().__init__(work, looker, clock, orders)
        self._shapes = Shapes(roads)
        self._one = RouteOptimiser(work, looker, clock, orders)

    async def plans(self, actor: Actor, day: dt.date, fleet_id: int | None = None) -> list[Plan]:
        """The plans of a day, the oldest first. Raises `Forbidden`, `NotFound` for the fleet."""
        authorize(actor.principal, "plans.read")
        fleet = fleet_in_view(actor.principal, fleet_id)
        async with self._work() as session:
            return await PlanRepository(session).of_day(fleet, day)

    async def create(
        self,
        actor: Actor,
        day: dt.date,
        name: str = "",
        *,
        copy_of: int | None = None,
        fleet_id: int | None = None,
    ) -> Board:
        """A plan of the day's routes with a row for everybody else who works; or a copy of another
        plan of that day. Raises `Forbidden`, `NotFound`, `InvalidInput`, `Conflict`."""
        authorize(actor.principal, "plans.update")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise invalid({"date": f"must be a day from {FIRST_DAY} to {LAST_DAY}"})
        async with self._work() as session:
            repository = PlanRepository(session)
            source = None if copy_of is None else await repository.plan(actor, copy_of)
            fleet = source.fleet_id if source else fleet_of_new(actor.principal, fleet_id)
            if source is not None and source.date != day:
                raise invalid({"copy_of": f"is a plan of {source.date:%-d %b %Y}"})
            others = await repository.of_day(fleet, day)
            if len(others) >= MOST_PLANS:
                raise Conflict(f"There are {MOST_PLANS} plans of this day already; delete some")
            plan = Plan(fleet_id=fleet, date=day, name=name or _free_name(others))
            if source is not None:
                plan.document, plan.links = dict(source.document), dict(source.links)
            else:
                await self._fill(session, plan)
            await repository.store(
                actor, plan, "create", {"name": [None, plan.name]}, what="created"
            )
            look = await self._looker.look(session, plan)
        return await self._looker.board(look)

    async def compare(self, actor: Actor, plan_id: int, other_id: int) -> Comparison:
        """Two plans side by side. Raises `Forbidden`, `NotFound`, `InvalidInput`."""
        first, second = await asyncio.gather(
            self.board(actor, plan_id), self.board(actor, other_id)
        )
        if first.fleet_id != second.fleet_id:
            raise invalid({"other_id": "is a plan of another fleet"})
        if first.date != second.date:
            raise invalid({"other_id": f"is a plan of {second.date:%-d %b %Y}"})
        return compared(first, second)

    async def rename(
        self, actor: Actor, plan_id: int, name: str, version: int | None = None
    ) -> Board:
        """Call a plan something else. Raises `Forbidden`, `NotFound`, `Stale`."""
        async with self._work() as session:
            repository = PlanRepository(session)
            plan = await repository.locked(actor, plan_id, version)
            before, plan.name = plan.name, name
            await repository.store(actor, plan, "update", {"name": [before, name]})
        return await self.board(actor, plan_id)

    async def remove(self, actor: Actor, plan_id: int, version: int | None = None) -> None:
        """Put a plan aside; the routes that were made of it stay. Raises as `rename`."""
        async with self._work() as session:
            repository = PlanRepository(session)
            plan = await repository.locked(actor, plan_id, version)
            plan.deleted_at = self._clock()
            await repository.store(actor, plan, "delete", {}, what="deleted")

    async def shapes(self, actor: Actor, plan_id: int) -> dict[str, str]:
        """The ways of the rows that have stops, as encoded lines with six decimals.

        Raises `Forbidden`, `NotFound`.
        """
        look = await self._look(actor, plan_id)
        return await self._shapes.of(look)

    async def optimise_route(self, actor: Actor, route_id: int, version: int | None = None) -> Tour:
        """One route in its best order, at once. Raises `Forbidden`, `NotFound`, `Stale`,
        `IllegalChange`."""
        return await self._one.optimise(actor, route_id, version)

    async def retime_route(self, actor: Actor, route_id: int) -> Tour | None:
        """Times for what was put on a planned route by hand; None where there is nothing to plan.
        Raises `Forbidden`."""
        return await self._one.retime(actor, route_id)

    async def _fill(self, session: AsyncSession, plan: Plan) -> None:
        day = await read_day(session, plan.fleet_id, plan.date, self._clock())
        state = healed(day, Document(), {})
        document = await with_templates(session, day, state.document)
        for row in await asyncio.to_thread(staffed_rows, day, document, day.past):
            document = document.with_new(row)
        plan.document, plan.links = written(document), dict(state.links)


def _free_name(others: Sequence[Plan]) -> str:
    taken: Mapping[str, None] = dict.fromkeys(one.name for one in others)
    number = 1
    while f"Plan {number}" in taken:
        number += 1
    return f"Plan {number}"
