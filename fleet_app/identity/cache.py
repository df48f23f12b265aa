"""A small cache for answers that may be a few seconds old, with one batched query for many keys."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LARGEST_BATCH = 500


class FreshCache(Generic[K, V]):
    """Holds at most `size` answers for `ttl` seconds each; unknown keys are never held.

    Keys asked for while a query runs go into the next one together, so a crowd costs one query
    at a time, not one each.
    """

    def __init__(
        self,
        load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]],
        *,
        ttl: float = 5.0,
        size: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._ttl = ttl
        self._size = size
        self._clock = clock
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._wanted: dict[K, asyncio.Future[V | None]] = {}
        self._worker: asyncio.Task[None] | None = None

    def peek(self, key: K) -> V | None:
        """A fresh answer that needs no query."""
        held = self._held.get(key)
        if held is None or self._clock() - held[0] >= self._ttl:
            return None
        self._held.move_to_end(key)
        return held[1]

    async def get(self, key: K) -> V | None:
        """The answer, from a query if need be; None for an unknown key. Raises what it raises."""
        value = self.peek(key)
        if value is not None:
            return value
        future = self._wanted.get(key)
        if future is None:
            future = self._wanted[key] = asyncio.get_running_loop().create_future()
            self._wake()
        # Shielded: a caller that goes away must not cancel the others' answer.
        return await asyncio.shield(future)

    def forget(self, key: K) -> None:
        """Ask again next time."""
        self._held.pop(key, None)

    def _wake(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._drain(), name="identity-cache")

    async def _drain(self) -> None:
        while self._wanted:
            keys = list(self._wanted)[:LARGEST_BATCH]
            batch = {key: self._wanted.pop(key) for key in keys}
            await self._answer(batch)

    async def _answer(self, batch: dict[K, asyncio.Future[V | None]]) -> None:
        asked_at = self._clock()
        try:
            found = await self._load(list(batch))
        except Exception as error:
            for future in batch.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # nobody may be waiting any more; that is no leak
            return
        for key, future in batch.items():
            value = found.get(key)
            if value is not None:
                self._hold(key, asked_at, value)
            if not future.done():
                future.set_result(value)

    def _hold(self, key: K, asked_at: float, value: V) -> None:
        self._held[key] = (asked_at, value)
        self._held.move_to_end(key)
        while len(self._held) > self._size:
            self._held.popitem(last=False)
