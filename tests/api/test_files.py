"""Sending pictures and papers, and getting them back."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select, update

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.fleet.chores import forget_unused_files
from fleet_app.fleet.file_repository import REFERENCES
from fleet_app.fleet.models import Document, Driver, File, Fleet, Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.storage.files.directory import DirectoryFiles
from fleet_app.storage.sql.metadata import metadata
from mobile_api.app import create_api
from tests.builders.api import ORIGIN, World
from tests.builders.media import a_jpeg, a_pdf, a_png, a_webp, an_xlsx

PATH = "/api/v1/files"
Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
def folder(container: Container, tmp_path: Path) -> Path:
    """Where the files of one test are."""
    container.__dict__["files"] = DirectoryFiles(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


@pytest.fixture
def send(world: World, manager: dict[str, str]) -> Send:
    """Sends a file as the fleet's manager."""

    async def post(
        body: bytes, name: str = "van.png", headers: dict[str, str] | None = None, **words: Any
    ) -> httpx.Response:
        files = {"file": (name, body, "text/html")}  # what the sender says means nothing
        return await world.client.post(PATH, files=files, headers=headers or manager, **words)

    return post


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def files_of(container: Container) -> list[File]:
    async with container.work() as session:
        return list((await session.exec(select(File))).all())


async def test_an_uploaded_file_comes_back_as_it_was(
    world: World, send: Send, manager: dict[str, str]
) -> None:
    body = a_png(40, 30, padding=100_000)

    answer = await send(body, "../Van 7 – left.PNG")
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    got = await world.client.get(data["url"], headers=manager)

    assert data == {
        "id": data["id"],
        "name": "Van 7 – left.PNG",
        "media_type": "image/png",
        "size": len(body),
        "url": f"{PATH}/{data['id']}",
    }
    assert answer.headers["Location"] == data["url"]
    assert (got.status_code, got.content) == (200, body)
    assert got.headers["Content-Type"] == "image/png"
    assert got.headers["Content-Length"] == str(len(body))
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox"
    assert got.headers["Content-Disposition"] == (
        "inline; filename=\"Van 7 _ left.PNG\"; filename*=UTF-8''Van%207%20%E2%80%93%20left.PNG"
    )
    assert got.headers["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'


@pytest.mark.parametrize(
    ("body", "media_type", "name"),
    [
        (a_jpeg(4000, 3000, notes=4), "image/jpeg", "x.html.jpg"),
        (a_webp(), "image/webp", "x.html.webp"),
        (a_pdf(), "application/pdf", "x.html.pdf"),
    ],
)
async def test_the_content_says_what_a_file_is(
    send: Send, body: bytes, media_type: str, name: str
) -> None:
    data = (await send(body, "x.html")).json()["data"]
    assert (data["media_type"], data["name"]) == (media_type, name)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown_media"),
        (b"<!doctype html><script>alert(1)</script>", "unknown_media"),
        (b"name,plate\nVan,1\n", "unknown_media"),
        (an_xlsx(), "unknown_media"),
        (b"GIF89a" + b"\0" * 50, "unknown_media"),
        (b"\x89PNG\r\n\x1a\n", "unreadable_picture"),
        (a_jpeg(60_000, 60_000), "unreadable_picture"),
        (a_jpeg(notes=30), "unreadable_picture"),
        (b"", "invalid_input"),
    ],
)
async def test_what_is_no_picture_and_no_paper_is_refused_and_not_kept(
    world: World, send: Send, folder: Path, body: bytes, kind: str
) -> None:
    answer = await send(body, "innocent.png")

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == kind
    assert "file" in answer.json()["error"]["fields"]
    assert stored(folder) == []
    assert await files_of(world.container) == []


async def test_an_upload_is_in_the_audit_log(
    world: World, send: Send, manager: dict[str, str]
) -> None:
    data = (await send(a_png())).json()["data"]
    async with world.container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.kind) == "file")
        entry = (await session.exec(query)).one()

    assert (entry.action, entry.kind, entry.object_id) == ("create", "file", data["id"])
    assert (entry.chain, entry.label, entry.actor_role) == (
        world.fleet_id,
        "van.png",
        Role.FLEET_MANAGER,
    )
    assert entry.changes["name"] == [None, "van.png"]


