"""Which (group, partition) pairs this worker reads: leases, shared fairly among live workers."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from backend_jobs.consumer import Consumer
from backend_jobs.outages import Outages
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.ports import Lease

log = logging.getLogger(__name__)

ROLE = "worker"
TTL_MS = 4_000
"""A dead worker's partitions are free after this long."""
RENEW_SECONDS = 1.0
Pair = tuple[str, int]
"""Group and partition."""
MakeConsumer = Callable[[str, int], Consumer]


class _Holding:
    """A lease and the consumer that runs under it."""

    def __init__(self, consumer: Consumer, expires: float) -> None:
        self.consumer = consumer
        self.expires = expires
        self.task = asyncio.create_task(
            consumer.run(), name=f"{consumer.group}/{consumer.partition}"
        )


class Assignment:
    """Takes, keeps and gives up leases until told to stop."""

    def __init__(
        self,
        leases: Lease,
        pairs: Sequence[Pair],
        make_consumer: MakeConsumer,
        outages: Outages,
    ) -> None:
        self._leases = leases
        self._outages = outages
        self._pairs = list(pairs)
        self._make_consumer = make_consumer
        self._held: dict[Pair, _Holding] = {}
        self._finishing: dict[Pair, asyncio.Task[None]] = {}

    @property
    def held(self) -> list[Pair]:
        """What this worker reads at the moment."""
        return list(self._held)

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep a fair share until `stopping`; then drain and release everything."""
        try:
            while not stopping.is_set():
                await self._round()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), RENEW_SECONDS)
        finally:
            self._give_up(self.held)
            await asyncio.gather(*self._finishing.values(), return_exceptions=True)
            with suppress(StoreUnavailable):
                await self._leases.leave(ROLE)

    async def _round(self) -> None:
        try:
            workers = await self._leases.beat(ROLE, TTL_MS)
            await self._renew()
            await self._balance(math.ceil(len(self._pairs) / max(1, workers)))
        except StoreUnavailable as error:
            self._outages.met(error)
        self._drop_expired()

    async def _renew(self) -> None:
        for pair, holding in list(self._held.items()):
            asked = time.monotonic()
            if holding.task.done():  # consumers end only when stopped, or by a defect
                self._give_up([pair])
            elif await self._leases.acquire(name(pair), TTL_MS):
                holding.expires = asked + TTL_MS / 1000
            else:
                holding.expires = asked

    async def _balance(self, share: int) -> None:
        surplus = len(self._held) - share
        if surplus > 0:
            self._give_up(self.held[-surplus:])
            return
        taken = self._held.keys() | self._finishing.keys()
        free = [pair for pair in self._pairs if pair not in taken]
        random.shuffle(free)  # workers that start together should not ask for the same ones
        for pair in free:
            if len(self._held) >= share:
                return
            asked = time.monotonic()
            if await self._leases.acquire(name(pair), TTL_MS):
                self._held[pair] = _Holding(self._make_consumer(*pair), asked + TTL_MS / 1000)

    def _drop_expired(self) -> None:
        """Stop reading what may be somebody else's by now."""
        now = time.monotonic()
        self._give_up([p for p, holding in self._held.items() if holding.expires <= now])

    def _give_up(self, pairs: Sequence[Pair]) -> None:
        """Have the consumers finish what is in hand, then release; other leases do not wait."""
        for pair in pairs:
            holding = self._held.pop(pair)
            holding.consumer.stop()
            self._finishing[pair] = asyncio.create_task(self._finish(pair, holding))

    async def _finish(self, pair: Pair, holding: _Holding) -> None:
        task = holding.task
        left = max(1.0, holding.expires - time.monotonic())
        await asyncio.wait({task}, timeout=left)
        if not task.done():
            task.cancel()  # what it had in hand stays pending for the next holder
            await asyncio.wait({task})
        elif not task.cancelled() and task.exception() is not None:
            log.error("%s ended by a defect", name(pair), exc_info=task.exception())
        with suppress(StoreUnavailable):
            await self._leases.release(name(pair))
        self._finishing.pop(pair, None)


def name(pair: Pair) -> str:
    """The lease of a pair; braces keep it in the cluster slot of its stream."""
    group, partition = pair
    return f"{{{partition}}}:{group}"
