"""Group commit: every append waiting at one moment shares one round trip and one fsync."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import redis.asyncio as redis

from fleet_app.kernel.errors import StoreUnavailable

STORE = "The position log"
Record = tuple[str, bytes]
"""A stream key and the payload of one entry."""
Append = tuple[Sequence[Record], asyncio.Future[None]]
"""What one caller wants written, and where it waits."""
MAX_ROUND_BYTES = 4_000_000
"""A round trip carries at most this much (or one append, however large)."""
SYNC_TIMEOUT_MS = 4_000
"""How long the server may take to get a round onto its disk."""
ROUND_TIMEOUT = 5.0
"""Seconds after which a round counts as failed: the server hangs or is gone."""
MAX_WAITING_BYTES = 64_000_000
"""Payloads in memory, being written or waiting for it, beyond which appends are refused."""
BUSY_RETRY_SECONDS = 2


class LogWriter:
    """One task that writes whatever is waiting; while it writes, the next round gathers.

    Nothing waits for company: an append that finds the writer idle leaves at once. A round that
    fails as a whole fails those that wait as well: nobody waits for one hanging round after the
    other.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._waiting: deque[Append] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    async def write(self, records: Sequence[Record]) -> None:
        """Return when all records are fsynced; raise `StoreUnavailable` when that is not sure."""
        size = _size(records)
        if self._bytes and self._bytes + size > MAX_WAITING_BYTES:
            raise StoreUnavailable(STORE, retry_after=BUSY_RETRY_SECONDS)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, future))
        self._bytes += size
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="log-writer")
        try:
            await future
        finally:
            self._bytes -= size

    async def _run(self) -> None:
        while appends := self._next_round():
            records = [record for records, _ in appends for record in records]
            try:
                async with asyncio.timeout(ROUND_TIMEOUT):
                    outcomes = await self._round_trip(records)
            except asyncio.CancelledError as error:
                self._fail(appends, error)
                raise
            except Exception as error:
                self._fail(appends, error)
            else:
                resolve(appends, outcomes)

    def _fail(self, appends: Sequence[Append], cause: BaseException) -> None:
        """Whatever failed the round would make those that wait now wait as long, then fail."""
        fail_all([*appends, *self._waiting], cause)
        self._waiting.clear()

    def _next_round(self) -> list[Append]:
        appends: list[Append] = []
        size = 0
        while self._waiting:
            records, future = self._waiting[0]
            if not future.done():  # else whoever asked has given up
                size += _size(records)
                if appends and size > MAX_ROUND_BYTES:
                    break
                appends.append((records, future))
            self._waiting.popleft()
        return appends

    async def _round_trip(self, records: Sequence[Record]) -> list[object]:
        """XADD all, then wait for the disk; both on one connection, as WAITAOF demands."""
        async with self._client.pipeline(transaction=False) as pipe:
            for key, payload in records:
                pipe.execute_command("XADD", key, "*", "b", payload)
            pipe.execute_command("WAITAOF", 1, 0, SYNC_TIMEOUT_MS)
            *outcomes, synced = await pipe.execute(raise_on_error=False)
        # An error means that the append-only file is off; a zero, that it is not written yet.
        if isinstance(synced, BaseException) or int(synced[0]) < 1:
            cause = synced if isinstance(synced, BaseException) else None
            raise StoreUnavailable(STORE) from cause
        return outcomes


def _size(records: Sequence[Record]) -> int:
    return sum(len(payload) for _, payload in records)


def fail_all(appends: Sequence[Append], cause: BaseException) -> None:
    """Tell every append of a round that it is not known to be on disk."""
    for _, future in appends:
        if not future.done():
            error = StoreUnavailable(STORE)
            error.__cause__ = cause
            future.set_exception(error)


def resolve(appends: Sequence[Append], outcomes: Sequence[object]) -> None:
    """Give each append of a synced round its own outcome."""
    start = 0
    for records, future in appends:
        own = outcomes[start : start + len(records)]
        start += len(records)
        refused = [outcome for outcome in own if isinstance(outcome, BaseException)]
        if refused:
            fail_all([(records, future)], refused[0])
        elif not future.done():
            future.set_result(None)
