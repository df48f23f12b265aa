"""Two people and one record: nobody's change is lost, and what was deleted can come back."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World

API = "/api/v1/vehicles"


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


async def change(
    world: World, headers: dict[str, str], values: dict[str, Any], version: str | None = None
) -> httpx.Response:
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    if version is not None:
        sent[b"If-Match"] = version.encode()
    return await world.client.patch(f"{API}/{world.vehicle_id}", json=values, headers=sent)


async def test_the_version_is_in_the_etag_and_counts_changes(
    world: World, manager: dict[str, str]
) -> None:
    read = await world.client.get(f"{API}/{world.vehicle_id}", headers=manager)
    first = await change(world, manager, {"name": "A"}, read.headers["ETag"])
    same = await change(world, manager, {"name": "A"}, first.headers["ETag"])

    assert (read.headers["ETag"], first.headers["ETag"]) == ('"1"', '"2"')
    assert same.headers["ETag"] == '"2"', "nothing was different, so nothing changed"
    assert first.json()["data"]["version"] == 2


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ('"1"', 200), ('W/"1"', 200), ("1", 200), ("*", 200), (None, 200),
        ('"0"', 412), ('"2"', 412), ('"999999999999999999"', 412),
        ("", 400), ('"abc"', 400), ('"-1"', 400), ('"1", "2"', 400), ('"' + "9" * 19 + '"', 400),
        ('"1.0"', 400), ('"١"', 400),
    ],
)  # fmt: skip
async def test_if_match_lets_through_what_was_read_last(
    world: World, manager: dict[str, str], version: str | None, status: int
) -> None:
    answer = await change(world, manager, {"name": "A"}, version)

    assert answer.status_code == status, answer.text
    if status == 412:
        assert answer.json()["error"]["type"] == "stale"
    if status == 400:
        assert list(answer.json()["error"]["fields"]) == ["If-Match"]


async def test_deleting_what_somebody_else_changed_is_refused(
    world: World, manager: dict[str, str]
) -> None:
    await change(world, manager, {"name": "A"})
    stale = {**manager, "If-Match": '"1"'}
    answer = await world.client.delete(f"{API}/{world.vehicle_id}", headers=stale)

    assert answer.status_code == 412


async def test_of_two_changes_at_once_with_the_same_version_one_is_told(
    world: World, manager: dict[str, str]
) -> None:
    answers = await asyncio.gather(
        *(change(world, manager, {"name": f"N{number}"}, '"1"') for number in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    (won,) = [answer for answer in answers if answer.status_code == 200]
    now = await world.client.get(f"{API}/{world.vehicle_id}", headers=manager)
    assert now.json()["data"] == won.json()["data"]


async def test_changes_of_different_fields_at_once_are_both_kept(
    world: World, manager: dict[str, str]
) -> None:
    answers = await asyncio.gather(
        change(world, manager, {"name": "Both"}), change(world, manager, {"make": "Ford"})
    )

    assert [answer.status_code for answer in answers] == [200, 200]
    now = (await world.client.get(f"{API}/{world.vehicle_id}", headers=manager)).json()["data"]
    assert (now["name"], now["make"], now["version"]) == ("Both", "Ford", 3)


async def test_what_is_deleted_can_be_read_and_restored_but_not_changed(
    world: World, manager: dict[str, str]
) -> None:
    url = f"{API}/{world.vehicle_id}"
    gone = await world.client.delete(url, headers=manager)
    again = await world.client.delete(url, headers=manager)

    assert gone.json()["data"]["deleted_at"] is not None
    assert again.json()["data"] == gone.json()["data"], "deleting twice is no error"
    assert (await world.client.get(url, headers=manager)).status_code == 200
    assert (await change(world, manager, {"name": "A"})).status_code == 404
    back = await world.client.post(f"{url}/restore", headers=manager)
    assert back.json()["data"]["deleted_at"] is None
    assert back.headers["ETag"] == '"3"'
    assert (await change(world, manager, {"name": "A"}, '"3"')).status_code == 200


async def test_a_record_cannot_come_back_to_a_plate_that_is_taken_meanwhile(
    world: World, manager: dict[str, str]
) -> None:
    url = f"{API}/{world.vehicle_id}"
    plate = (await world.client.get(url, headers=manager)).json()["data"]["registration_number"]
    await world.client.delete(url, headers=manager)
    body = {"name": "Heir", "registration_number": plate.lower()}
    assert (await world.client.post(API, json=body, headers=manager)).status_code == 201

    back = await world.client.post(f"{url}/restore", headers=manager)
    assert back.status_code == 409
    assert list(back.json()["error"]["fields"]) == ["registration_number"]
    still = (await world.client.get(url, headers=manager)).json()["data"]
    assert (still["deleted_at"] is not None, still["version"]) == (True, 2)
