"""History on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import QuarantineReason
from fleet_app.storage.history.postgres import PostgresHistory
from fleet_app.storage.sql.engine import create_pool
from tests.builders.fixes import NOON_MS, a_batch, a_fix

LONG_AGO, FAR_AHEAD = from_ms(0), from_ms(4_000_000_000_000)
DAY = 86_400


async def track(container, vehicle_id=1, **limits):
    return await container.history.track(vehicle_id, LONG_AGO, FAR_AHEAD, **limits)


async def rows(container, query, *values):
    async with container.pool.connection() as connection:
        return await (await connection.execute(query, values)).fetchall()


async def partitions(container):
    found = await rows(
        container,
        "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid "
        "WHERE inhparent = 'location_events'::regclass ORDER BY 1",
    )
    return [name for (name,) in found]


async def test_a_fix_comes_back_as_it_was(container: Container):
    whole = a_fix(
        1, speed=12.5, heading=90.0, accuracy=4.5, altitude=-2.0, battery=55.0, event_id="e-1",
        attributes={"fuel": 3, "alarm": ["sos"], "deep": {"ä": None}},
    )  # fmt: skip
    bare = a_fix(2)
    assert await container.history.store([a_batch(bare, whole)]) == 2
    assert await track(container) == [whole, bare]


async def test_duplicates_are_stored_once(container: Container):
    batch = a_batch(a_fix(1), a_fix(2), a_fix(2, 500))
    assert await container.history.store([batch, batch]) == 2
    assert await container.history.store([batch]) == 0
    assert await container.history.store([a_batch(a_fix(1), vehicle_id=2)]) == 1


async def test_the_same_event_id_with_another_time_is_stored_once(container: Container):
    first = a_fix(1, event_id="a")
    assert await container.history.store([a_batch(first)]) == 1
    assert await container.history.store([a_batch(a_fix(2, event_id="a"), a_fix(3))]) == 1
    assert [fix.recorded_at_ms for fix in await track(container)] == [
        first.recorded_at_ms,
        a_fix(3).recorded_at_ms,
    ]
    assert await container.history.store([a_batch(a_fix(9, event_id="a"), vehicle_id=2)]) == 1


async def test_odd_values_are_kept_as_far_as_they_can_be(container: Container):
    odd = a_fix(
        1, speed=1e300, heading=math.nan, event_id="x\0" + "y" * 300,
        attributes={"nan": math.nan, "zero": "a\0b", "back\\u0000slash": "\\u0000", "inf": [1e999]},
    )  # fmt: skip
    assert await container.history.store([a_batch(odd)]) == 1
    assert await container.history.store([a_batch(odd)]) == 0
    (stored,) = await track(container)
    assert stored.speed is None
    assert stored.attributes == {
        "nan": None,
        "zero": "ab",
        "back\\u0000slash": "\\u0000",
        "inf": [None],
    }


async def test_quarantined_fixes_are_kept_apart(container: Container):
    zero = a_fix(1, lat=0.0, lon=0.0, quarantine=QuarantineReason.ZERO_ISLAND, speed=3.0)
    absurd = a_fix(
        10**15, lat=math.nan, lon=math.inf, quarantine=QuarantineReason.FUTURE, event_id="e"
    )
    batch = a_batch(zero, absurd, a_fix(2), fleet_id=5)
    assert await container.history.store([batch]) == 1
    assert await container.history.store([batch]) == 0
    assert len(await track(container)) == 1
    held = await rows(
        container, "SELECT reason, fleet_id, payload FROM quarantined_fixes ORDER BY recorded_at"
    )
    assert [(reason, fleet) for reason, fleet, _ in held] == [("zero_island", 5), ("future", 5)]
    assert held[0][2]["speed"] == 3.0
    assert held[1][2]["lat"] is None


async def test_a_track_leaves_out_impossible_jumps(container: Container):
    await container.history.store([a_batch(a_fix(1), a_fix(2, 90_000), a_fix(3))])
    async with container.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO quarantined_fixes VALUES (1, %s, 'impossible_jump', 1, now(), 0, 0, 'api',"
            " '{}')",
            (from_ms(a_fix(2).recorded_at_ms),),
        )
    assert [f.recorded_at_ms - NOON_MS for f in await track(container)] == [1_000, 3_000]


async def test_a_track_has_bounds_and_the_newest_fixes(container: Container):
    await container.history.store([a_batch(*[a_fix(i) for i in range(10)])])
    since, until = from_ms(NOON_MS + 2_000), from_ms(NOON_MS + 8_000)
    found = await container.history.track(1, since, until, limit=3)
    assert [f.recorded_at_ms - NOON_MS for f in found] == [5_000, 6_000, 7_000]


async def test_days_get_their_partitions_from_many_processes_at_once(settings):
    pools = [create_pool(settings.database_url) for _ in range(4)]
    for pool in pools:
        await pool.open()
    try:
        batch = a_batch(*[a_fix(DAY * i) for i in range(5)])
        stored = await asyncio.gather(*(PostgresHistory(pool).store([batch]) for pool in pools))
        assert sum(stored) == 5
    finally:
        for pool in pools:
            await pool.close()


async def test_whole_days_are_dropped_and_come_back_when_needed(container: Container):
    batch = a_batch(*[a_fix(DAY * i, event_id=f"e{i}") for i in range(4)])
    other_process = PostgresHistory(container.pool)
    await container.history.store([batch])
    await other_process.store([batch])
    assert len(await partitions(container)) == 4
    third_day_noon = from_ms(NOON_MS) + timedelta(days=2)
    assert await container.history.drop_before(third_day_noon) == 2
    assert await partitions(container) == [
        f"location_events_{third_day_noon + timedelta(days=i):%Y%m%d}" for i in range(2)
    ]
    assert len(await track(container)) == 2
    assert await other_process.store([batch]) == 2  # it still believed that the days exist
    assert len(await track(container)) == 4


async def test_days_long_ago_share_one_partition(container: Container):
    await container.history.store([a_batch(a_fix(0))])
    wrong_clock = a_batch(*[a_fix(-DAY * (500 + 30 * i)) for i in range(50)])
    assert await container.history.store([wrong_clock]) == 50
    assert await container.history.store([wrong_clock]) == 0
    await container.history.store([a_batch(a_fix(DAY))])
    assert (await partitions(container))[-1] == "location_events_older"
    assert len(await partitions(container)) == 3
    assert len(await track(container)) == 52
    await container.history.drop_before(from_ms(NOON_MS) - timedelta(days=1_000))
    assert len(await track(container)) == 19


async def test_a_store_that_is_down_says_so():
    pool = create_pool("postgresql+psycopg://nobody@127.0.0.1:1/none")
    pool.timeout = 0.5
    await pool.open()
    try:
        with pytest.raises(StoreUnavailable):
            await PostgresHistory(pool).store([a_batch(a_fix())])
    finally:
        await pool.close()


async def test_it_works_again_as_soon_as_the_server_does(database_url: str, tmp_path: Path):
    url = make_url(database_url)
    real = Path(str(url.query["host"]), ".s.PGSQL.5432")
    cable = tmp_path / real.name
    pool = create_pool(url.set(query={"host": str(tmp_path)}).render_as_string(hide_password=False))
    await pool.open()
    history = PostgresHistory(pool)
    try:
        plugged = asyncio.get_running_loop().time() + 8
        while True:
            if asyncio.get_running_loop().time() > plugged and not cable.is_symlink():
                cable.symlink_to(real)
            try:
                await history.store([a_batch(a_fix())])
                break
            except StoreUnavailable:
                assert asyncio.get_running_loop().time() < plugged + 6
    finally:
        await pool.close()


async def test_a_missing_table_is_a_store_that_is_not_ready(empty_database_url: str):
    pool = create_pool(empty_database_url)
    await pool.open()
    try:
        with pytest.raises(StoreUnavailable):
            await PostgresHistory(pool).store([a_batch(a_fix())])
    finally:
        await pool.close()


async def test_impossible_data_is_not_blamed_on_the_store(container: Container):
    with pytest.raises(struct.error):
        await container.history.store([a_batch(a_fix(), vehicle_id=2**70)])
    with pytest.raises(OverflowError):
        await container.history.store([a_batch(a_fix(1e15))])


fixes_in_posts = st.lists(
    st.lists(
        st.tuples(st.integers(0, 12), st.none() | st.sampled_from("abcdef")), min_size=1, max_size=6
    ),
    min_size=1,
    max_size=12,
)
vehicle_numbers = iter(range(1_000, 10**9))


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(posts=fixes_in_posts, cuts=st.lists(st.integers(1, 5), min_size=12, max_size=12))
async def test_any_batching_with_duplicates_stores_each_fix_once(
    container: Container, posts: list[list[tuple[int, str | None]]], cuts: list[int]
):
    vehicle_id = next(vehicle_numbers)
    batches = [
        a_batch(*[a_fix(second, event_id=event) for second, event in post], vehicle_id=vehicle_id)
        for post in posts
    ]
    stored, rest = 0, [*batches, *batches]
    for cut in cuts:
        stored += await container.history.store(rest[:cut])
        rest = rest[cut:]
    stored += await container.history.store([*rest, *batches])
    track_now = await track(container, vehicle_id)
    moments = [fix.recorded_at_ms for fix in track_now]
    assert len(moments) == len(set(moments)) == stored
    keyed = [fix.event_id for fix in track_now if fix.event_id]
    assert len(keyed) == len(set(keyed))
    unkeyed = {fix.recorded_at_ms for b in batches for fix in b.fixes if fix.event_id is None}
    assert unkeyed <= set(moments)
