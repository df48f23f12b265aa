"""What the worker and the pools do with a PostgreSQL that hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from fleet_app.bootstrap import Container
from fleet_app.bootstrap import stores as building
from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import FixBatch
from fleet_app.settings import Settings
from fleet_app.storage.history import postgres as history
from fleet_app.storage.sql.connection import Connection
from fleet_app.storage.sql.engine import connect_arguments, libpq_dsn
from tests.builders.fixes import a_batch, a_fix
from tests.frozen import Freezable, freezable_postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Freezable]:
    with freezable_postgres() as server:
        yield server


@pytest.fixture
async def stores(postgres: Freezable, redis_url: str) -> AsyncIterator[Container]:
    container = Container(Settings(database_url=postgres.url, redis_url=redis_url))
    await container.start()
    yield container
    await container.close()


def batches(seconds: int) -> list[FixBatch]:
    return [a_batch(a_fix(seconds), vehicle_id=n) for n in range(1, 5)]


async def test_the_workers_writes_end_as_a_store_that_is_down_and_can_be_repeated(
    stores: Container, postgres: Freezable, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = stores.new_tracker()
    await stores.history.store(batches(1))
    await tracker.handle(batches(1))
    monkeypatch.setattr(history, "STORE_SECONDS", 1.0)
    monkeypatch.setattr(building, "PATIENT_SECONDS", 1.0)
    tracker = stores.new_tracker()
    with postgres.frozen():
        started = time.monotonic()
        for write in (stores.history.store(batches(2)), tracker.handle(batches(2))):
            with pytest.raises(StoreUnavailable):
                await write
        assert time.monotonic() - started < 30  # and not for ever
    monkeypatch.undo()
    await stores.history.store(batches(2))
    await stores.new_tracker().handle(batches(2), again=True)
    track = await stores.history.track(1, from_ms(0), from_ms(4 * 10**12))
    assert len(track) == 2


async def test_cancelling_does_not_wait_for_the_server(
    postgres: Freezable, stores: Container
) -> None:
    async with stores.pool.connection():
        pass

    async def ask() -> None:
        async with stores.pool.connection() as connection:
            await connection.execute("SELECT pg_sleep(60)")

    with postgres.frozen():
        task = asyncio.create_task(ask())
        await asyncio.sleep(0.3)
        started = time.monotonic()
        task.cancel()
        await asyncio.wait({task})
        assert time.monotonic() - started < 20  # where the server would sleep for 60
        assert task.cancelled()
    async with stores.pool.connection() as connection:
        await connection.execute("SELECT 1")


async def test_the_server_ends_what_nobody_waits_for_any_more(
    stores: Container,
) -> None:
    with pytest.raises(StoreUnavailable):
        async with stores.work(0.3) as session:
            await (await session.connection()).exec_driver_sql("SELECT pg_sleep(60)")
    async with asyncio.timeout(10), stores.pool.connection() as connection:
        while True:
            rows = await connection.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            )
            if await rows.fetchone() == (0,):
                return
            await connection.commit()  # within one transaction the answer stays the same
            await asyncio.sleep(0.2)


async def test_a_connection_out_of_patience_counts_as_lost(postgres: Freezable) -> None:
    class Impatient(Connection):
        patience = 0.5

    connection = await Impatient.connect(libpq_dsn(postgres.url))
    with postgres.frozen(), pytest.raises(psycopg.OperationalError):
        await connection.execute("SELECT 1")
    assert connection.closed


def test_what_the_url_says_itself_stays() -> None:
    url = "postgresql+psycopg://db/fleet?connect_timeout=9&options=-c%20search_path%3Dmine"
    arguments = connect_arguments(url)
    assert "connect_timeout" not in arguments
    assert arguments["tcp_user_timeout"] > 0
    assert arguments["options"].endswith("-c search_path=mine")
