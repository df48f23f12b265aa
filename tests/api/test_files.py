"""Uploaded files: what comes in, what goes out, and who sees it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.fleet.models import Driver, Fleet, Vehicle
from tests.builders.api import World
from tests.builders.media import a_jpeg, a_pdf, a_png, a_webp, an_xlsx
from tests.builders.uploads import PATH, Send, files_of, stored


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
