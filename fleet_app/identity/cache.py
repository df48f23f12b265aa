"""A small cache for answers that may be a few seconds old, with one batched query for many keys."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from fleet_app.kernel.errors import StoreUnavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LARGEST_BATCH = 500
LOAD_SECONDS = 5.0
"""A query that takes longer has failed: everybody who misses waits for it."""


class FreshCache(Generic[K, V]):
    """Holds at most `size` answers for `ttl` seconds each; unknown keys are never held.

    Keys asked for while a query runs go into the next one together, so a crowd costs one query
    at a time, not one each. A store that is down is the answer to everybody who waits by then, so
    that nobody waits for one hanging query after the other.
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
            async with asyncio.timeout(LOAD_SECONDS):
                found = await self._load(list(batch))
        except (StoreUnavailable, TimeoutError) as error:
            waiting, self._wanted = self._wanted, {}
            down = error if isinstance(error, StoreUnavailable) else StoreUnavailable("A store")
            _fail([*batch.values(), *waiting.values()], down)
        except Exception as error:
            _fail(batch.values(), error)
        else:
            self._settle(batch, asked_at, found)

    def _settle(
        self, batch: dict[K, asyncio.Future[V | None]], asked_at: float, found: Mapping[K, V]
    ) -> None:
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


def _fail(futures: Iterable[asyncio.Future[V]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
            future.exception()  # nobody may be waiting any more; that is no leak
