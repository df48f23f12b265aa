"""Plans and their steps in the database, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.audit.trail import note
from fleet_app.delivery.models import Route
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.outbox.changes import What, changed
from fleet_app.planning.document import Document, parts, patched, read, written
from fleet_app.planning.models import MOST_STEPS, Plan, PlanStep
from fleet_app.planning.routes.healing import fitting
from fleet_app.records.errors import Stale

KIND, PLURAL = "plan", "plans"


class PlanRepository:
    """Reads and writes plans. Deleted ones are absent."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def plan(self, actor: Actor, plan_id: int, permission: str = "plans.read") -> Plan:
        """A plan that the actor may see. Raises `Forbidden`, `NotFound`."""
        authorize(actor.principal, permission)
        return self._visible(actor, plan_id, await self._session.get(Plan, plan_id))

    async def locked(
        self, actor: Actor, plan_id: int, version: int | None, permission: str = "plans.update"
    ) -> Plan:
        """A plan to be changed. Raises `Forbidden`, `NotFound`, `Stale`."""
        authorize(actor.principal, permission)
        query = select(Plan).where(Plan.id == plan_id).with_for_update(key_share=True)
        query = query.execution_options(populate_existing=True)
        plan = self._visible(actor, plan_id, (await self._session.exec(query)).first())
        if version is not None and version != plan.version:
            raise Stale(label_of(plan), plan.version)
        return plan

    async def lock_day(self, plan: Plan) -> None:
        """Keep everybody else from all plans of the day: two that are published at once would each
        wait for the other's."""
        await self._session.exec(self._locking(plan))

    def _locking(self, plan: Plan) -> SelectOfScalar[Plan]:
        query = select(Plan).where(
            Plan.fleet_id == plan.fleet_id, Plan.date == plan.date, col(Plan.deleted_at).is_(None)
        )
        query = query.order_by(col(Plan.id)).with_for_update(key_share=True)
        return query.execution_options(populate_existing=True)

    async def of_day(self, fleet_id: int | None, day: dt.date) -> list[Plan]:
        """The plans of a day, the oldest first; without a fleet those of all."""
        query = select(Plan).where(Plan.date == day, col(Plan.deleted_at).is_(None))
        if fleet_id is not None:
            query = query.where(Plan.fleet_id == fleet_id)
        return list(await self._session.exec(query.order_by(col(Plan.id))))

    async def labels(self, plan: Plan) -> tuple[str, str]:
        """What undo would take back and redo would make again."""
        query = select(PlanStep).where(
            PlanStep.plan_id == plan.id, col(PlanStep.number).in_((plan.step, plan.step + 1))
        )
        found = {step.number: step.label for step in await self._session.exec(query)}
        return found.get(plan.step, ""), found.get(plan.step + 1, "")

    async def step(self, plan: Plan, number: int) -> PlanStep | None:
        """One step."""
        query = select(PlanStep).where(PlanStep.plan_id == plan.id, PlanStep.number == number)
        return (await self._session.exec(query)).first()

    async def advance(self, actor: Actor, plan: Plan, document: Document, label: str) -> None:
        """Make a new document of a locked plan's; what could be made again is forgotten."""
        before = read(plan.document)
        connection = await self._session.connection()
        old = (col(PlanStep.number) > plan.step) | (col(PlanStep.number) <= plan.step - MOST_STEPS)
        await connection.execute(delete(PlanStep).where(col(PlanStep.plan_id) == plan.id, old))
        plan.step += 1
        self._session.add(
            PlanStep(
                plan_id=plan.id or 0, number=plan.step, label=label[:200],
                before=parts(before, document), after=parts(document, before),
                actor_id=actor.user_id, actor_name=actor.principal.name[:120],
            )
        )  # fmt: skip
        plan.document = written(document)
        await self.store(actor, plan, "edit_plan", {"step": [None, label]})

    async def turn(self, actor: Actor, plan: Plan, step: PlanStep, *, back: bool) -> None:
        """Take a step of a locked plan back, or make it again."""
        change = step.before if back else step.after
        plan.document = written(patched(read(plan.document), change))
        plan.step += -1 if back else 1
        action = "undo_plan" if back else "redo_plan"
        await self.store(
            actor, plan, action, {"step": [step.label, None] if back else [None, step.label]}
        )

    async def acquaint(self, plan: Plan, known: Collection[int]) -> None:
        """Let the other plans of the day know the routes that were made of this one, so that each
        keeps what it proposes for them."""
        made = [id_ for id_ in plan.links.values() if id_ not in known]
        if not made:
            return
        found = await self._session.exec(select(Route).where(col(Route.id).in_(made)))
        routes = list(found)
        others = self._locking(plan).where(col(Plan.id) != plan.id)
        for other in await self._session.exec(others):
            document, links = read(other.document), dict(other.links)
            for route in routes:
                row = fitting(document, links, route)
                if row is not None:
                    links[row.key] = route.id or 0
            other.links = links
            self._session.add(other)
            changed(self._session, other.fleet_id, PLURAL, [other.id or 0])

    async def store(
        self,
        actor: Actor,
        plan: Plan,
        action: str,
        changes: dict[str, Sequence[object]],
        *,
        what: What = "updated",
    ) -> None:
        """Count a change of a plan, and tell of it."""
        if what == "created":
            self._session.add(plan)
        else:
            plan.version += 1
            plan.updated_at = utc_now()
            self._session.add(plan)
        await self._session.flush()
        note(
            self._session, actor, action, kind=KIND, object_id=plan.id, label=label_of(plan),
            fleet_id=plan.fleet_id, changes=changes,
        )  # fmt: skip
        changed(self._session, plan.fleet_id, PLURAL, [plan.id or 0], what=what)

    def _visible(self, actor: Actor, plan_id: int, plan: Plan | None) -> Plan:
        if plan is None or plan.deleted_at or not actor.principal.sees_fleet(plan.fleet_id):
            raise NotFound("Plan", plan_id)
        return plan


def label_of(plan: Plan) -> str:
    """What people call a plan."""
    return f"{plan.name or 'Plan'}, {plan.date:%-d %b %Y}"
