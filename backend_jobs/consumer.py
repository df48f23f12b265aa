"""Reads one partition for one group: first what an earlier reader left unfinished, then the new.

Failure policy: a store that is down is waited for, for ever, without counting. Any other failure
is blamed on an entry: entries are then handled one by one, and the one that fails `ATTEMPTS`
times goes to the dead letters, so that the rest of the partition moves on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec

from backend_jobs.handlers import Handler
from backend_jobs.meter import Meter
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import FixBatch
from fleet_app.location.ports import FixLog, LogEntry

T = TypeVar("T")
log = logging.getLogger(__name__)

ATTEMPTS = 5
SUSPICIOUS_DELIVERIES = 3
"""An entry handed out this often may be what kills the process: it is handled alone."""
FATAL_DELIVERIES = 10
"""An entry handed out this often without ever coming to an end is buried unhandled. A store that
is down and having to let go of the partition are ends: only the death of the process counts."""
BLOCK_MS = 1_000
PENDING_SECONDS = 30.0
"""How often a reader looks for pending entries again: a reader before it, frozen for longer than
its lease, may have taken new ones when it woke."""
READ_BYTES = 1_000_000
"""About how much one read brings into memory; counts adapt to the size of entries."""
MIN_COUNT, MAX_COUNT = 16, 1_000
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between attempts while a store is down."""
RETRY_PAUSE = 0.05
"""Seconds before the second attempt at a failing entry; doubles with every attempt."""


class Stopped(Exception):
    """The consumer has to let go of its partition before it could finish."""


class Consumer:
    """One (group, partition). `run` ends soon after `stop`, with its work in hand done."""

    def __init__(
        self, fix_log: FixLog, group: str, partition: int, handler: Handler, meter: Meter
    ) -> None:
        self.group, self.partition = group, partition
        self._log = fix_log
        self._handler = handler
        self._meter = meter
        self._stopping = asyncio.Event()
        self._decoder = msgspec.msgpack.Decoder(FixBatch)
        self._entry_bytes = float(READ_BYTES) / 100

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stopped. Survives every store failure."""
        with suppress(Stopped):
            while not self._stopping.is_set():
                await self._drain_pending()
                await self._consume_new()

    async def _drain_pending(self) -> None:
        while not self._stopping.is_set():
            entries = await self._until_available(self._read_pending)
            if not entries:
                return
            for chunk in in_safe_chunks(entries):
                await self._process(chunk, again=True)

    async def _consume_new(self) -> None:
        """For a while, or until a read fails: its reply may be lost, and its entries pending."""
        clock = asyncio.get_running_loop().time
        until = clock() + PENDING_SECONDS
        while not self._stopping.is_set() and clock() < until:
            try:
                entries = await self._log.read_new(
                    self.group, self.partition, self._count(), BLOCK_MS
                )
            except StoreUnavailable:
                await self._pause(FIRST_PAUSE)
                return
            if not entries:
                continue
            self._learn_size(entries)
            await self._process(entries, again=False)

    async def _read_pending(self) -> list[LogEntry]:
        return await self._log.read_pending(self.group, self.partition, self._count())

    async def _process(self, entries: Sequence[LogEntry], *, again: bool) -> None:
        """Handle and acknowledge; on return none of `entries` is pending."""
        entries = await self._bury_fatal(entries)
        if not entries:
            return
        try:
            await self._handle(entries, again=again)
        except (StoreUnavailable, Stopped):
            raise
        except Exception:
            log.exception("%s/%d: handling one by one", self.group, self.partition)
            for entry in entries:
                await self._process_alone(entry)
        else:
            await self._acknowledge(entries)

    async def _handle(self, entries: Sequence[LogEntry], *, again: bool) -> None:
        decode = self._decoder.decode
        batches = [decode(entry.payload) for entry in entries]
        retried = again
        counted = True

        async def attempt() -> None:
            nonlocal retried, counted
            first, retried = retried, True
            try:
                await self._handler.handle(batches, again=first)
            except (StoreUnavailable, asyncio.CancelledError):
                if counted:
                    counted = False
                    await self._uncount(entries)
                raise

        await self._until_available(attempt)
        self._meter.count(self.group, sum(len(batch.fixes) for batch in batches))

    async def _uncount(self, entries: Sequence[LogEntry]) -> None:
        """It is not the fault of `entries` that they will be handed out again."""
        with suppress(StoreUnavailable):
            await self._log.uncount(self.group, self.partition, entries)

    async def _process_alone(self, entry: LogEntry) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._handle([entry], again=True)
            except (StoreUnavailable, Stopped):
                raise
            except Exception as error:
                if attempt == ATTEMPTS:
                    await self._bury(entry, describe(error))
                    return
                await self._pause(RETRY_PAUSE * 2 ** (attempt - 1))
            else:
                await self._acknowledge([entry])
                return

    async def _bury_fatal(self, entries: Sequence[LogEntry]) -> Sequence[LogEntry]:
        fatal = [entry for entry in entries if entry.deliveries >= FATAL_DELIVERIES]
        for entry in fatal:
            await self._bury(entry, f"handed out {entry.deliveries} times, never finished")
        return [entry for entry in entries if entry.deliveries < FATAL_DELIVERIES]

    async def _bury(self, entry: LogEntry, error: str) -> None:
        log.error("%s/%d: buried %s: %s", self.group, self.partition, entry.entry_id, error)
        await self._until_available(
            lambda: self._log.bury(self.group, self.partition, entry, error)
        )
        self._meter.count_buried(self.group)

    async def _acknowledge(self, entries: Sequence[LogEntry]) -> None:
        ids = [entry.entry_id for entry in entries]
        await self._until_available(lambda: self._log.acknowledge(self.group, self.partition, ids))

    async def _until_available(self, action: Callable[[], Awaitable[T]]) -> T:
        """Run `action` until its stores are up. Raises `Stopped` when there is no more time."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await action()
            except StoreUnavailable as error:
                self._meter.count_wait(self.group, error)
            if self._stopping.is_set():
                raise Stopped
            await self._pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _count(self) -> int:
        return int(min(max(READ_BYTES / self._entry_bytes, MIN_COUNT), MAX_COUNT))

    def _learn_size(self, entries: Sequence[LogEntry]) -> None:
        mean = sum(len(entry.payload) for entry in entries) / len(entries)
        self._entry_bytes = max(1.0, 0.8 * self._entry_bytes + 0.2 * mean)


def in_safe_chunks(entries: Sequence[LogEntry]) -> list[Sequence[LogEntry]]:
    """Suspicious entries alone, the others together, in order."""
    chunks: list[list[LogEntry]] = []
    joinable = False
    for entry in entries:
        suspicious = entry.deliveries >= SUSPICIOUS_DELIVERIES
        if joinable and not suspicious:
            chunks[-1].append(entry)
        else:
            chunks.append([entry])
        joinable = not suspicious
    return list(chunks)


def describe(error: Exception) -> str:
    """What an operator needs to know about a failure, in one line."""
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:500]
