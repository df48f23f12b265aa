"""The audit log over HTTP: read, proven, exported, and changes taken back."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import text

from fleet_app.access.roles import Role
from fleet_app.audit import reading
from fleet_app.catalogue.kinds import KINDS
from tests.builders.api import World

AUDIT = "/api/v1/audit"


async def a_van(world: World, manager: dict[str, str], name: str = "Van 12") -> dict[str, Any]:
    answer = await world.client.post(
        "/api/v1/vehicles",
        json={"name": name, "registration_number": name.replace(" ", "-")},
        headers=manager,
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def patch(world: World, who: dict[str, str], identifier: int, **values: Any) -> None:
    address = f"/api/v1/vehicles/{identifier}"
    assert (await world.client.patch(address, json=values, headers=who)).status_code == 200


async def rows(world: World, who: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    answer = await world.client.get(f"{AUDIT}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_a_change_is_told_in_words_and_in_full(world: World):
    manager = await world.a(Role.FLEET_MANAGER)
    van = await a_van(world, manager)
    await patch(world, manager, van["id"], capacity_kg=1100, skills=["cooled"], type="truck")
    (row,) = await rows(world, manager, f"?kind=vehicle&action=update&object_id={van['id']}")
    assert row["changes"] == "Type: Van → Truck; Payload: 1100 kg; Skills: cooled"
    assert (row["label"], row["channel"], row["fleet_id"]) == ("Van 12", "api", world.fleet_id)
    detail = (await world.client.get(f"{AUDIT}/{row['id']}", headers=manager)).json()["data"]
    assert detail["undoable"]
    assert detail["plural"] == "vehicles"
    assert detail["details"][0] == {
        "field": "type", "title": "Type", "before": "Van", "after": "Truck"
    }  # fmt: skip


async def test_an_undo_over_http(world: World):
    manager, dispatcher = await world.a(Role.FLEET_MANAGER), await world.a(Role.DISPATCHER)
    van = await a_van(world, manager)
    await patch(world, manager, van["id"], name="Van 13")
    (row,) = await rows(world, manager, "?action=update")
    address = f"{AUDIT}/{row['id']}/undo"
    assert (await world.client.post(address, headers=dispatcher)).status_code == 403
    answer = await world.client.post(address, headers=manager)
    assert (answer.status_code, answer.json()["data"]["name"]) == (200, "Van 12")
    assert answer.headers["etag"] == '"3"'
    again = await world.client.post(address, headers=manager)
    error = again.json()["error"]
    assert (again.status_code, error["type"]) == (409, "not_undoable")
    assert list(error["fields"]) == ["name"]
    newest = (await rows(world, manager))[0]
    told = f"an earlier change, no. {row['id']} in the audit log"
    assert newest["changes"] == f"Name: Van 13 → Van 12; Takes back: {told}"
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    for path in (address.removesuffix("/undo"), address):
        method = "POST" if path.endswith("undo") else "GET"
        assert (await world.client.request(method, path, headers=stranger)).status_code == 404


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_every_kind_has_a_history(world: World, kind: Any):
    admin = await world.a(Role.SYSTEM_ADMIN)
    listed = (await world.client.get(f"/api/v1/{kind.plural}", headers=admin)).json()["data"]
    missing = await world.client.get(f"/api/v1/{kind.plural}/999999/history", headers=admin)
    assert missing.status_code == 404
    for row in listed[:1]:
        address = f"/api/v1/{kind.plural}/{row['id']}/history"
        assert (await world.client.get(address, headers=admin)).status_code == 200


async def test_a_history_shows_network_addresses_to_readers_of_the_log_only(world: World):
    manager, dispatcher = await world.a(Role.FLEET_MANAGER), await world.a(Role.DISPATCHER)
    van = await a_van(world, manager)
    address = f"/api/v1/vehicles/{van['id']}/history"
    for who, shown in ((manager, True), (dispatcher, False)):
        answer = (await world.client.get(address, headers=who)).json()
        assert answer["meta"]["pagination"] == {"page": 1, "limit": 50, "total": 1}
        (row,) = answer["data"]
        assert row["action"] == "create"
        assert (bool(row["address"]), bool(row["request_id"])) == (shown, shown)


async def test_only_managers_read_the_log_and_only_their_own(world: World):
    manager = await world.a(Role.FLEET_MANAGER)
    await a_van(world, manager)
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    labels = {row["label"] for row in await rows(world, stranger)}
    assert "Van 12" not in labels
    for role in (Role.DISPATCHER, Role.DRIVER, Role.CUSTOMER):
        who = await world.a(role)
        for path in ("", "/1", "/verify", "/export.csv"):
            answer = await world.client.get(AUDIT + path, headers=who)
            assert answer.status_code == 403, (role, path)
    other = f"?fleet_id={world.fleet_id}"
    for path in ("", "/verify", "/export.csv"):
        answer = await world.client.get(AUDIT + path + other, headers=stranger)
        assert answer.status_code == 404, path


async def test_a_wrong_filter_is_named(world: World):
    manager = await world.a(Role.FLEET_MANAGER)
    answer = await world.client.get(f"{AUDIT}?at.from=soon&color=red", headers=manager)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"at.from", "color"}


async def test_the_verdict_changes_when_somebody_rewrites_the_log(world: World):
    manager, admin = await world.a(Role.FLEET_MANAGER), await world.a(Role.SYSTEM_ADMIN)
    await a_van(world, manager)
    sound = (await world.client.get(f"{AUDIT}/verify", headers=manager)).json()["data"]
    assert sound["ok"]
    assert [chain["fleet_id"] for chain in sound["chains"]] == [world.fleet_id]
    async with world.container.work() as session:
        connection = await session.connection()
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(
            text("UPDATE audit_entries SET label = 'Nothing' WHERE chain = :id AND sequence = 1"),
            {"id": world.fleet_id},
        )
    broken = (await world.client.get(f"{AUDIT}/verify", headers=manager)).json()["data"]
    assert not broken["ok"]
    assert broken["chains"][0]["first_broken"] == 1
    every = (await world.client.get(f"{AUDIT}/verify", headers=admin)).json()["data"]
    assert [chain["ok"] for chain in every["chains"] if chain["fleet_id"] != world.fleet_id]
    assert not every["ok"]


async def test_the_export_is_whole_safe_and_itself_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "BATCH", 3)
    manager = await world.a(Role.FLEET_MANAGER)
    for number in range(8):
        await a_van(world, manager, f"Van {number}")
    await a_van(world, manager, '=HYPERLINK("x")')
    answer = await world.client.get(f"{AUDIT}/export.csv?kind=vehicle", headers=manager)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-')
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    names = [line[8] for line in table[1:]]
    assert names[1:] == [f"Van {number}" for number in reversed(range(8))]
    assert names[0] == '\'=HYPERLINK("x")'
    assert not [cell for line in table for cell in line if cell[:1] in tuple("=+-@")]
    (told,) = await rows(world, manager, "?action=export")
    assert (told["kind"], told["changes"]) == ("audit", "Kind: vehicle")
