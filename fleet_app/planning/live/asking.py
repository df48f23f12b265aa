"""Asks for the roads of routes beside everything else: no route waits for those of another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from fleet_app.planning.live.round import Round

log = logging.getLogger(__name__)


class Asking:
    """The questions that are on their way, by route."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, one: Round) -> None:
        """Ask what a route wants to know, unless that is under way. It is looked at again when it
        is answered."""
        route_id = one.loaded.running.route_id
        if route_id not in self._tasks and one.ahead.wants:
            task = asyncio.create_task(_ask(one), name=f"roads of route {route_id}")
            self._tasks[route_id] = task
            task.add_done_callback(lambda _: self._answered(one))

    def is_asking(self, one: Round) -> bool:
        """Whether answers for a route are still to come."""
        return one.loaded.running.route_id in self._tasks

    async def wait(self, seconds: float | None = None) -> None:
        """Until everything is answered, for so long at most."""
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=seconds)

    async def drop(self, route_ids: Collection[int]) -> None:
        """Nobody wants to know it any more."""
        tasks = [self._tasks[one] for one in route_ids if one in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Ask nothing more."""
        await self.drop(list(self._tasks))

    def _answered(self, one: Round) -> None:
        one.looked_at = 0.0
        del self._tasks[one.loaded.running.route_id]


async def _ask(one: Round) -> None:
    try:
        await one.ahead.ask()
    except Exception:  # a defect costs this route its roads, which are guessed then
        log.exception("the roads of route %s cannot be asked for", one.loaded.running.route_id)
