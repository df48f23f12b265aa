"""Taking imports back, and whose imports they are."""

from __future__ import annotations

from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from tests.builders.api import World
from tests.builders.sheets import VANS, done, imported, rows_of, uploaded


async def test_another_fleets_imports_do_not_exist_and_colleagues_see_each_others(world: World):
    who, colleague = await world.a(Role.FLEET_MANAGER), await world.a(Role.FLEET_MANAGER)
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    sent = (await uploaded(world, who)).json()["data"]
    address = f"/api/v1/imports/{sent['id']}"
    seen = await world.client.get(address, headers=colleague)
    assert (seen.status_code, seen.json()["data"]["user"]) == (200, sent["user"])
    assert [one["id"] for one in await rows_of(world, colleague, "imports")] == [sent["id"]]
    for method, rest in (
        ("GET", ""), ("PUT", "/mapping"), ("POST", "/check"), ("POST", "/run"), ("POST", "/cancel"),
        ("POST", "/undo"), ("GET", "/problems"), ("GET", "/problems.csv"),
    ):  # fmt: skip
        body = {"columns": {"0": "name"}} if method == "PUT" else None
        answer = await world.client.request(method, address + rest, headers=stranger, json=body)
        assert answer.status_code == 404, (method, rest)
    assert await rows_of(world, stranger, "imports") == []
    other = await uploaded(world, stranger, fleet_id=str(world.fleet_id))
    assert other.status_code == 404


async def test_each_role_imports_what_it_may_write(world: World):
    dispatcher, driver = await world.a(Role.DISPATCHER), await world.bearer(world.driver)
    admin, manager = await world.a(Role.SYSTEM_ADMIN), await world.a(Role.FLEET_MANAGER)
    assert (await uploaded(world, driver)).status_code == 403
    assert (await uploaded(world, dispatcher)).status_code == 403
    assert (await uploaded(world, dispatcher, kind="customers")).status_code == 201
    assert (await uploaded(world, manager, kind="fleets")).status_code == 403
    assert (await uploaded(world, manager, kind="ships")).status_code == 400
    assert (await uploaded(world, admin)).status_code == 400  # whose?
    ran = await imported(world, admin, VANS, fleet_id=str(world.other_fleet_id))
    assert (ran["created"], ran["fleet_id"]) == (2, world.other_fleet_id)
    vans = (await uploaded(world, manager)).json()["data"]["id"]
    answer = await world.client.get(f"/api/v1/imports/{vans}", headers=dispatcher)
    assert answer.status_code == 403
    listed = await rows_of(world, dispatcher, "imports")
    assert {one["kind"] for one in listed} == {"customers"}


async def test_an_import_is_taken_back_except_for_what_somebody_changed_since(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, "Name,Plate\r\nOld van,OLD-1\r\n")
    ran = await imported(world, who, VANS + "Older van,OLD-1,700\r\n")
    assert (ran["created"], ran["updated"]) == (2, 1)
    vans = await rows_of(world, who, "vehicles?q=AAA&sort=name")
    await world.client.patch(
        f"/api/v1/vehicles/{vans[1]['id']}", headers=who, json={"note": "scratched"}
    )
    assert "undo" in ran["can"]
    undone = await done(world, who, ran["id"], "undo")
    assert (undone["state"], undone["handled"], undone["total"]) == ("undone", 2, 2)
    assert "1 deleted" in undone["message"]
    assert "1 stays" in undone["message"]
    assert [row["name"] for row in await rows_of(world, who, "vehicles?q=AAA")] == ["Van 2"]
    assert [row["name"] for row in await rows_of(world, who, "vehicles?q=OLD-1")] == ["Older van"]
    again = await world.client.post(f"/api/v1/imports/{ran['id']}/run", headers=who)
    assert (again.status_code, again.json()["error"]["type"]) == (409, "not_now")


async def test_what_an_import_changes_is_in_the_audit_log_as_such(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, VANS)
    async with world.container.work() as session:
        entries = list(await session.exec(select(AuditEntry).order_by(col(AuditEntry.id))))
    vans = [one for one in entries if one.kind == "vehicle" and one.label.startswith("Van ")]
    assert [(one.action, one.channel) for one in vans[-2:]] == [("create", "import")] * 2
    acts = [one.action for one in entries if one.kind == "import"]
    assert acts == ["upload_import", "run_import", "import_done"]


async def test_what_was_taken_back_can_be_imported_again_rightly_this_time(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    wrong = "Tracking,Order,Address,Instructions\r\nT-1,SO-1,K 1,Ring\r\nT-2,SO-2,K 2,Ring\r\n"
    ran = await imported(world, who, wrong, "deliveries")
    before = {row["tracking_number"]: row["id"] for row in await rows_of(world, who, "deliveries")}
    await done(world, who, ran["id"], "undo")
    assert await rows_of(world, who, "deliveries") == []
    right = "Tracking,Order,Address\r\nT-1,SO-9,Katu 1\r\nT-2,SO-2,\r\nT-3,SO-3,K 3\r\n"
    again = await imported(world, who, right, "deliveries")
    assert (again["created"], again["failed"]) == (2, 1), again
    found = {row["tracking_number"]: row for row in await rows_of(world, who, "deliveries")}
    assert set(found) == {"T-1", "T-3"}
    first = found["T-1"]
    assert (first["id"], first["instructions"], first["address"]) == (before["T-1"], "", "Katu 1")
    await done(world, who, again["id"], "undo")
    assert await rows_of(world, who, "deliveries") == []
