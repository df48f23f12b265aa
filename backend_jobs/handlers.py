"""What each consumer group of the log does with its batches: the worker at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from fleet_app.bootstrap import Container
from fleet_app.location.models import FixBatch
from fleet_app.location.ports import HISTORY_GROUP, ROUTES_GROUP, TRACKER_GROUP, HistoryStore


class Handler(Protocol):
    """Handles batches of one partition, in order. Must be idempotent."""

    async def handle(self, batches: Sequence[FixBatch], *, again: bool = False) -> None:
        """Return when everything is stored. `again`: some of it may have been handled before.

        `StoreUnavailable` means "later"; anything else blames the batches.
        """


MakeHandler = Callable[[], Handler]
"""Called each time a partition is taken over, so that no memory survives a lost lease."""


class HistoryHandler:
    """Stores every fix once, and says so when some were new."""

    def __init__(self, history: HistoryStore, stored: Callable[[], None]) -> None:
        self._history = history
        self._stored = stored

    async def handle(self, batches: Sequence[FixBatch], *, again: bool = False) -> None:
        """See `Handler.handle`."""
        if await self._history.store(batches):
            self._stored()


def handlers(
    container: Container, stored: Callable[[], None], routes: Handler
) -> Mapping[str, MakeHandler]:
    """Group name -> handler. A new group reads the log from its oldest entry.

    `stored` is called after new fixes went into history. `routes` keeps nothing of a partition
    that is not in the database, so it serves them all.
    """
    return {
        HISTORY_GROUP: lambda: HistoryHandler(container.history, stored),
        TRACKER_GROUP: container.new_tracker,
        ROUTES_GROUP: lambda: routes,
    }