async def test_a_known_file_is_not_sent_again(
    world: World, send: Send, manager: dict[str, str]
) -> None:
    url = (await send(a_png())).json()["data"]["url"]
    etag = (await world.client.get(url, headers=manager)).headers["ETag"]

    for known in (etag, f'"x", W/{etag}', "*"):
        again = await world.client.get(url, headers={**manager, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
    other = await world.client.get(url, headers={**manager, "If-None-Match": '"x"'})
    assert other.status_code == 200


async def test_another_fleets_file_does_not_exist(world: World, send: Send) -> None:
    url = (await send(a_png())).json()["data"]["url"]

    for role in (Role.FLEET_MANAGER, Role.DISPATCHER):
        stranger = await world.a(role, fleet_id=world.other_fleet_id)
        assert (await world.client.get(url, headers=stranger)).status_code == 404
    colleague = await world.a(Role.DISPATCHER)
    assert (await world.client.get(url, headers=colleague)).status_code == 200
    customer = await world.a(Role.CUSTOMER)
    assert (await world.client.get(url, headers=customer)).status_code == 403
    admin = await world.a(Role.SYSTEM_ADMIN)
    assert (await world.client.get(url, headers=admin)).status_code == 200
    assert (await world.client.get(url)).status_code == 401


async def test_drivers_see_the_pictures_that_concern_them(world: World, send: Send) -> None:
    ids = [(await send(a_png(width))).json()["data"]["id"] for width in (1, 2, 3, 4)]
    async with world.container.work() as session:
        vehicle = await session.get_one(Vehicle, world.vehicle_id)
        fleet = await session.get_one(Fleet, world.fleet_id)
        query = select(Driver).where(Driver.user_id == world.driver.id)
        driver = (await session.exec(query)).one()
        vehicle.photo_file_id, driver.photo_file_id, fleet.logo_file_id = ids[:3]
        session.add_all([vehicle, driver, fleet])
    headers = await world.bearer(world.driver)

    answers = [await world.client.get(f"{PATH}/{id_}", headers=headers) for id_ in ids]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
    refused = await send(a_png(), headers=headers)
    assert refused.status_code == 403


async def test_administrators_say_for_which_fleet(world: World, send: Send) -> None:
    admin = await world.a(Role.SYSTEM_ADMIN)

    nowhere = await send(a_png(), headers=admin)
    unknown = await send(a_png(), headers=admin, params={"fleet_id": 999_999})
    there = await send(a_png(), headers=admin, params={"fleet_id": world.other_fleet_id})
    foreign = await send(a_png(), params={"fleet_id": world.other_fleet_id})

    assert nowhere.json()["error"]["fields"] == {"fleet_id": "is missing"}
    assert (unknown.status_code, there.status_code, foreign.status_code) == (404, 201, 404)
    [file] = await files_of(world.container)
    assert file.fleet_id == world.other_fleet_id


def a_form(boundary: str = "b", *parts: tuple[str, str]) -> bytes:
    text = "".join(f"--{boundary}\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts)
    return f"{text}--{boundary}--\r\n".encode()


FILE = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
FIELD = 'Content-Disposition: form-data; name="note"'
PDF = a_pdf().decode()
MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (MULTIPART, a_form("b", (FIELD, "hello"), (FILE, PDF), (FIELD, "bye")), 201),
        (MULTIPART, a_form("b", (FILE, PDF)) + b"anything after the end", 201),
        (MULTIPART, a_form("b", (FILE, PDF), (FILE, PDF)), 400),
        (MULTIPART, a_form("b", (FILE, PDF))[:-20], 400),
        (MULTIPART, a_form("b", (FIELD, "hello")), 400),
        (MULTIPART, a_form("b", (FIELD, "x" * 70_000), (FILE, PDF)), 400),
        (MULTIPART, a_form("b", *[(FIELD.replace("note", f"n{n}"), "") for n in range(30)]), 400),
        (MULTIPART, a_form("b", ('Content-Disposition: form-data; name="file"', PDF)), 400),
        (MULTIPART, a_form("b", (FILE.replace("file", "other", 1), PDF)), 400),
        (MULTIPART, a_form("b", ("X: y", PDF)), 400),
        (MULTIPART, a_form("c", (FILE, PDF)), 400),
        (MULTIPART, b"", 400),
        (MULTIPART, b"\0\xff" * 500, 400),
        ("multipart/form-data", a_form("b", (FILE, PDF)), 400),
        ("multipart/form-data; boundary=" + "b" * 5000, a_form("b", (FILE, PDF)), 400),
        ("multipart/form-data; boundary=ä", a_form("b", (FILE, PDF)), 400),
        ("application/pdf", a_pdf(), 400),
        ("application/x-www-form-urlencoded", b"file=x", 400),
    ],
)
async def test_only_whole_forms_with_one_file_are_taken(
    world: World, manager: dict[str, str], folder: Path, kind: str, body: bytes, status: int
) -> None:
    headers = {**manager, "Content-Type": kind.encode("latin-1")}

    async def drip() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 7):
            yield body[at : at + 7]

    for content in (body, drip()):
        answer = await world.client.post(PATH, content=content, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == status, answer.text
    assert len(stored(folder)) == (2 if status == 201 else 0)


async def test_a_packed_form_is_unpacked_under_the_same_limit(
    world: World, manager: dict[str, str]
) -> None:
    headers = {**manager, "Content-Type": MULTIPART, "Content-Encoding": "gzip"}
    packed = gzip.compress(a_form("b", (FILE, PDF)))
    bomb = gzip.compress(a_form("b", (FILE, PDF + "x" * 30_000_000)))

    assert (await world.client.post(PATH, content=packed, headers=headers)).status_code == 201
    assert (await world.client.post(PATH, content=bomb, headers=headers)).status_code == 413


async def test_the_limit_is_about_the_file_and_exact(
    container: Container, manager: dict[str, str], folder: Path
) -> None:
    container.settings.file_max_bytes = 10_000
    transport = httpx.ASGITransport(create_api(container))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:

        async def status(size: int) -> int:
            files = {"file": ("a.pdf", a_pdf(size))}
            answer = await client.post(PATH, files=files, headers=manager)
            if answer.status_code == 413:
                assert answer.json()["error"]["message"] == "The file is larger than 0.01 MB"
            return answer.status_code

        assert [await status(size) for size in (10_000, 10_001, 5_000_000)] == [201, 413, 413]
    assert len(stored(folder)) == 1


async def test_a_retry_key_does_not_gather_the_file_in_memory(send: Send, world: World) -> None:
    """With the key, bodies elsewhere are read whole: the limit of ordinary ones would show."""
    headers = {**await world.a(Role.FLEET_MANAGER), "Idempotency-Key": "k"}
    answers = [await send(a_png(padding=3_000_000), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)


async def test_other_addresses_keep_their_own_limit(world: World, manager: dict[str, str]) -> None:
    large = b" " * 3_000_000
    for method, path in [("POST", PATH + "/"), ("PUT", PATH), ("POST", "/api/v1/vehicles")]:
        answer = await world.client.request(method, path, content=large, headers=manager)
        assert answer.status_code == 413


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
