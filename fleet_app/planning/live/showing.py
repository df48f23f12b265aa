"""Shows routes in progress as they stand. It can be shown again, so nothing waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.live.ports import ActiveRoutes, LiveRouteState

log = logging.getLogger(__name__)
SHOW_S = 2.0
"""How long showing may take at once."""


class Showing:
    """What is to be shown, until the live store has taken it."""

    def __init__(self, active: ActiveRoutes) -> None:
        self._active = active
        self._states: dict[int, LiveRouteState] = {}
        self._gone: set[int] = set()
        self._is_away = False

    def show(self, states: Iterable[LiveRouteState]) -> None:
        """Routes stand so."""
        for state in states:
            self._states[state.route_id] = state
            self._gone.discard(state.route_id)

    def forget(self, route_ids: Iterable[int], *, over: bool = True) -> None:
        """Show nothing of routes any more; those that are not `over` are shown by others."""
        for route_id in route_ids:
            self._states.pop(route_id, None)
            if over:
                self._gone.add(route_id)

    async def flush(self) -> None:
        """Have the live store take it, or try again the next time."""
        if not self._states and not self._gone:
            return
        try:
            async with asyncio.timeout(SHOW_S):
                await self._active.forget(self._gone)
                await self._active.put(list(self._states.values()))
        except (StoreUnavailable, TimeoutError) as error:
            if not self._is_away:
                log.warning("routes in progress are shown later: %s", error or "no answer")
            self._is_away = True
            return
        self._states, self._gone, self._is_away = {}, set(), False
