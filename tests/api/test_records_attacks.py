"""Records over the API under bad input: each gets a clear answer, and nothing is lost or leaks."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.fingerprint import fingerprint

API = "/api/v1"
VAN = {"name": "Van 12", "registration_number": "ABC-123"}
SCRIPT = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


async def post(
    world: World, headers: dict[str, str], body: Any, path: str = "vehicles"
) -> httpx.Response:
    return await world.client.post(f"{API}/{path}", json=body, headers=headers)


async def raw(world: World, headers: dict[str, str], body: bytes) -> httpx.Response:
    typed = {**headers, "Content-Type": "application/json"}
    return await world.client.post(f"{API}/vehicles", content=body, headers=typed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": 7}, "name"),
        ({"name": ["a"]}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"note": "Ring\n\u202etwice"}, "note"),
        ({"note": "\u0958" * 1500}, "note"),
        ({"name": "\u0958" * 100}, "name"),
        ({"name": "\u200d"}, "name"),
        ({"year": "soon"}, "year"),
        ({"year": 2024.5}, "year"),
        ({"year": 10**30}, "year"),
        ({"year": True}, "year"),
        ({"capacity_kg": "much"}, "capacity_kg"),
        ({"capacity_kg": -1}, "capacity_kg"),
        ({"capacity_kg": 10**400}, "capacity_kg"),
        ({"capacity_kg": [1]}, "capacity_kg"),
        ({"skills": {"a": 1}}, "skills"),
        ({"skills": [1]}, "skills"),
        ({"skills": ["x" * 41]}, "skills"),
        ({"skills": [f"s{n}" for n in range(31)]}, "skills"),
        ({"type": "boat"}, "type"),
        ({"type": 3}, "type"),
        ({"vin": "SHORT"}, "vin"),
        ({"depot_id": 999_999}, "depot_id"),
        ({"depot_id": 0}, "depot_id"),
        ({"depot_id": 2**63}, "depot_id"),
        ({"depot_id": "1; DROP TABLE depots"}, "depot_id"),
        ({"photo_file_id": 999_999}, "photo_file_id"),
        ({"photo_file_id": 2**63 - 1}, "photo_file_id"),
        ({"fleet_id": "1"}, "fleet_id"),
        ({"fleet_id": 0}, "fleet_id"),
        ({"fleet_id": 2**63}, "fleet_id"),
        ({"id": 5}, "id"),
        ({"version": 5}, "version"),
        ({"status": "moving"}, "status"),
        ({"deleted_at": None}, "deleted_at"),
        ({"created_at": "2026-11-22T10:15:00Z"}, "created_at"),
        ({"odometer_m": 1}, "odometer_m"),
        ({"__class__": "x"}, "__class__"),
        ({"": 1}, ""),
    ],
)
async def test_a_wrong_value_is_refused_by_the_name_of_its_field(
    world: World, manager: dict[str, str], changes: dict[str, Any], field: str
) -> None:
    before = await fingerprint(world.container)
    answer = await post(world, manager, {**VAN, **changes})

    assert answer.status_code == 400, answer.text
    assert list(answer.json()["error"]["fields"]) == [field]
    assert await fingerprint(world.container) == before


@pytest.mark.parametrize("field", ["id", "version", "status", "fleet_id", "updated_at", "nonsense"])
async def test_what_nobody_writes_cannot_be_changed_either(
    world: World, manager: dict[str, str], field: str
) -> None:
    url = f"{API}/vehicles/{world.vehicle_id}"
    answer = await world.client.patch(url, json={field: 1}, headers=manager)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"name": NaN}', b'{"name": "\\ud800"}',
        b'{"name": "\xff"}', b"\x00", b'{"name": "a", "registration_number": "\\udfff"}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000,
        b'{"year": 1e999, "name": "a", "registration_number": "b"}',
        b'{"year": ' + b"9" * 5000 + b', "name": "a", "registration_number": "b"}',
        b'{"capacity_kg": 1e999, "name": "a", "registration_number": "b"}',
        b'{"' + b"k" * 10_000 + b'": 1}',
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
async def test_a_body_that_is_no_record_is_refused(
    world: World, manager: dict[str, str], body: bytes
) -> None:
    before = await fingerprint(world.container)
    answer = await raw(world, manager, body)

    assert answer.status_code == 400, answer.text[:300]
    assert len(answer.content) < 2000, "what was sent does not come back at length"
    assert await fingerprint(world.container) == before


async def test_deeply_nested_values_do_no_harm(world: World, manager: dict[str, str]) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    for plural, field in (("vehicles", "skills"), ("customers", "contacts")):
        answer = await post(world, manager, {"name": "A", field: deep}, plural)
        assert answer.status_code == 400


async def test_html_is_stored_and_answered_as_the_text_it_is(
    world: World, manager: dict[str, str]
) -> None:
    body = {**VAN, "name": SCRIPT, "note": SCRIPT, "skills": ["<b>cooled</b>"]}
    answer = await post(world, manager, body)

    assert answer.status_code == 201
    row = answer.json()["data"]
    assert (row["name"], row["note"], row["skills"]) == (SCRIPT, SCRIPT, ["<b>cooled</b>"])
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE vehicles; --", "%", "_", "\\", "\u0130\u00df\ufb03", "a" * 100, '"']
)
async def test_a_search_finds_words_not_patterns(
    world: World, manager: dict[str, str], words: str
) -> None:
    await post(world, manager, {**VAN, "name": f"x{words}y", "registration_number": "Q-1"})
    for params in ({"q": words}, {"name.contains": words}):
        answer = await world.client.get(f"{API}/vehicles", params=params, headers=manager)
        assert answer.status_code == 200, answer.text
        assert [row["registration_number"] for row in answer.json()["data"]] == ["Q-1"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"created_at.from": "yesterday"}, "created_at.from"),
        ({"created_at.from": "0001-01-01T00:00:00+14:00"}, "created_at.from"),
        ({"capacity_kg.from": "nan"}, "capacity_kg.from"),
        ({"capacity_kg.to": "1e999"}, "capacity_kg.to"),
        ({"year": "9" * 30}, "year"),
        ({"depot_id": "x"}, "depot_id"),
        ({"name.from": "a"}, "name.from"),
        ({"name.empty": "maybe"}, "name.empty"),
        ({"password": "x"}, "password"),
        ({"type": ""}, "type"),
        ({"type": ",".join(["van"] * 101)}, "type"),
        ({"deleted": "all"}, "deleted"),
        ({"sort": "name,,-nothing"}, "sort"),
        ({"name.contains": "a\0"}, "name.contains"),
        ({"x" * 500: "1"}, "x" * 80),
    ],
)
async def test_a_wrong_question_is_refused_by_the_name_of_its_parameter(
    world: World, manager: dict[str, str], params: dict[str, str], field: str
) -> None:
    answer = await world.client.get(f"{API}/vehicles", params=params, headers=manager)

    assert answer.status_code == 400, answer.text
    assert list(answer.json()["error"]["fields"]) == [field]


@pytest.mark.parametrize(
    ("plural", "body"),
    [
        ("deliveries", {"address": "A", "window_from": "2026-11-22T12:00:00Z",
                        "window_to": "2026-11-22T09:00:00Z"}),
        ("deliveries", {"address": "A", "window2_from": "2026-11-22T12:00:00Z"}),
        ("deliveries", {"address": "A", "lat": 60.0}),
        ("deliveries", {}),
        ("depots", {"name": "D", "address": "A", "lon": 24.0}),
        ("customers", {"name": "C", "preferred_windows": "Mon 09:00-09:00"}),
    ],
)  # fmt: skip
async def test_values_that_contradict_each_other_are_refused_in_a_sentence(
    world: World, manager: dict[str, str], plural: str, body: dict[str, Any]
) -> None:
    answer = await post(world, manager, body, plural)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["fields"]
    assert error["message"][0].isupper()


async def test_a_document_does_not_end_before_it_begins(
    world: World, manager: dict[str, str]
) -> None:
    body = {"name": "Insurance", "vehicle_id": world.vehicle_id, "issued_on": "2026-05-01",
            "expires_on": "2026-04-30"}  # fmt: skip
    assert (await post(world, manager, body, "documents")).status_code == 400
    assert (await post(world, manager, {**body, "expires_on": "2027-05-01"},
                       "documents")).status_code == 201  # fmt: skip


async def test_of_many_at_once_each_succeeds_or_fails_by_itself(
    world: World, manager: dict[str, str]
) -> None:
    rows: list[Any] = [
        VAN,
        {**VAN, "name": "Twin", "registration_number": "abc-123"},
        {**VAN, "registration_number": "X-1", "status": "moving"},
        {**VAN, "registration_number": "X-2", "fleet_id": world.other_fleet_id},
        {**VAN, "registration_number": "X-3"},
    ]
    answer = await post(world, manager, {"rows": rows}, "vehicles/bulk")

    assert answer.status_code == 200
    outcomes = answer.json()["data"]
    assert [one["index"] for one in outcomes] == [0, 1, 2, 3, 4]
    assert ["id" in one for one in outcomes] == [True, False, False, False, True]
    assert list(outcomes[1]["fields"]) == ["registration_number"]
    assert list(outcomes[2]["fields"]) == ["status"]


@pytest.mark.parametrize("rows", [None, {}, "x", [1], [[]], [VAN] * 501, []])
async def test_a_bulk_that_is_none_is_refused(
    world: World, manager: dict[str, str], rows: Any
) -> None:
    before = await fingerprint(world.container)
    answer = await post(world, manager, {"rows": rows}, "vehicles/bulk")

    assert answer.status_code == 400
    assert await fingerprint(world.container) == before


async def test_of_two_who_register_the_same_plate_at_once_one_is_told(
    world: World, manager: dict[str, str]
) -> None:
    bodies = [{**VAN, "name": f"Van {number}"} for number in range(6)]
    answers = await asyncio.gather(*(post(world, manager, body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            error = answer.json()["error"]
            assert (error["type"], list(error["fields"])) == ("taken", ["registration_number"])
