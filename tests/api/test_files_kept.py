"""Which files are kept: not without a store, and not when nothing refers to them any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select, update

from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.fleet.chores import forget_unused_files
from fleet_app.fleet.file_repository import REFERENCES
from fleet_app.fleet.models import Document, Driver, File, Fleet, Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.storage.files.directory import DirectoryFiles
from fleet_app.storage.sql.metadata import metadata
from tests.builders.api import World
from tests.builders.media import a_png
from tests.builders.uploads import Send, files_of, stored


async def test_without_the_store_nothing_is_promised(
    world: World, send: Send, manager: dict[str, str], tmp_path: Path
) -> None:
    url = (await send(a_png())).json()["data"]["url"]
    (tmp_path / "occupied").write_bytes(b"")
    world.container.file_service._store = DirectoryFiles(tmp_path / "occupied" / "files")

    answer = await send(a_png())

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert len(await files_of(world.container)) == 1
    assert (await world.client.get(url, headers=manager)).status_code == 404


async def test_without_the_database_no_bytes_are_left(
    world: World, send: Send, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise StoreUnavailable("The database")

    monkeypatch.setattr("fleet_app.fleet.file_service.FileService._register", refuse)
    assert (await send(a_png())).status_code == 503
    assert stored(folder) == []


def test_every_column_that_names_a_file_keeps_files_alive() -> None:
    keys = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "files.id" for key in column.foreign_keys)
    }
    known = {(column.class_.__tablename__, column.key) for column in REFERENCES}
    assert keys <= known


async def age(container: Container, *ids: int, by: timedelta) -> None:
    async with container.work() as session:
        statement = update(File).where(File.id.in_(ids)).values(created_at=utc_now() - by)  # type: ignore[union-attr]
        await session.exec(statement)


async def test_old_files_that_nothing_refers_to_are_forgotten(
    world: World, send: Send, folder: Path
) -> None:
    container = world.container
    ids = [(await send(a_png(width))).json()["data"]["id"] for width in range(1, 8)]
    photo, portrait, paper, logo, unused, grave, young = ids
    async with container.work() as session:
        vehicle = await session.get_one(Vehicle, world.vehicle_id)
        fleet = await session.get_one(Fleet, world.fleet_id)
        driver = (await session.exec(select(Driver))).one()
        vehicle.photo_file_id, driver.photo_file_id, fleet.logo_file_id = photo, portrait, logo
        words = {"fleet_id": world.fleet_id, "vehicle_id": world.vehicle_id, "name": "Paper"}
        deleted = Document(**words, file_id=grave, deleted_at=utc_now())
        session.add_all([vehicle, driver, fleet, Document(**words, file_id=paper), deleted])
    await age(container, *(set(ids) - {young}), by=timedelta(hours=25))

    assert await forget_unused_files(container.work, container.files, utc_now()) == 1

    assert {file.id for file in await files_of(container)} == set(ids) - {unused}
    assert len(stored(folder)) == 6
    async with container.work() as session:
        query = select(AuditEntry).where(AuditEntry.action == "delete")
        entry = (await session.exec(query)).one()
    assert (entry.object_id, entry.chain) == (unused, world.fleet_id)


async def test_files_survive_when_their_bytes_cannot_be_deleted(
    world: World, send: Send, folder: Path
) -> None:
    container = world.container
    id_ = (await send(a_png())).json()["data"]["id"]
    await age(container, id_, by=timedelta(days=2))

    class Down(DirectoryFiles):
        async def delete(self, key: str) -> None:
            raise StoreUnavailable("The file store")

    with pytest.raises(StoreUnavailable):
        await forget_unused_files(container.work, Down(folder), utc_now())
    assert len(await files_of(container)) == 1
    assert await forget_unused_files(container.work, container.files, utc_now()) == 1
    assert stored(folder) == []


async def test_many_unused_files_go_in_one_night(world: World, folder: Path) -> None:
    container = world.container
    before: datetime = utc_now() - timedelta(days=3)
    async with container.work() as session:
        session.add_all(
            File(
                fleet_id=world.fleet_id, key=f"files/{n}", name="x", media_type="image/png",
                size=1, sha256="0" * 64, created_at=before,
            )
            for n in range(120)
        )  # fmt: skip
    assert await forget_unused_files(container.work, container.files, utc_now()) == 120
