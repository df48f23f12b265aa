"""The durable log on Valkey streams: `log:{0}` … `log:{N-1}`, dead letters in `log:dead`.

Braces are part of the key: in a cluster all keys of one partition share a slot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.exceptions import ResponseError

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.kernel.jsonb import clean
from fleet_app.location.models import Fix, FixBatch
from fleet_app.location.ports import GROUPS, DeadLetter, LogEntry
from fleet_app.storage.live.errors import valkey_errors
from fleet_app.storage.live.log_writer import STORE, SYNC_TIMEOUT_MS, LogWriter

DEAD = "log:dead"
BACKLOG_SECONDS = 1.0
"""How old the backlog figure behind the admission check may be."""
FULL_RETRY_SECONDS = 10
APPEND_SECONDS = 5.0
"""How long a post may wait for the log. Whether it was written after all is then not known."""


def _encodable(fix: Fix) -> Fix:
    event_id: Any = clean(fix.event_id)
    attributes: Any = clean(fix.attributes)
    return msgspec.structs.replace(fix, event_id=event_id, attributes=attributes)


def stream_key(partition: int) -> str:
    """The stream of one partition."""
    return f"log:{{{partition}}}"


class ValkeyFixLog:
    """`FixLog` on one Valkey server with an append-only file.

    `client` must not retry commands by itself: a reply lost in a retried XREADGROUP would leave
    entries unread until the next restart. `writer` may retry, because appending twice is harmless.
    """

    def __init__(
        self,
        client: redis.Redis,
        writer: redis.Redis,
        partitions: int,
        max_pending: int,
        groups: Sequence[str] = GROUPS,
    ) -> None:
        self.partitions = partitions
        self._client = client
        self._writer = LogWriter(writer)
        self._max_pending = max_pending
        self._groups = tuple(groups)
        self._backlog = 0
        self._backlog_at = float("-inf")
        self._encoder = msgspec.msgpack.Encoder()

    async def append(self, batches: Sequence[FixBatch]) -> None:
        """See `FixLog.append`. Also refuses while the backlog is above the configured limit."""
        if not batches:
            return
        partitions = self.partitions
        with valkey_errors(STORE):
            async with asyncio.timeout(APPEND_SECONDS):
                await self._admit()
                await self._writer.write(
                    [(stream_key(b.vehicle_id % partitions), self._encode(b)) for b in batches]
                )

    def _encode(self, batch: FixBatch) -> bytes:
        try:
            return self._encoder.encode(batch)
        except (OverflowError, UnicodeEncodeError):
            # Odd attributes must not make a phone repeat its post for ever.
            fixes = [_encodable(fix) for fix in batch.fixes]
            return self._encoder.encode(msgspec.structs.replace(batch, fixes=fixes))

    async def _admit(self) -> None:
        now = time.monotonic()
        if now - self._backlog_at > BACKLOG_SECONDS:
            self._backlog_at = now  # before the await: concurrent appends use the older figure
            self._backlog = await self.backlog()
        if self._backlog > self._max_pending:
            raise StoreUnavailable(STORE, retry_after=FULL_RETRY_SECONDS)

    async def read_pending(self, group: str, partition: int, count: int) -> list[LogEntry]:
        """See `FixLog.read_pending`. Entries that no longer exist are acknowledged on the way."""
        with valkey_errors(STORE):
            raw = await self._read(group, partition, count, "0", None)
            gone = [entry_id.decode() for entry_id, fields in raw if not fields]
            if gone:
                await self.acknowledge(group, partition, gone)
            entries = [(entry_id, fields) for entry_id, fields in raw if fields]
            if not entries:
                return await self.read_pending(group, partition, count) if gone else []
            counts = await self._deliveries(group, partition, entries)
        return [_entry(entry_id, fields, counts.get(entry_id, 1)) for entry_id, fields in entries]

    async def read_new(
        self, group: str, partition: int, count: int, block_ms: int
    ) -> list[LogEntry]:
        """See `FixLog.read_new`."""
        with valkey_errors(STORE):
            raw = await self._read(group, partition, count, ">", block_ms)
        return [_entry(entry_id, fields, 1) for entry_id, fields in raw]

    async def _read(
        self, group: str, partition: int, count: int, after: str, block_ms: int | None
    ) -> list[tuple[bytes, dict[bytes, bytes]]]:
        block: list[str | int] = [] if block_ms is None else ["BLOCK", block_ms]
        reader = ("GROUP", group, _consumer(partition))
        where = ("STREAMS", stream_key(partition), after)
        for _ in range(2):
            try:
                answer = await run(
                    self._client, "XREADGROUP", *reader, "COUNT", count, *block, *where
                )
                return _entries_of(answer)
            except ResponseError as error:
                if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
                    raise
                await self._create_group(group, partition)
        return []

    async def _create_group(self, group: str, partition: int) -> None:
        """From the very first entry: a group may be younger than the log, or outlive lost data."""
        try:
            await self._client.xgroup_create(stream_key(partition), group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _deliveries(
        self, group: str, partition: int, entries: list[tuple[bytes, dict[bytes, bytes]]]
    ) -> dict[bytes, int]:
        first, last = entries[0][0], entries[-1][0]
        rows = await self._client.xpending_range(
            stream_key(partition), group, min=first, max=last, count=len(entries)
        )
        return {row["message_id"]: int(row["times_delivered"]) for row in rows}

    async def uncount(self, group: str, partition: int, entries: Sequence[LogEntry]) -> None:
        """See `FixLog.uncount`. Entries acknowledged meanwhile stay so: XCLAIM skips them."""
        ids: dict[int, list[str]] = {}
        for entry in entries:
            ids.setdefault(max(0, entry.deliveries - 1), []).append(entry.entry_id)
        claim = (stream_key(partition), group, _consumer(partition), 0)
        with valkey_errors(STORE):
            async with self._client.pipeline(transaction=False) as pipe:
                for count, same in ids.items():
                    pipe.xclaim(*claim, same, retrycount=count, justid=True)  # type: ignore[arg-type]
                await pipe.execute()

    async def acknowledge(self, group: str, partition: int, entry_ids: Sequence[str]) -> None:
        """See `FixLog.acknowledge`."""
        if not entry_ids:
            return
        with valkey_errors(STORE):
            await self._client.xack(stream_key(partition), group, *entry_ids)

    async def bury(self, group: str, partition: int, entry: LogEntry, error: str) -> None:
        """See `FixLog.bury`. The letter is on disk before the entry is acknowledged."""
        letter = {
            "group": group,
            "partition": partition,
            "entry": entry.entry_id,
            "error": error[:2000].encode("utf-8", "replace"),
            "b": entry.payload,
        }
        with valkey_errors(STORE):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.xadd(DEAD, letter)  # type: ignore[arg-type]  # field types are invariant
                pipe.execute_command("WAITAOF", 1, 0, SYNC_TIMEOUT_MS)
                _, synced = await pipe.execute()
            if int(synced[0]) < 1:
                raise StoreUnavailable(STORE)
            await self.acknowledge(group, partition, [entry.entry_id])

    async def dead_letters(self, count: int = 100) -> list[DeadLetter]:
        """See `FixLog.dead_letters`."""
        with valkey_errors(STORE):
            rows = await self._client.xrange(DEAD, count=count)
        return [_letter(letter_id, fields) for letter_id, fields in rows]

    async def replay_dead_letters(self, count: int = 100) -> int:
        """See `FixLog.replay_dead_letters`. Every group sees the entry again."""
        letters = await self.dead_letters(count)
        for letter in letters:
            await self._writer.write(
                [(stream_key(letter.partition % self.partitions), letter.payload)]
            )
            with valkey_errors(STORE):
                await self._client.xdel(DEAD, letter.letter_id)
        return len(letters)

    async def trim(self, partition: int) -> int:
        """See `FixLog.trim`. Nothing is dropped while a group does not exist yet."""
        key = stream_key(partition)
        with valkey_errors(STORE):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.execute_command("XINFO GROUPS", key)
                for group in self._groups:
                    pipe.execute_command("XPENDING", key, group)
                infos, *pendings = await pipe.execute(raise_on_error=False)
            boundary = _done_below(infos, pendings, self._groups)
            if boundary is not None:
                await run(self._client, "XTRIM", key, "MINID", "=", boundary)
            return int(await self._client.xlen(key))

    async def backlog(self) -> int:
        """See `FixLog.backlog`. Per partition the group that is furthest behind counts."""
        with valkey_errors(STORE):
            async with self._client.pipeline(transaction=False) as pipe:
                for partition in range(self.partitions):
                    pipe.execute_command("XINFO GROUPS", stream_key(partition))
                    pipe.xlen(stream_key(partition))
                answers = await pipe.execute(raise_on_error=False)
        lengths = answers[1::2]
        for length in lengths:
            if isinstance(length, BaseException):
                raise StoreUnavailable(STORE) from length
        pairs = zip(answers[::2], lengths, strict=True)
        return sum(_behind(infos, length, self._groups) for infos, length in pairs)


async def run(client: redis.Redis, *command: str | int) -> Any:
    """One command as it is written in the server's manual."""
    return await client.execute_command(*command)  # type: ignore[no-untyped-call]


