"""Plans, as runs see them: asked as a problem, told what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.by_hand.arranging import arranged
from fleet_app.planning.by_hand.since import Begun, gone
from fleet_app.planning.document import Document
from fleet_app.planning.models import Plan
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.ports import Work
from fleet_app.planning.problem.paces import renewed, with_paces
from fleet_app.planning.problem.problems import Prepared
from fleet_app.planning.problem.staffing import restaffed
from fleet_app.planning.repository import PlanRepository
from fleet_app.planning.runs.models import Mode
from fleet_app.planning.runs.ports import Asked, Result, Settled
from fleet_app.planning.runs.usable import usable
from fleet_app.planning.workday.ahead import require_ahead
from fleet_app.records.errors import Stale
from fleet_app.routing.optimiser.problem import Chain, Hold

LABELS = {
    Mode.EVERYTHING: "Optimise",
    Mode.FIT_IN: "Fit in what waits",
    Mode.KEEP_DRIVERS: "Optimise, drivers as they are",
}
"""What the step is called that undo takes back."""
ASIDE = " (optimised)"
LONGEST_NAME = 120


class PlanKeeper:
    """`Planner` over the plans in the database."""

    def __init__(self, work: Work, looker: Looker) -> None:
        self._work = work
        self._looker = looker

    async def ask(self, actor: Actor, plan_id: int, mode: Mode) -> Asked:
        """See `Planner.ask`."""
        async with self._work() as session:
            plan = await PlanRepository(session).plan(actor, plan_id, "plans.update")
            look = await self._looker.look(session, plan)
        require_ahead(look.day)
        crews: dict[str, int] = {}
        if mode is Mode.EVERYTHING:
            crews = await asyncio.to_thread(restaffed, look.day, look.healed, look.day.past)
            look.healed.document = with_drivers(look.healed.document, crews)
        begun = Begun.of(look.day, look.healed)
        look.healed.document = renewed(look.day, look.healed)
        some = bool(look.healed.document.rows)
        day, look.healed.document = usable(look.day, look.healed, mode)
        _, prepared = await self._looker.prepared(day, look.healed)
        _require_sense(prepared, mode, some=some)
        problem = prepared.problem
        if mode is Mode.FIT_IN:
            problem = replace(problem, chains=tuple(_ordered(prepared)))
        return Asked(
            problem, plan.version, prepared.sequences, kept_of(prepared, mode), prepared.words,
            crews, look.day.clock, begun,
        )  # fmt: skip

    async def settle(self, session: AsyncSession, actor: Actor, result: Result) -> Settled:
        """See `Planner.settle`."""
        try:
            async with attempt(session):
                await self._store(session, actor, result, result.version)
            return Settled(applied=True, plan_id=result.plan_id)
        except Stale:
            aside = await _aside(session, actor, result.plan_id)
        kept = replace(result, plan_id=aside.id or 0)
        await self._store(session, actor, kept, None)
        return Settled(applied=False, plan_id=kept.plan_id)

    async def _store(
        self, session: AsyncSession, actor: Actor, result: Result, version: int | None
    ) -> None:
        repository, found = PlanRepository(session), result.found
        plan = await repository.locked(actor, result.plan_id, version)
        look = await self._looker.look(session, plan)
        document = arranged(look, found.sequences, found.left_out, found.begun)
        if gone(look.day, look.healed, found.begun).isdisjoint(found.crews):
            document = with_drivers(document, found.crews)
        document = with_paces(look.day, look.healed, look.healed.document, document)
        plan.links = dict(look.healed.links)
        await repository.advance(actor, plan, document, LABELS[result.mode])


def with_drivers(document: Document, crews: Mapping[str, int]) -> Document:
    """The document with other drivers on some of its rows."""
    rows = [row for row in document.rows if row.key in crews]
    return document.with_rows(
        *(msgspec.structs.replace(row, driver_id=crews[row.key]) for row in rows)
    )


def _require_sense(prepared: Prepared, mode: Mode, *, some: bool) -> None:
    """Raises `InvalidInput` for a plan on which there is nothing to be done, though there may be
    `some` rows."""
    problem = prepared.problem
    if not problem.vehicles and some:
        raise InvalidInput("Nobody can drive on this plan: each row needs a vehicle and a driver.")
    if not problem.vehicles:
        raise InvalidInput("Nobody drives on this plan. Add a vehicle first.")
    if not problem.stops:
        words = {words for _, words in prepared.refused.values()}
        why = f" {words.pop()}." if len(words) == 1 else ""
        raise InvalidInput(f"There is nothing to plan on this day.{why}")
    planned = sum(map(len, prepared.sequences.values()))
    if mode is Mode.FIT_IN and planned == len(problem.stops):
        raise InvalidInput("Nothing waits in the tray that could be fitted in.")


def kept_of(prepared: Prepared, mode: Mode) -> dict[str, tuple[str, ...]]:
    """What stays on its row, whatever it breaks there: what is aboard or locked where it is, and
    all of it when only what waits is put between."""
    problem, is_fitted = prepared.problem, mode is Mode.FIT_IN
    held = {stop.id for stop in problem.stops if stop.vehicle is not None}
    held |= {stop for chain in problem.chains for stop in chain.stops}
    return {
        vehicle: tuple(stop for stop in stops if is_fitted or stop in held)
        for vehicle, stops in prepared.sequences.items()
    }


def _ordered(prepared: Prepared) -> Iterator[Chain]:
    """The order of every row, between whose stops others may come. What is firmer stays so."""
    firm = {chain.vehicle for chain in prepared.problem.chains if chain.hold is Hold.WHOLE}
    yield from prepared.problem.chains
    for vehicle, stops in prepared.sequences.items():
        if stops and vehicle not in firm:
            yield Chain(vehicle, stops, Hold.ORDER)


async def _aside(session: AsyncSession, actor: Actor, plan_id: int) -> Plan:
    """Another plan of the same day, as the first one is now."""
    repository = PlanRepository(session)
    source = await repository.plan(actor, plan_id)
    taken = {one.name for one in await repository.of_day(source.fleet_id, source.date)}
    plan = Plan(
        fleet_id=source.fleet_id, date=source.date, name=_free(source.name, taken),
        document=dict(source.document), links=dict(source.links),
    )  # fmt: skip
    await repository.store(actor, plan, "create", {"name": [None, plan.name]}, what="created")
    return plan


def _free(name: str, taken: set[str]) -> str:
    """A name that says where it comes from, and that no plan of the day has."""
    tails = (ASIDE, *(f" (optimised {number})" for number in range(2, 1_000)))
    names = (f"{name[: LONGEST_NAME - len(tail)]}{tail}" for tail in tails)
    return next(one for one in names if one not in taken)
