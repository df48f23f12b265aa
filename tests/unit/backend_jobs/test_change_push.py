"""What screens are told of changed records: coalesced, gapless by kind, never silently wrong."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_jobs.change_push import ChangePush, FleetNews
from fleet_app.bootstrap import Container
from fleet_app.outbox.changes import MOST_IDS, RecordChange, changed
from tests.builders.jobs import until


def change(kind: str = "deliveries", what: Any = "updated", *ids: int) -> RecordChange:
    return RecordChange(kind=kind, what=what, ids=ids)


def test_changes_between_two_pushes_become_one_notice_a_kind():
    news = FleetNews(100)
    news.hear([change("deliveries", "updated", 3, 1), change("vehicles", "updated", 9)])
    news.hear([change("deliveries", "updated", 2, 3)])
    assert news.tell() == {
        "deliveries": {"sequence": 100, "kind": "updated", "ids": [1, 2, 3]},
        "vehicles": {"sequence": 100, "kind": "updated", "ids": [9]},
    }
    assert not news.waiting


def test_another_kinds_notice_stays_and_its_number_with_it():
    news = FleetNews(1)
    news.hear([change("deliveries", "updated", 1)])
    news.tell()
    news.hear([change("vehicles", "updated", 2)])
    assert news.tell()["deliveries"] == {"sequence": 1, "kind": "updated", "ids": []}
    news.hear([change("deliveries", "updated", 5)])
    assert news.tell()["deliveries"] == {"sequence": 2, "kind": "updated", "ids": [5]}


@pytest.mark.parametrize("what", ["created", "deleted", "restored"])
def test_rows_that_come_and_go_are_no_mere_updates(what: str):
    news = FleetNews(1)
    news.hear([change("deliveries", "updated", 1), change("deliveries", what, 2)])
    assert news.tell()["deliveries"]["kind"] == "created"
    news.hear([change("deliveries", "updated", 1)])
    assert news.tell()["deliveries"]["kind"] == "updated"


def test_too_many_and_missed_changes_name_no_record():
    news = FleetNews(1)
    news.hear([RecordChange(kind="deliveries", what="updated"), change("vehicles", "updated", 1)])
    news.hear([change("deliveries", "updated", 1)])
    told = news.tell()
    assert told["deliveries"] == {"sequence": 1, "kind": "created", "ids": []}
    news.hear([change("drivers", "updated", 4)])
    news.miss()
    told = news.tell()
    assert {kind: one["sequence"] for kind, one in told.items()} == {
        "deliveries": 2, "vehicles": 2, "drivers": 1, "*": 1,
    }  # fmt: skip
    assert all(one["ids"] == [] for one in told.values())


@given(st.lists(st.lists(st.integers(1, 500), min_size=1), min_size=1, max_size=8))
def test_no_change_goes_untold(heard: list[list[int]]):
    news = FleetNews(1)
    for ids in heard:
        news.hear([change("deliveries", "updated", *ids)])
    (notice,) = news.tell().values()
    everything = sorted({one for ids in heard for one in ids})
    assert notice["ids"] == (everything if len(everything) <= MOST_IDS else [])


class Screens:
    """What the rooms of one web process were told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str, dict[str, Any]]] = []

    async def emit(self, room: str, notices: dict[str, Any]) -> None:
        self.told.append((time.perf_counter(), room, notices))

    def newest(self, room: str) -> dict[str, Any]:
        return next((notices for _, name, notices in reversed(self.told) if name == room), {})


@asynccontextmanager
async def pushing(container: Container, rooms: set[str]) -> AsyncIterator[Screens]:
    screens = Screens()
    push = ChangePush(listen=container.changes.listen, emit=screens.emit, rooms=lambda: rooms)
    task = asyncio.create_task(push.run())
    try:
        await until(lambda: screens.newest("fleet:1"))  # subscribed: anything may have changed
        yield screens
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def touch(container: Container, fleet_id: int, kind: str, *ids: int) -> None:
    async with container.work() as session:
        changed(session, fleet_id, kind, ids)


async def test_a_commit_reaches_the_fleets_room_and_no_other(container: Container):
    async with pushing(container, {"fleet:1", "fleet:2"}) as screens:
        await touch(container, 1, "deliveries", 5, 6)
        notice = await until(lambda: screens.newest("fleet:1").get("deliveries"), 2)
    assert notice["ids"] == [5, 6]
    assert "deliveries" not in screens.newest("fleet:2")


async def test_a_storm_of_changes_is_at_most_two_pushes_a_second(container: Container):
    async with pushing(container, {"fleet:1"}) as screens:
        screens.told.clear()
        for number in range(100):
            await touch(container, 1, "deliveries", number)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.7)
    times = [at for at, _, _ in screens.told]
    assert all(later - earlier > 0.45 for earlier, later in itertools.pairwise(times))
    named = {one for _, _, notices in screens.told for one in notices["deliveries"]["ids"]}
    assert named == set(range(100))
    sequences = [notices["deliveries"]["sequence"] for _, _, notices in screens.told]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


async def test_after_a_gap_in_the_subscription_everything_may_have_changed(container: Container):
    async with pushing(container, {"fleet:1"}) as screens:
        await touch(container, 1, "deliveries", 5)
        before = await until(lambda: screens.newest("fleet:1").get("deliveries"))
        await container.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        after = await until(
            lambda: (
                screens.newest("fleet:1")["deliveries"]["sequence"] > before["sequence"]
                and screens.newest("fleet:1")
            )
        )
    assert after["deliveries"]["ids"] == []
    assert "*" in after
