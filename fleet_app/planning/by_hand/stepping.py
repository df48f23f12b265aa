"""Editing plans, step by step, and taking steps back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fleet_app.access.actor import Actor
from fleet_app.kernel.clock import Clock
from fleet_app.kernel.errors import Conflict
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.by_hand.arranging import taken_off
from fleet_app.planning.by_hand.editing import Editor
from fleet_app.planning.by_hand.edits import Edit
from fleet_app.planning.by_hand.ordering import Orders
from fleet_app.planning.desk import Desk
from fleet_app.planning.document import Document, read
from fleet_app.planning.models import Plan
from fleet_app.planning.picture.looking import Look, Looker
from fleet_app.planning.ports import Work
from fleet_app.planning.problem.paces import with_paces
from fleet_app.planning.repository import PlanRepository, label_of
from fleet_app.planning.routes.handing import apart
from fleet_app.planning.routes.healing import healed
from fleet_app.records.errors import Stale


class NothingToTurn(Conflict):
    """There is no step to take back, or to make again."""

    type = "nothing_to_undo"


class Steps(Desk):
    """Changes of plans by hand."""

    def __init__(self, work: Work, looker: Looker, clock: Clock, orders: Orders) -> None:
        super().__init__(work, looker, clock)
        self._orders = orders

    async def edit(self, actor: Actor, plan_id: int, version: int | None, edit: Edit) -> Board:
        """One change by hand. Whatever it breaks is flagged, and done all the same.

        Everything is worked out before the plan is locked; then it must still be the one that was
        looked at. Raises `Forbidden`, `NotFound`, `Stale`, `InvalidInput` for what is not there,
        and `Busy` for an order that has to wait.
        """
        look = await self._look(actor, plan_id, "plans.update", also=_named(edit))
        if version not in (None, look.plan.version):
            raise Stale(label_of(look.plan), look.plan.version)
        before = look.healed.document
        document, label = await asyncio.to_thread(Editor(look.day, look.healed).made, edit)
        document = await self._ordered(look, document, edit)
        document = with_paces(look.day, look.healed, before, document)
        plan = await self._stored(actor, look, document, label)
        day = apart(look.day, document, plan.links)
        after = await asyncio.to_thread(healed, day, document, plan.links)
        return await self._looker.board(Look(plan, day, after, undo=label))

    async def undo(self, actor: Actor, plan_id: int, version: int | None = None) -> Board:
        """Take the newest step back. Raises `Forbidden`, `NotFound`, `Stale`, `NothingToTurn`."""
        return await self._turn(actor, plan_id, version, back=True)

    async def redo(self, actor: Actor, plan_id: int, version: int | None = None) -> Board:
        """Make again what was taken back last. Raises as `undo`."""
        return await self._turn(actor, plan_id, version, back=False)

    async def _ordered(self, look: Look, document: Document, edit: Edit) -> Document:
        """Where the edit leaves it open how stops follow each other, as is best."""
        plan = look.healed
        day = apart(look.day, document, plan.links)
        if isinstance(edit, edits.Improve):
            return await self._orders.improved(day, plan, document, edit.row)
        if isinstance(edit, edits.Move) and edit.to and edit.place is None:
            return await self._orders.placed(day, plan, document, edit.to, set(edit.deliveries))
        return document

    async def _stored(self, actor: Actor, look: Look, document: Document, label: str) -> Plan:
        async with self._work() as session:
            repository = PlanRepository(session)
            plan = await repository.locked(actor, look.plan.id or 0, look.plan.version)
            # Publishing another plan links routes without counting a change of this one.
            fresh = {k: v for k, v in plan.links.items() if look.plan.links.get(k) != v}
            plan.links = {**look.healed.links, **fresh}
            await repository.advance(actor, plan, document, label)
        return plan

    async def _turn(self, actor: Actor, plan_id: int, version: int | None, *, back: bool) -> Board:
        async with self._work() as session:
            repository = PlanRepository(session)
            plan = await repository.locked(actor, plan_id, version)
            step = await repository.step(plan, plan.step if back else plan.step + 1)
            if step is None:
                what = "take back" if back else "make again"
                raise NothingToTurn(f"There is nothing to {what}")
            before = read(plan.document).planned
            await repository.turn(actor, plan, step, back=back)
            look = await self._looker.look(session, plan, delivery_ids=before)
            look = taken_off(look, before)
        return await self._looker.board(look)


def _named(edit: Edit) -> Sequence[int]:
    return edit.deliveries if isinstance(edit, edits.Move | edits.Lock) else ()
