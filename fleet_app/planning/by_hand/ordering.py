"""The cheapest places of stops on a row and the best order of one: worked out beside everything
else, with nothing locked meanwhile.

A best order takes all of a processor for a second. It is searched in a process that stands back
behind this one, one row at a time; whoever comes meanwhile waits a little, and is then told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Sequence

import msgspec

from fleet_app.kernel.errors import StoreUnavailable, TooManyRequests
from fleet_app.planning.document import Document, stops_of
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.problem.alone import Alone
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.day import Day
from fleet_app.routing.optimiser.parallel import NICE, Pool
from fleet_app.routing.optimiser.problem import Problem
from fleet_app.routing.optimiser.searching import Deadline
from fleet_app.routing.optimiser.tour_order import order
from fleet_app.routing.optimiser.tour_places import placed

log = logging.getLogger(__name__)
PLACING_S = 0.8
"""How long places are weighed; what is left then goes where the way is shortest."""
AT_ONCE = 2
"""Rows on which places are looked for at the same time."""
ORDERING_S = 1.2
"""How long a best order is looked for."""
TURN_S = 3.0
"""How long somebody waits for their turn."""
AGAIN_S = 3
"""After which it is worth to try again."""
PATIENCE_S = 20.0
"""A search that takes longer, the start of its process included, is given up."""
SEARCHERS = Pool(size=1, nice=NICE)
"""The process of this process."""


class Busy(TooManyRequests):
    """Others have their rows put into order, or stops put on theirs."""

    def __init__(self, doing: str) -> None:
        words = f"{doing}; please try again in a few seconds"
        super().__init__(words, retry_after=AGAIN_S)


class Orders:
    """Looks for places and orders, for all who ask in this process."""

    def __init__(self, looker: Looker) -> None:
        self._looker = looker
        self._places = asyncio.Semaphore(AT_ONCE)
        self._turn = asyncio.Lock()

    async def placed(
        self, day: Day, plan: Healed, document: Document, key: str, moved: Collection[int]
    ) -> Document:
        """The document with these deliveries of a row where each costs least on it.
        Raises `Busy`."""
        _, rows = await self._looker.alone(day, Healed(document, plan.links), key)
        if key not in rows:
            return document
        one = rows[key]
        moving = [stop for stop in one.stops if int(stop.removeprefix("p")) in moved]
        kept = [stop for stop in one.stops if stop not in set(moving)]
        await _turn(self._places, "Stops are being put on many rows")
        try:
            until = Deadline(PLACING_S)
            found = await asyncio.to_thread(placed, one.problem, kept, moving, until)
        finally:
            self._places.release()
        return in_order(day, document, key, found)

    async def improved(self, day: Day, plan: Healed, document: Document, key: str) -> Document:
        """The document with a row in its best order, as far as that is found in a second or two.
        Raises `Busy`, `StoreUnavailable`."""
        _, rows = await self._looker.alone(day, Healed(document, plan.links), key)
        if key not in rows:
            return document
        return in_order(day, document, key, await self.best(rows[key]))

    async def best(self, row: Alone) -> tuple[str, ...]:
        """The best order of a row, never a worse one than it has. Raises as `improved`."""
        await _turn(self._turn, "Another row is being put into its best order")
        search = asyncio.ensure_future(asyncio.to_thread(_searched, row.problem, row.stops))
        search.add_done_callback(lambda _: self._turn.release())
        return await asyncio.shield(search)  # who gives up does not make it the next one's turn


async def _turn(queue: asyncio.Lock | asyncio.Semaphore, doing: str) -> None:
    """Wait for one's turn, for a while. Raises `Busy`, which says what others are doing."""
    try:
        async with asyncio.timeout(TURN_S):
            await queue.acquire()
    except TimeoutError:
        raise Busy(doing) from None


def in_order(day: Day, document: Document, key: str, order: Sequence[str]) -> Document:
    """The document with what is open of a row in this order, behind what is done. Nothing that is
    on the row is lost."""
    row = document.row(key)
    if row is None:
        return document
    done = [stop for stop in row.stops if day.is_made(stop)]
    left = [stop for stop in row.stops if not day.is_made(stop)]
    there = {stop.id for stop in left}
    known = [one for one in order if one in there]
    ids = [*known, *(stop.id for stop in left if stop.id not in set(known))]
    stops = (*done, *stops_of(ids, left))
    return document.with_rows(msgspec.structs.replace(row, stops=stops))


def _searched(problem: Problem, stops: Sequence[str]) -> tuple[str, ...]:
    until = time.monotonic() + PATIENCE_S
    with SEARCHERS.crew() as crew:
        crew.start(0, order, problem, stops, ORDERING_S, seconds=PATIENCE_S)
        event = crew.next(until - time.monotonic())
    if event is not None and event.kind == "done":
        found: tuple[str, ...] = event.value
        return found
    log.error("no order was found: %s", event)
    raise StoreUnavailable("The optimiser")