def _consumer(partition: int) -> str:
    """One name for a partition whoever reads it, so that the next holder finds what is pending."""
    return f"p{partition}"


def _entries_of(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    if not answer:
        return []
    streams = answer.values() if isinstance(answer, dict) else [rows for _, rows in answer]
    return [row for rows in streams for row in rows]


def _entry(entry_id: bytes, fields: dict[bytes, bytes], deliveries: int) -> LogEntry:
    return LogEntry(entry_id.decode(), fields.get(b"b", b""), deliveries)


def _letter(letter_id: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    return DeadLetter(
        letter_id=letter_id.decode(),
        group=fields[b"group"].decode(),
        partition=int(fields[b"partition"]),
        entry_id=fields[b"entry"].decode(),
        error=fields[b"error"].decode("utf-8", "replace"),
        payload=fields[b"b"],
    )


def _position(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition(b"-")
    return int(milliseconds), int(sequence or 0)


def _done_below(infos: Any, pendings: Sequence[Any], groups: Sequence[str]) -> str | None:
    """The smallest entry id that some group still needs; None when a group is missing."""
    if isinstance(infos, BaseException) or any(isinstance(p, BaseException) for p in pendings):
        return None
    delivered = {info["name"].decode(): _position(info["last-delivered-id"]) for info in infos}
    if not set(groups) <= delivered.keys():
        return None
    needed = []
    for group, pending in zip(groups, pendings, strict=True):
        milliseconds, sequence = delivered[group]
        needed.append((milliseconds, sequence + 1))
        if pending["pending"]:
            needed.append(_position(pending["min"]))
    return "{}-{}".format(*min(needed))


def _behind(infos: Any, length: int, groups: Sequence[str]) -> int:
    if isinstance(infos, BaseException):  # there is no such stream yet
        return length
    behind = {info["name"].decode(): _lag(info, length) for info in infos}
    return max(behind.get(group, length) for group in groups)


def _lag(info: dict[str, Any], length: int) -> int:
    """Entries that a group has not acknowledged; the server cannot always tell its lag."""
    lag = info.get("lag")
    return length if lag is None else min(length, int(lag) + int(info["pending"]))
