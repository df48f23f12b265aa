"""Showing plans to drivers, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleet_app.access.actor import Actor
from fleet_app.delivery.replanning import Replanning
from fleet_app.planning.board import Board
from fleet_app.planning.desk import Desk
from fleet_app.planning.document import written
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.problem.paces import with_paces
from fleet_app.planning.publication.foreseeing import foreseen
from fleet_app.planning.publication.publishing import Publisher, RowNews, news_of
from fleet_app.planning.repository import PlanRepository
from fleet_app.planning.workday.ahead import require_ahead
from fleet_app.routing.optimiser.plan import Plan as Timed

PATIENT_SECONDS = 30.0
"""How long publishing may take: it changes every route of a day."""


class Forecast(msgspec.Struct, frozen=True):
    """What publishing a plan of this version would do, at the moment."""

    version: int
    rows: list[RowNews]


class Publication(Desk):
    """Plans as routes that drivers see."""

    async def forecast(self, actor: Actor, plan_id: int) -> Forecast:
        """What `publish` would do, without doing it. Raises `Forbidden`, `NotFound`, and
        `InvalidInput` for a day that is over."""
        look = await self._look(actor, plan_id, "plans.publish")
        require_ahead(look.day)
        _, _, times = await self._looker.timed(look)
        day, links = look.day, look.healed.links
        meant = foreseen(day, look.healed, times)
        rows = [news_of(day, one, links.get(one.row.key)) for one in meant]
        return Forecast(look.plan.version, rows)

    async def publish(
        self, actor: Actor, plan_id: int, version: int | None = None
    ) -> tuple[Board, list[RowNews]]:
        """Make routes of the rows, or make the routes again what the rows are; drivers see them at
        once. Rows that nobody can drive as they are stay behind, and say why.

        Raises `Forbidden`, `NotFound`, `Stale`, `InvalidInput` for a day that is over, and
        `Conflict` or `InvalidInput` when deliveries or routes changed at the same moment.
        """
        look = await self._look(actor, plan_id, "plans.publish")
        _, _, times = await self._looker.timed(look)
        version = look.plan.version if version is None else version
        async with self._work(PATIENT_SECONDS) as session:
            repository = PlanRepository(session)
            await repository.lock_day(look.plan)
            plan = await repository.locked(actor, plan_id, version, "plans.publish")
            await Replanning(session, self._clock).lock(*_touched(look))
            look = await self._looker.look(session, plan)
            require_ahead(look.day)
            session.expunge_all()  # it says how the routes were, also when they have changed
            session.add(plan)
            publisher = Publisher(session, actor, look, times, self._clock)
            news = await publisher.publish()
            plan.published_at = self._clock()
            document = msgspec.structs.replace(look.healed.document, off=())
            plan.document = written(with_paces(look.day, look.healed, document, document))
            plan.links = publisher.links
            await repository.store(actor, plan, "publish_plan", {"routes": [None, _told(news)]})
            await repository.acquaint(plan, set(look.healed.links.values()))
        return await self.board(actor, plan_id), news

    async def recall(
        self, actor: Actor, plan_id: int, version: int | None = None
    ) -> tuple[Board, list[RowNews]]:
        """Take published routes back from their drivers, where nothing has happened on them yet.

        Raises as `publish`.
        """
        look = await self._look(actor, plan_id, "plans.publish")
        version = look.plan.version if version is None else version
        async with self._work(PATIENT_SECONDS) as session:
            repository = PlanRepository(session)
            await repository.lock_day(look.plan)
            plan = await repository.locked(actor, plan_id, version, "plans.publish")
            news = await Publisher(session, actor, look, Timed(()), self._clock).recall()
            if not any(one.what == "refused" for one in news):
                plan.published_at = None
            await repository.store(actor, plan, "recall_plan", {"routes": [_told(news), None]})
        return await self.board(actor, plan_id), news


def _touched(look: Look) -> tuple[set[int], set[int]]:
    """The routes and deliveries that publishing may change."""
    carried = {id_ for route_id in look.healed.links.values() for id_ in look.day.carried(route_id)}
    return set(look.healed.links.values()), carried | look.healed.document.planned


def _told(news: Sequence[RowNews]) -> list[str]:
    """For the audit log."""
    return [f"{one.vehicle}: {one.what}" for one in news if one.what != "unchanged"]
