"""A request with a key is done once also when its answer is lost after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Vehicle
from fleet_app.identity.models import DeviceToken
from fleet_app.kernel.clock import utc_now
from fleet_app.outbox import requests
from fleet_app.outbox.models import DoneRequest
from fleet_app.outbox.requests import forget_requests
from tests.builders.api import World

API = "/api/v1"
VAN = {"name": "Van 12", "registration_number": "ABC-123"}
NAME = {"name": "Twice"}


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


async def post(
    world: World, headers: dict[str, str], path: str = "/customers", body: Any = NAME
) -> httpx.Response:
    keyed = {**headers, "Idempotency-Key": "k1"}
    return await world.client.post(f"{API}{path}", json=body, headers=keyed)


async def customers(world: World, headers: dict[str, str]) -> list[int]:
    found = await world.client.get(f"{API}/customers?q=Twice", headers=headers)
    return [row["id"] for row in found.json()["data"]]


@contextmanager
def no_answer_after_commit() -> Iterator[None]:
    """The server commits what a request changed, and its answer never arrives."""
    real = AsyncSession.commit

    async def commit(self: AsyncSession) -> None:
        wrote = requests._RECORDED in self.info
        await real(self)
        if wrote:
            lost = psycopg.OperationalError("server closed the connection unexpectedly")
            raise OperationalError("COMMIT", {}, lost)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AsyncSession, "commit", commit)
        yield


async def test_a_commit_without_an_answer_is_not_done_again(
    world: World, manager: dict[str, str]
) -> None:
    with no_answer_after_commit():
        first = await post(world, manager)
    again = [await post(world, manager) for _ in range(2)]

    (made,) = await customers(world, manager)
    assert first.status_code == 503
    for answer in again:
        assert (answer.status_code, answer.json()["error"]["type"]) == (409, "already_done")
        assert answer.headers["Location"] == f"{API}/customers/{made}"
        assert first.json()["meta"]["request_id"] in answer.json()["error"]["message"]


async def test_a_defect_after_the_commit_is_not_done_again(
    world: World, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("mobile_api.routers.records._record", None)
        assert (await post(world, manager)).status_code == 500
    again = await post(world, manager)

    assert again.json()["error"]["type"] == "already_done"
    assert len(await customers(world, manager)) == 1


async def test_the_live_store_may_lose_everything(world: World, manager: dict[str, str]) -> None:
    """As when a process dies after its commit and its claim runs out."""
    await post(world, manager)
    for key in await world.container.redis.keys("idempotency:*"):
        await world.container.redis.delete(key)
    again = await post(world, manager)

    assert again.json()["error"]["type"] == "already_done"
    assert len(await customers(world, manager)) == 1


async def test_what_is_taken_by_the_first_is_told_as_done_not_as_taken(
    world: World, manager: dict[str, str]
) -> None:
    with no_answer_after_commit():
        await post(world, manager, "/vehicles", VAN)
    again = await post(world, manager, "/vehicles", VAN)
    assert again.json()["error"]["type"] == "already_done"


@pytest.mark.parametrize(
    ("path", "body"), [("/customers", NAME), ("/vehicles", VAN)], ids=["free", "unique"]
)
async def test_the_second_waits_for_a_commit_that_is_under_way(
    world: World,
    manager: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body: dict[str, str],
) -> None:
    """The first has given up its key, and its commit still comes."""
    real, written, go_on = AsyncSession.commit, asyncio.Event(), asyncio.Event()

    async def commit(self: AsyncSession) -> None:
        if requests._RECORDED in self.info and not written.is_set():
            written.set()
            await go_on.wait()
        await real(self)

    monkeypatch.setattr(AsyncSession, "commit", commit)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(post(world, manager, path, body))
        await written.wait()
        for key in await world.container.redis.keys("idempotency:*"):
            await world.container.redis.delete(key)
        second = group.create_task(post(world, manager, path, body))
        await _until_somebody_waits(world)
        go_on.set()

    assert first.result().status_code == 201
    answer = second.result()
    again = answer.headers.get("Idempotent-Replayed") == "true"
    assert again or answer.json()["error"]["type"] in ("already_done", "request_under_way")
    async with world.container.work() as session:
        assert len((await session.exec(select(DoneRequest))).all()) == 1
        vans = select(Vehicle).where(Vehicle.registration_number == "ABC-123")
        assert len((await session.exec(vans)).all()) == (path == "/vehicles")
    assert len(await customers(world, manager)) == (path == "/customers")


async def _until_somebody_waits(world: World) -> None:
    blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() " \
        "AND cardinality(pg_blocking_pids(pid)) > 0"  # fmt: skip
    async with asyncio.timeout(20), world.container.engine.connect() as connection:
        while (await connection.exec_driver_sql(blocked)).first() is None:
            await connection.rollback()
            await asyncio.sleep(0.01)


async def test_another_request_with_the_key_of_a_lost_answer_is_refused(
    world: World, manager: dict[str, str]
) -> None:
    with no_answer_after_commit():
        await post(world, manager)
    other = await post(world, manager, body={"name": "Other"})
    assert other.json()["error"]["type"] == "idempotency_key_reused"


async def test_a_device_is_made_once_though_its_token_is_lost(
    world: World, manager: dict[str, str]
) -> None:
    body = {"vehicle_id": world.vehicle_id, "name": "Phone 7"}
    with no_answer_after_commit():
        await post(world, manager, "/devices", body)
    again = await post(world, manager, "/devices", body)

    assert again.json()["error"]["type"] == "already_done"
    async with world.container.work() as session:
        made = (await session.exec(select(DeviceToken).where(DeviceToken.name == "Phone 7"))).all()
    assert len(made) == 1


async def test_what_changes_nothing_leaves_nothing(world: World, manager: dict[str, str]) -> None:
    assert (await post(world, manager, body={"name": ""})).status_code == 400
    assert (await world.client.post(f"{API}/customers", json=NAME, headers=manager)).is_success
    async with world.container.work() as session:
        assert (await session.exec(select(DoneRequest))).all() == []


async def test_after_a_day_a_key_is_free_and_then_forgotten(
    world: World, manager: dict[str, str]
) -> None:
    await post(world, manager)
    for key in await world.container.redis.keys("idempotency:*"):
        await world.container.redis.delete(key)
    async with world.container.work() as session:
        (row,) = (await session.exec(select(DoneRequest))).all()
        row.at -= timedelta(days=1, minutes=1)
    assert (await post(world, manager)).status_code == 201  # the old row is written over

    async with world.container.work() as session:
        assert await forget_requests(session, utc_now()) == 0
        assert await forget_requests(session, utc_now() + timedelta(days=1, minutes=1)) == 1
