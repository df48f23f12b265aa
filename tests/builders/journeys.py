"""Drives posted into history and folded, as workers do it, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from backend_jobs.journeys import JourneyRunner
from backend_jobs.outages import Outages
from fleet_app.bootstrap import Container
from fleet_app.delivery.driving import drivers_at
from fleet_app.kernel.clock import from_ms
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix
from fleet_app.location.past.fact_rows import known_of
from fleet_app.location.past.keeper import PastKeeper
from fleet_app.location.past.models import FactCorrection, StoredFact
from fleet_app.outbox.models import StoredEvent
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_batch
from tests.builders.people import a_fleet, a_vehicle


def errand(every: int = 10) -> list[Fix]:
    """Ten minutes at rest, a trip of four kilometres, ten minutes, back half of the way, rest."""
    drive = Drive().rest(600).go(4_000).rest(600).go(2_000, 9.0).rest(600)
    return drive.fixes(every, noise_m=3.0)


class Journeys:
    """One vehicle, its history, and the loop that tells what happened, at a moment of its own."""

    def __init__(self, container: Container, fleet_id: int, vehicle_id: int, **chosen: Any) -> None:
        self.container, self.fleet_id, self.vehicle_id = container, fleet_id, vehicle_id
        self.now = from_ms(NOON_MS)
        self.runner = self.another(**chosen)

    def another(self, **chosen: Any) -> JourneyRunner:
        """One more worker's loop."""
        keeper = PastKeeper(self.container.work, drivers_at, clock=lambda: self.now, **chosen)
        return JourneyRunner(keeper, Outages())

    async def post(self, fixes: Iterable[Fix]) -> None:
        """Into history, without folding. It is then at least five seconds later than any fix."""
        batch = a_batch(*fixes, vehicle_id=self.vehicle_id, fleet_id=self.fleet_id)
        newest = max(fix.recorded_at_ms for fix in batch.fixes)
        self.now = max(self.now, from_ms(newest) + timedelta(seconds=5))
        await self.container.history.store([batch])

    async def fold(self) -> None:
        """Until nothing is due."""
        while await self.runner.round():
            pass

    async def drove(self, *posts: Sequence[Fix]) -> list[Fact]:
        """Post and fold piece by piece; the facts that hold then."""
        for post in posts:
            await self.post(post)
            await self.fold()
        return await self.facts()

    async def facts(self, kind: FactKind | None = None) -> list[Fact]:
        """The facts that hold, in the order of their keys, whenever they became known."""
        async with self.container.work() as session:
            connection = await session.connection()
            query = text(
                "SELECT * FROM movement_facts WHERE vehicle_id = :vehicle_id"
                " AND withdrawn_at IS NULL"
            )
            rows = (await connection.execute(query, {"vehicle_id": self.vehicle_id})).mappings()
            found = [known_of(row).fact for row in rows]
        return sorted((one for one in found if kind in (None, one.kind)), key=lambda fact: fact.key)

    async def rows(self, kind: FactKind) -> list[StoredFact]:
        """The stored facts of a kind, also withdrawn ones."""
        query = select(StoredFact).where(
            StoredFact.vehicle_id == self.vehicle_id, StoredFact.kind == kind
        )
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(StoredFact.started_at))))

    async def events(self, *types: str) -> list[StoredEvent]:
        """What was published about the vehicle, in the order in which it happened."""
        order = (col(StoredEvent.occurred_at), col(StoredEvent.sequence))
        query = select(StoredEvent).where(StoredEvent.subject == f"vehicle:{self.vehicle_id}")
        async with self.container.work() as session:
            found = await session.exec(query.order_by(*order))
            return [event for event in found if not types or event.type in types]

    async def corrections(self) -> list[FactCorrection]:
        """What was told and then told otherwise."""
        query = select(FactCorrection).join(
            StoredFact, col(StoredFact.id) == col(FactCorrection.fact_id)
        )
        query = query.where(StoredFact.vehicle_id == self.vehicle_id)
        async with self.container.work() as session:
            return list(await session.exec(query.order_by(col(FactCorrection.id))))

    async def at(self, now: datetime) -> None:
        """Let time pass until then."""
        self.now = now
        await self.fold()


async def a_van(container: Container, **chosen: Any) -> Journeys:
    """A vehicle of a fleet of its own."""
    fleet_id = await a_fleet(container)
    return Journeys(container, fleet_id, await a_vehicle(container, fleet_id), **chosen)


async def in_one(container: Container, fixes: Sequence[Fix]) -> list[Fact]:
    """The facts of another vehicle that sent these in one post, in order."""
    return await (await a_van(container)).drove(fixes)
