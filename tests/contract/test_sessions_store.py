"""The session store, the attempt limiter and the client-token bindings on a real Valkey."""

from __future__ import annotations

import asyncio
import time

import pytest
import redis.asyncio as redis

from fleet_app.identity.ports import SessionRecord
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.storage.live.sessions import RedisAttempts, RedisBindings, RedisSessions


@pytest.fixture
async def client(redis_url: str) -> redis.Redis:
    return redis.from_url(redis_url)


def record(
    session_id: str, *, user_id: int = 1, age: float = 0, lives: float = 60
) -> SessionRecord:
    now = time.time()
    return SessionRecord(
        session_id=session_id,
        user_id=user_id,
        stamp="s",
        created_at=now - age,
        expires_at=now + lives,
        client="10.0.0.1",
        agent="Tést browser",
    )


async def test_what_is_put_can_be_loaded(client: redis.Redis) -> None:
    store, kept = RedisSessions(client), record("a")
    await store.put(kept)
    assert await store.load(["a", "unknown"]) == {"a": kept}
    assert await client.type("user:session:a") == b"hash"
    assert 58 <= await client.ttl("user:session:a") <= 60


async def test_a_session_expires_by_itself_and_leaves_the_list(client: redis.Redis) -> None:
    store = RedisSessions(client)
    await store.put(record("long"))
    await store.put(record("short", lives=1))
    await asyncio.sleep(1.3)
    assert list(await store.load(["long", "short"])) == ["long"]
    assert [one.session_id for one in await store.of_user(1)] == ["long"]
    assert await client.smembers("user:sessions:1") == {b"long"}


async def test_a_users_sessions_are_listed_newest_first(client: redis.Redis) -> None:
    store = RedisSessions(client)
    for session_id, age in (("old", 50), ("new", 0), ("middle", 20)):
        await store.put(record(session_id, age=age))
    await store.put(record("other", user_id=2))
    assert [one.session_id for one in await store.of_user(1)] == ["new", "middle", "old"]


async def test_a_short_session_does_not_shorten_the_list_of_a_long_one(
    client: redis.Redis,
) -> None:
    store = RedisSessions(client)
    await store.put(record("long", lives=1000))
    await store.put(record("short", lives=1))
    assert await client.ttl("user:sessions:1") > 1000


async def test_revocation_is_heard_everywhere(client: redis.Redis, redis_url: str) -> None:
    store, elsewhere = RedisSessions(client), RedisSessions(redis.from_url(redis_url))
    heard = asyncio.create_task(anext(elsewhere.revocations()))
    while (
        not await client.pubsub_numsub("user:session:revoked")
        or not (await client.pubsub_numsub("user:session:revoked"))[0][1]
    ):
        await asyncio.sleep(0.01)
    await store.put(record("a"))
    await store.revoke(["a", "b"])
    assert await asyncio.wait_for(heard, 5) == ["a", "b"]
    assert await store.load(["a"]) == {}


async def test_attempts_are_counted_within_one_window(client: redis.Redis) -> None:
    attempts = RedisAttempts(client, window_seconds=1)
    assert [await attempts.take({"x": 2}) for _ in range(4)] == [0, 0, 1, 1]
    assert await attempts.take({"y": 2}) == 0
    await asyncio.sleep(1.2)
    assert await attempts.take({"x": 2}) == 0


async def test_attempts_can_be_given_back_and_cleared(client: redis.Redis) -> None:
    attempts = RedisAttempts(client)
    await attempts.take({"x": 1})
    await attempts.give_back(["x", "never taken"])
    assert await attempts.take({"x": 1}) == 0
    assert await attempts.take({"x": 1}) > 0
    await attempts.clear("x")
    assert await attempts.take({"x": 1}) == 0
    assert await attempts.take({"never taken": 1}) == 0


async def test_a_client_token_belongs_to_whoever_used_it_first(client: redis.Redis) -> None:
    bindings = RedisBindings(client, seconds=60)
    claims = await asyncio.gather(*[bindings.claim("t", f"owner{n}") for n in range(10)])
    assert claims.count(True) == 1
    assert await bindings.claim("t", f"owner{claims.index(True)}")
    assert not await bindings.claim("t", "thief")


async def test_a_store_that_is_down_says_so() -> None:
    down = redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    for call in (
        RedisSessions(down).load(["a"]),
        RedisSessions(down).put(record("a")),
        RedisAttempts(down).take({"x": 1}),
        RedisBindings(down, 60).claim("t", "x"),
    ):
        with pytest.raises(StoreUnavailable):
            await call
