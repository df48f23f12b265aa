"""Editing plans beside everything else: what takes long blocks nobody and holds nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.tours import Tours
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits, ordering
from fleet_app.planning.by_hand.ordering import Busy
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.service import PlanService
from fleet_app.records.errors import Stale
from fleet_app.routing.optimiser.parallel import Pool
from tests.builders.plans import Office, an_office, ids, row, stored_plan, tray
from tests.builders.pool_tasks import fail, think_it_over

EVERY_S = 0.005


class Heart:
    """Beats as long as the loop lets it.

    Beats are counted while somebody's turn to search lasts, and what the loop itself worked in
    between is its thread's own time: neither knows what else the machine does.
    """

    def __init__(self, searching: Callable[[], bool]) -> None:
        self.beats, self.longest_s, self.took_s = 0, 0.0, 0.0
        self._searching = searching

    async def while_(self, doing: Awaitable[Any]) -> Any:
        """What comes of it."""
        beating = asyncio.create_task(self._beat())
        began = time.monotonic()
        try:
            return await doing
        finally:
            self.took_s = time.monotonic() - began
            beating.cancel()

    async def _beat(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(EVERY_S)
            now = time.thread_time()
            self.beats += self._searching()
            self.longest_s, last = max(self.longest_s, now - last), now

    def held_nobody_up(self) -> None:
        """The search went on beside the loop, which did nothing long itself."""
        assert self.beats > 5
        assert self.longest_s < self.took_s / 4, (self.longest_s, self.took_s)


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def edit(office: Office, board: Board, wish: edits.Edit, version: int | None = None) -> Board:
    return await office.plans.edit(office.actor, board.id, version, wish)


async def begun(office: Office, improving: asyncio.Task[Any]) -> None:
    """Once the search for it goes on."""
    while not office.plans._orders._turn.locked():
        assert not improving.done(), improving.result()
        await asyncio.sleep(EVERY_S)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders take their time, and whoever waits has none."""
    monkeypatch.setattr(ordering, "order", think_it_over)
    monkeypatch.setattr(ordering, "TURN_S", 0.05)


async def test_300_stops_that_are_drawn_onto_a_row_hold_nobody_up(container: Container) -> None:
    office = await an_office(container, vans=1, orders=300)
    board, place = await office.plan(), asyncio.Semaphore(1)
    office.plans._orders._places = place
    heart = Heart(place.locked)

    done: Board = await heart.while_(edit(office, board, edits.Move(tuple(office.orders), "1")))

    assert sorted(ids(done, "1")) == sorted(office.orders)
    assert ids(done, "1") != office.orders
    assert tray(done) == set()
    heart.held_nobody_up()
    before = await edit(office, board, edits.Move(tuple(office.orders), "1", 0))
    assert row(done, "1").distance_m < row(before, "1").distance_m / 2


async def test_a_row_that_is_improved_holds_nobody_up_and_locks_nothing(
    container: Container,
) -> None:
    office = await an_office(container, orders=25)
    board = await office.plan()
    board = await edit(office, board, edits.Move(tuple(office.orders), "1", 0))
    heart = Heart(office.plans._orders._turn.locked)
    improving = asyncio.create_task(heart.while_(edit(office, board, edits.Improve("1"))))
    await begun(office, improving)

    other = await edit(office, board, edits.Lock(row="1", level="crew"))

    assert not improving.done()
    assert other.version == board.version + 1
    with pytest.raises(Stale):
        await improving
    heart.held_nobody_up()
    better = await edit(office, board, edits.Improve("1"))
    assert row(better, "1").cost <= row(board, "1").cost
    assert sorted(ids(better, "1")) == sorted(office.orders)


async def test_one_row_is_improved_at_a_time_and_whoever_waits_too_long_is_told(
    office: Office, slow: None
) -> None:
    board = await office.plan()
    board = await edit(office, board, edits.Move(tuple(office.orders[:3]), "1", 0))
    board = await edit(office, board, edits.Move(tuple(office.orders[3:]), "2", 0))
    first = asyncio.create_task(edit(office, board, edits.Improve("1")))
    await begun(office, first)

    with pytest.raises(Busy) as told:
        await edit(office, board, edits.Improve("2"))

    assert told.value.retry_after > 0
    assert (await first).undo == "Put the route of Driver 1 into its best order"
    second = await edit(office, board, edits.Improve("2"))
    assert second.undo == "Put the route of Driver 2 into its best order"


