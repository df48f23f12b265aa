"""One unit of work: all or nothing, and a busy or absent database is said to be just that."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select, text

from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.settings import Settings


async def names(container: Container) -> list[str]:
    async with container.work() as session:
        return list(await session.exec(select(Fleet.name)))


async def test_an_error_leaves_nothing_behind(container: Container):
    async def fail_halfway() -> None:
        async with container.work() as session:
            session.add(Fleet(name="Half"))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail_halfway()
    assert await names(container) == []


async def test_an_exhausted_pool_is_a_store_that_is_not_available(
    container: Container, settings: Settings
):
    container.__dict__["engine"] = create_async_engine(
        settings.database_url or "", pool_size=1, max_overflow=0, pool_timeout=0.1
    )
    async with container.work() as session:
        await session.exec(text("SELECT 1"))  # holds the only connection
        with pytest.raises(StoreUnavailable):
            await names(container)
    assert await names(container) == []


async def test_an_absent_database_is_a_store_that_is_not_available(settings: Settings):
    nowhere = "postgresql+psycopg://postgres@127.0.0.1:1/fleet"
    container = Container(settings.model_copy(update={"database_url": nowhere}))
    with pytest.raises(StoreUnavailable):
        await names(container)
    await container.engine.dispose()


async def test_crossing_changes_are_a_conflict_that_says_to_try_again(container: Container):
    """Two units of work lock two rows in opposite orders; the engine ends one of them."""
    async with container.work() as session:
        fleets = [Fleet(name=name) for name in ("One", "Two")]
        session.add_all(fleets)
    ids = [fleet.id for fleet in fleets]
    both_hold = asyncio.Barrier(2)

    async def lock(first: int | None, second: int | None) -> None:
        async with container.work() as session:
            await session.get_one(Fleet, first, with_for_update=True)
            await both_hold.wait()
            await session.get_one(Fleet, second, with_for_update=True)

    ended = await asyncio.gather(lock(*ids), lock(*reversed(ids)), return_exceptions=True)
    (error,) = [one for one in ended if one is not None]
    assert isinstance(error, Contended)
    assert "please try again" in error.message


async def test_a_worker_is_told_to_come_back_after_crossing_changes(container: Container):
    with pytest.raises(StoreUnavailable):
        async with container._unattended() as session:
            await session.exec(
                text("DO $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '40001'; END $$")
            )
