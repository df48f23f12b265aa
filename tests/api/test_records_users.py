"""Users as records: nobody climbs, nobody locks the door behind themselves, no password shows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.fleet.models import FleetManager
from fleet_app.identity.kinds import MOST_PASSWORDS
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords
from tests.builders.api import World
from tests.builders.people import PASSWORD, Person, a_person

API = "/api/v1"
SECRET = "a very long secret 4711"
NEW = {"name": "Mikko", "email": "mikko@example.com", "role": "dispatcher"}


@pytest.fixture
async def boss(world: World) -> Person:
    return await a_person(world.container, Role.FLEET_MANAGER, world.fleet_id)


@pytest.fixture
async def manager(world: World, boss: Person) -> dict[str, str]:
    return await world.bearer(boss)


async def create(world: World, headers: dict[str, str], **values: Any) -> httpx.Response:
    return await world.client.post(f"{API}/users", json={**NEW, **values}, headers=headers)


async def change(
    world: World, headers: dict[str, str], user_id: int, **values: Any
) -> httpx.Response:
    return await world.client.patch(f"{API}/users/{user_id}", json=values, headers=headers)


async def sign_in(world: World, email: str, password: str) -> int:
    credentials = {"email": email, "password": password}
    return (await world.client.post(f"{API}/auth/token", json=credentials)).status_code


@pytest.mark.parametrize("role", ["system_admin", "customer", "emperor", None, 1])
async def test_a_manager_gives_no_role_that_is_not_the_fleets(
    world: World, manager: dict[str, str], role: Any
) -> None:
    made = await create(world, manager, role=role)
    assert made.status_code == 400
    assert list(made.json()["error"]["fields"]) == ["role"]
    other = (await create(world, manager)).json()["data"]
    raised = await change(world, manager, other["id"], role=role)
    assert raised.status_code == 400
    assert list(raised.json()["error"]["fields"]) == ["role"]


async def test_a_manager_makes_nobody_in_another_fleet_or_in_none(
    world: World, manager: dict[str, str]
) -> None:
    assert (await create(world, manager, fleet_id=world.other_fleet_id)).status_code == 404
    made = await create(world, manager, fleet_id=None)
    assert made.json()["data"]["fleet_id"] == world.fleet_id


async def test_an_administrator_of_a_fleet_does_not_exist(world: World) -> None:
    admin = await world.a(Role.SYSTEM_ADMIN)
    refused = await create(world, admin, role="system_admin", fleet_id=world.fleet_id)
    homeless = await create(world, admin, role="dispatcher")
    made = await create(world, admin, role="system_admin")

    assert (refused.status_code, homeless.status_code, made.status_code) == (400, 400, 201)
    assert made.json()["data"]["fleet_id"] is None


@pytest.mark.parametrize("changes", [{"role": "driver"}, {"is_active": False}])
async def test_nobody_changes_the_own_role_or_access(
    world: World, boss: Person, manager: dict[str, str], changes: dict[str, Any]
) -> None:
    answer = await change(world, manager, boss.id, **changes)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == list(changes)
    gone = await world.client.delete(f"{API}/users/{boss.id}", headers=manager)
    assert gone.status_code == 409
    assert (await change(world, manager, boss.id, name="New name")).status_code == 200


async def test_a_password_is_never_read_again(world: World, manager: dict[str, str]) -> None:
    made = await create(world, manager, password=SECRET)
    user = made.json()["data"]
    changed = await change(world, manager, user["id"], password=SECRET + "!")
    assert (made.status_code, changed.status_code) == (201, 200)
    async with world.container.work() as session:
        stored = (await session.get_one(User, user["id"])).password_hash
        connection = await session.connection()
        audited = await connection.execute(text("SELECT a::text FROM audit_entries a"))
        entries = [row[0] for row in audited]
    shown = [made.text, changed.text, *entries]
    for path in (f"users/{user['id']}", "users", f"users/{user['id']}/history", "audit",
                 "users/export.csv"):  # fmt: skip
        answer = await world.client.get(f"{API}/{path}", headers=manager)
        assert answer.status_code == 200, path
        shown.append(answer.text)
    for said in shown:
        assert SECRET not in said
        assert stored not in said
        assert "argon2" not in said
    assert any("password_hash" in entry for entry in entries), "that it changed is no secret"
    assert "password" not in user
    assert await sign_in(world, NEW["email"], SECRET) == 401
    assert await sign_in(world, NEW["email"], SECRET + "!") == 200


@pytest.mark.parametrize("password", ["short", 7, ["x"], "x" * 201])
async def test_a_password_that_is_none_is_refused(
    world: World, manager: dict[str, str], password: Any
) -> None:
    answer = await create(world, manager, password=password)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["password"]


async def test_without_a_password_nobody_signs_in(world: World, manager: dict[str, str]) -> None:
    assert (await create(world, manager)).status_code == 201
    for password in ("", "!", PASSWORD):
        assert await sign_in(world, NEW["email"], password) in (400, 401)


async def test_an_address_belongs_to_one_user_in_any_spelling(
    world: World, manager: dict[str, str]
) -> None:
    assert (await create(world, manager)).status_code == 201
    again = await create(world, manager, email="MIKKO@example.com")
    assert again.status_code == 409
    assert list(again.json()["error"]["fields"]) == ["email"]


@pytest.mark.parametrize("params", [{"password.contains": "a"}, {"sort": "password"},
                                    {"password_hash": "a"}])  # fmt: skip
async def test_nobody_searches_by_password(
    world: World, manager: dict[str, str], params: dict[str, str]
) -> None:
    answer = await world.client.get(f"{API}/users", params=params, headers=manager)
    assert answer.status_code == 400


@pytest.mark.parametrize("password", [f" {SECRET}", f"{SECRET} ", f"{SECRET}\u00a0", "   "])
async def test_a_password_with_blanks_at_its_ends_is_refused_rather_than_changed(
    world: World, manager: dict[str, str], password: str
) -> None:
    made = await create(world, manager, password=password)
    assert made.status_code == 400, made.text
    told = made.json()["error"]["fields"]
    assert told == {"password": "must not begin or end with a blank"}


async def test_a_password_with_blanks_inside_lets_in_as_it_was_typed(
    world: World, manager: dict[str, str]
) -> None:
    assert (await create(world, manager, password=SECRET)).status_code == 201
    assert await sign_in(world, NEW["email"], SECRET) == 200
    assert await sign_in(world, NEW["email"], f" {SECRET}") == 401


async def test_so_many_passwords_that_a_request_would_take_long_are_refused_at_once(
    world: World, manager: dict[str, str]
) -> None:
    rows = [
        {**NEW, "email": f"m{number}@example.com", "password": SECRET}
        for number in range(MOST_PASSWORDS + 1)
    ]
    answer = await world.client.post(f"{API}/users/bulk", json={"rows": rows}, headers=manager)
    assert answer.status_code == 400, answer.text
    told = answer.json()["error"]["fields"]
    assert told == {"password": "at most 50 users with a password at once; send fewer"}
    del rows[0]["password"]
    answer = await world.client.post(f"{API}/users/bulk", json={"rows": rows}, headers=manager)
    assert answer.status_code == 200, answer.text
    assert all(one.get("what") == "created" for one in answer.json()["data"])


async def test_passwords_are_hashed_while_no_transaction_is_open(
    world: World, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_meanwhile: list[int] = []
    hash_ = Passwords.hash

    async def watched(self: Passwords, password: str) -> str:
        made = await hash_(self, password)
        open_meanwhile.append(world.container.engine.pool.checkedout())  # type: ignore[attr-defined]
        return made

    monkeypatch.setattr(Passwords, "hash", watched)
    rows = [{**NEW, "email": f"p{n}@example.com", "password": SECRET} for n in range(3)]
    made = await world.client.post(f"{API}/users/bulk", json={"rows": rows}, headers=manager)
    assert [one.get("what") for one in made.json()["data"]] == ["created"] * 3
    alone = (await create(world, manager, password=SECRET)).json()["data"]
    changed = await change(world, manager, alone["id"], password=SECRET + "!")
    assert changed.status_code == 200
    assert open_meanwhile == [0] * 5
    async with world.container.work() as session:
        kept = (await session.exec(select(User.password_hash))).all()
    assert len(set(kept) - {kept[0]}) >= 4, "nobody shares a salt"
    assert [await sign_in(world, row["email"], SECRET) for row in rows] == [200] * 3


async def managers(world: World) -> list[tuple[str, str]]:
    """The names and addresses in the fleet's list of managers."""
    async with world.container.work() as session:
        query = select(FleetManager).where(col(FleetManager.fleet_id) == world.fleet_id)
        return [(one.name, one.email) for one in await session.exec(query)]


async def test_the_list_of_managers_follows_the_users(
    world: World, manager: dict[str, str]
) -> None:
    made = (await create(world, manager, role="fleet_manager")).json()["data"]
    url = f"{API}/users/{made['id']}"
    assert await managers(world) == [("Mikko", "mikko@example.com")]
    await change(world, manager, made["id"], name="Eino", email="eino@example.com")
    assert await managers(world) == [("Eino", "eino@example.com")]
    await change(world, manager, made["id"], role="dispatcher")
    assert await managers(world) == []
    await change(world, manager, made["id"], role="fleet_manager")
    assert len(await managers(world)) == 1
    assert (await world.client.delete(url, headers=manager)).status_code == 200
    assert await managers(world) == []
    restored = await world.client.post(f"{url}/restore", headers=manager)
    assert restored.status_code == 200
    assert await managers(world) == [("Eino", "eino@example.com")]


async def test_other_people_do_not_stand_in_the_list_of_managers(
    world: World, manager: dict[str, str]
) -> None:
    made = (await create(world, manager)).json()["data"]
    await change(world, manager, made["id"], name="Eino")
    assert await managers(world) == []