async def test_whoever_waits_too_long_to_have_stops_put_on_a_row_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await office.plan()
    places = office.plans._orders._places
    for _ in range(ordering.AT_ONCE):
        await places.acquire()  # others have theirs put where they cost least
    drawn = edits.Move(tuple(office.orders), "1")
    with monkeypatch.context() as hasty:
        hasty.setattr(ordering, "TURN_S", 0.05)
        with pytest.raises(Busy, match=r"many rows; .* in a few seconds") as told:
            await asyncio.wait_for(edit(office, board, drawn), 20)
    assert told.value.retry_after > 0
    waiting = asyncio.create_task(edit(office, board, drawn))
    places.release()
    assert sorted(ids(await waiting, "1")) == sorted(office.orders)
    await edit(office, board, drawn)  # a turn that was had is given on


async def test_an_improvement_that_is_given_up_keeps_its_turn_until_it_is_over(
    office: Office, slow: None
) -> None:
    board = await office.plan()
    board = await edit(office, board, edits.Move(tuple(office.orders), "1", 0))
    improving = asyncio.create_task(edit(office, board, edits.Improve("1")))
    await begun(office, improving)
    improving.cancel()
    await asyncio.gather(improving, return_exceptions=True)
    with pytest.raises(Busy):
        await edit(office, board, edits.Improve("1"))
    while office.plans._orders._turn.locked():
        await asyncio.sleep(EVERY_S)
    await edit(office, board, edits.Improve("1"))


async def test_a_search_that_fails_is_said_and_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await office.plan()
    board = await edit(office, board, edits.Move(tuple(office.orders), "1", 0))
    monkeypatch.setattr(ordering, "SEARCHERS", Pool(size=1))
    monkeypatch.setattr(ordering, "order", fail)
    with pytest.raises(StoreUnavailable, match="optimiser"):
        await edit(office, board, edits.Improve("1"))
    ordering.SEARCHERS.close()
    assert (await office.plans.board(office.actor, board.id)).version == board.version
    assert not office.plans._orders._turn.locked()


def after_the_look(
    plans: PlanService, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[object]]
) -> None:
    """Have something happen between the next look at a plan and what is done then."""
    look = plans._look

    async def first(*given: Any, **said: Any) -> Look:
        found = await look(*given, **said)
        monkeypatch.setattr(plans, "_look", look)
        await act()
        return found

    monkeypatch.setattr(plans, "_look", first)


@pytest.mark.parametrize("version", [None, 1, 2])
@pytest.mark.parametrize("place", [0, None])
async def test_what_was_looked_at_must_still_be_there_whatever_version_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch, version: int | None, place: int | None
) -> None:
    """Also the version that somebody else is just making."""
    board = await office.plan()
    one, two, *_ = office.orders
    after_the_look(
        office.plans, monkeypatch, lambda: edit(office, board, edits.Move((one,), "1", 0))
    )

    with pytest.raises(Stale):
        await edit(office, board, edits.Move((two,), "1", place), version)

    now = await office.plans.board(office.actor, board.id)
    assert (now.version, ids(now, "1")) == (2, [one])


async def test_a_route_that_was_linked_meanwhile_stays_linked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishing another plan of the day links without counting a version."""
    board, other = await office.plan(), await office.plan()
    await edit(office, other, edits.Move(tuple(office.orders[:2]), "1", 0))
    published = lambda: office.plans.publish(office.actor, other.id)  # noqa: E731
    after_the_look(office.plans, monkeypatch, published)

    await edit(office, board, edits.Move((office.orders[2],), "2", 0))

    async with office.container.work() as session:
        links = (await stored_plan(office.container, board.id)).links
        tour = await Tours(session).tour(office.actor, links["1"])
    assert tour.route.vehicle_id == office.vehicles[0]
