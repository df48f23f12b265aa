"""What everything that people do with plans stands on: the ports, and a look at a plan."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.access.actor import Actor
from fleet_app.kernel.clock import Clock
from fleet_app.planning.board import Board
from fleet_app.planning.picture.looking import Look, Looker
from fleet_app.planning.ports import Work
from fleet_app.planning.repository import PlanRepository


class Desk:
    """Reads plans. Opens its own units of work, since driving times can take long."""

    def __init__(self, work: Work, looker: Looker, clock: Clock) -> None:
        self._work, self._looker, self._clock = work, looker, clock

    async def board(self, actor: Actor, plan_id: int) -> Board:
        """A plan as people see it. Raises `Forbidden`, `NotFound`."""
        return await self._looker.board(await self._look(actor, plan_id))

    async def _look(
        self,
        actor: Actor,
        plan_id: int,
        permission: str = "plans.read",
        *,
        also: Sequence[int] = (),
    ) -> Look:
        async with self._work() as session:
            plan = await PlanRepository(session).plan(actor, plan_id, permission)
            return await self._looker.look(session, plan, delivery_ids=also)
