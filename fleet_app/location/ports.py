"""What the location domain needs from the outside. Adapters live in `fleet_app.storage`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from fleet_app.location.frames import LivePosition
from fleet_app.location.models import Fix, FixBatch, RejectedPayload
from fleet_app.location.past.replay import Columns
from fleet_app.location.past.stored_track import TrackFix, TrackQuery

HISTORY_GROUP = "history"
TRACKER_GROUP = "tracker"
ROUTES_GROUP = "routes"
GROUPS = (HISTORY_GROUP, TRACKER_GROUP, ROUTES_GROUP)
"""Who reads the log. An entry may be dropped only when each of them has acknowledged it."""

RESUBSCRIBED = (0, b"")
"""What `LivePositions.listen` yields first and after every gap: earlier news may be lost."""


class LogEntry(msgspec.Struct, frozen=True):
    """One entry read from a partition of the log; `deliveries` counts attempts including this."""

    entry_id: str
    payload: bytes
    deliveries: int = 1


class DeadLetter(msgspec.Struct, frozen=True):
    """An entry that a group gave up on, with the reason."""

    letter_id: str
    group: str
    partition: int
    entry_id: str
    error: str
    payload: bytes


class FixLog(Protocol):
    """The durable, partitioned log between ingest and everything that follows."""

    partitions: int

    async def append(self, batches: Sequence[FixBatch]) -> None:
        """Return only when every batch is on disk; raise `StoreUnavailable` otherwise."""

    async def read_pending(self, group: str, partition: int, count: int) -> list[LogEntry]:
        """Entries handed out before and not acknowledged, oldest first."""

    async def read_new(
        self, group: str, partition: int, count: int, block_ms: int
    ) -> list[LogEntry]:
        """Entries never handed out to `group`; waits up to `block_ms` for the first one."""

    async def uncount(self, group: str, partition: int, entries: Sequence[LogEntry]) -> None:
        """Leave entries pending as if they had not been handed out this time."""

    async def acknowledge(self, group: str, partition: int, entry_ids: Sequence[str]) -> None:
        """Mark entries as done for `group`."""

    async def bury(self, group: str, partition: int, entry: LogEntry, error: str) -> None:
        """Move an entry of `group` to the dead letters and acknowledge it."""

    async def dead_letters(self, count: int = 100) -> list[DeadLetter]:
        """The oldest dead letters."""

    async def replay_dead_letters(self, count: int = 100) -> int:
        """Put dead letters back into their partitions; returns how many."""

    async def trim(self, partition: int) -> int:
        """Drop what every group has acknowledged; returns the number of entries left."""

    async def backlog(self) -> int:
        """Entries that some group has not acknowledged yet, over all partitions."""


class Lease(Protocol):
    """A time-limited exclusive right, kept by renewing it."""

    async def acquire(self, name: str, ttl_ms: int) -> bool:
        """Take or renew the lease `name`; False when somebody else holds it."""

    async def release(self, name: str) -> None:
        """Give the lease up if it is ours."""

    async def alive(self, role: str) -> int:
        """How many workers announced themselves in `role` and have not fallen silent since."""

    async def beat(self, role: str, ttl_ms: int) -> int:
        """Announce this worker as alive in `role`; returns how many are."""

    async def leave(self, role: str) -> None:
        """Stop counting as alive in `role`."""


class LivePositions(Protocol):
    """Present positions, fast to read and pushed to whoever listens."""

    async def publish(self, fleet_id: int, positions: Sequence[LivePosition]) -> None:
        """Store each position under its expiring key and announce all in one message."""

    async def get(self, vehicle_id: int) -> LivePosition | None:
        """The position if it is fresh (its key has not expired)."""

    def listen(self) -> AsyncIterator[tuple[int, bytes]]:
        """Yield (fleet id, packed records) for every announcement, reconnecting by itself.

        Yields `RESUBSCRIBED` each time listening (re)starts.
        """


class HistoryStore(Protocol):
    """Every believed fix, for ever or for as long as the retention says."""

    async def store(self, batches: Sequence[FixBatch]) -> int:
        """Store all fixes idempotently in one transaction; returns how many were new."""

    async def track(
        self, vehicle_id: int, since: datetime, until: datetime, limit: int = 10_000
    ) -> list[Fix]:
        """The believed fixes of one vehicle in [since, until), oldest first, newest `limit`."""

    async def page(self, query: TrackQuery) -> list[TrackFix]:
        """The fixes that the query asks for."""

    def columns(self, vehicle_id: int, since: datetime, until: datetime) -> AsyncIterator[Columns]:
        """The believed fixes in [since, until), oldest first, many at once."""

    async def drop_before(self, moment: datetime) -> int:
        """Drop whole days before `moment`; returns how many days were dropped."""


class RejectedPayloads(Protocol):
    """The newest payloads that were answered but could not be read, for people to look at."""

    async def add(self, payload: RejectedPayload) -> None:
        """Return only when the payload is on disk; raise `StoreUnavailable` otherwise.

        The oldest of its fleet goes when there are too many.
        """

    async def newest(self, fleet_id: int, count: int) -> list[RejectedPayload]:
        """The newest payloads of a fleet, newest first."""
