"""Alerts over the API: reading them, and what the office does with them."""

from __future__ import annotations

import asyncio
from typing import Any

from fleet_app.access.roles import Role
from fleet_app.notification.defaults import DEFAULT_RULES
from tests.builders.alerts import a_rule, alerts, an_alert, happened, hears
from tests.builders.api import World

API = "/api/v1/alerts"


async def ask(world: World, method: str, path: str, who: dict[str, str], **more: Any) -> Any:
    headers = who | more.pop("headers", {})
    return await world.client.request(method, f"{API}{path}", headers=headers, **more)


async def test_an_alert_is_listed_counted_and_read_with_its_trail(world: World) -> None:
    rule = await a_rule(world.container, world.fleet_id, "speeding", name="Much too fast")
    event = happened("vehicle.speeding", world.fleet_id, world.vehicle_id, limit=13.9,
                     max_speed=25.0, source="road")  # fmt: skip
    await hears(world.container, event)
    office = await world.a(Role.DISPATCHER)

    listed = (await ask(world, "GET", "", office)).json()
    (row,) = listed["data"]
    assert listed["meta"]["pagination"]["total"] == 1
    assert (row["rule_id"], row["title"], row["status"]) == (rule, "Much too fast", "raised")
    assert row["vehicle"]["id"] == world.vehicle_id
    assert "drove 90 km/h where 50 km/h" in row["message"]
    assert row["legal_next"] == ["acknowledge", "snooze", "resolve"]

    answer = await ask(world, "GET", f"/{row['id']}", office)
    assert answer.headers["etag"] == '"1"'
    whole = answer.json()["data"]
    (line,) = whole["trail"]
    assert (line["what"], line["happened_at"]) == ("raised", row["first_at"])
    assert (line["latitude"], line["longitude"]) == (60.17, 24.94)
    assert (line["data"]["max_speed"], line["fact_ids"]) == (25.0, [])
    assert whole["data"]["limit"] == 13.9

    counts = (await ask(world, "GET", "/counts", office)).json()["data"]
    assert counts == {
        "status": {"raised": 1, "acknowledged": 0, "snoozed": 0, "resolved": 0},
        "unresolved": 1,
        "severity": {"info": 0, "warning": 1, "critical": 0},
    }


async def test_the_office_takes_it_through_its_life(world: World) -> None:
    number = await an_alert(world.container, world.fleet_id)
    office = await world.a(Role.DISPATCHER)

    async def step(name: str, body: Any = None) -> Any:
        answer = await ask(world, "POST", f"/{number}/{name}", office, json=body)
        return answer.status_code, answer.json()

    code, body = await step("acknowledge", {"note": "Calling"})
    assert (code, body["data"]["status"]) == (200, "acknowledged")
    assert body["data"]["assigned_to"] == body["data"]["acknowledged_by"]
    code, body = await step("acknowledge")
    assert (code, body["error"]["type"]) == (409, "illegal_step")
    assert body["error"]["fields"]["legal_next"] == "snooze, resolve, reopen"
    code, body = await step("snooze", {"minutes": 30})
    assert (code, body["data"]["status"]) == (200, "snoozed")
    assert body["data"]["snoozed_until"] is not None
    code, body = await step("comments", {"text": "Still waiting"})
    assert (code, body["data"]["text"]) == (201, "Still waiting")
    code, body = await step("resolve")
    assert (code, body["data"]["status"], body["data"]["legal_next"]) == (
        200, "resolved", ["reopen"],
    )  # fmt: skip
    code, body = await step("reopen")
    assert (code, body["data"]["status"]) == (200, "raised")
    assert [line["what"] for line in body["data"]["trail"]] == [
        "acknowledged", "snoozed", "comment", "resolved", "reopened",
    ]  # fmt: skip
    assert body["data"]["trail"][0]["text"] == "Calling"


async def test_a_snooze_ends_at_one_moment_that_is_not_far_away(world: World) -> None:
    number = await an_alert(world.container, world.fleet_id)
    office = await world.a(Role.DISPATCHER)
    both = {"minutes": 5, "until": "2100-01-01T00:00:00Z"}
    for body in ({}, both, {"until": "2001-01-01T00:00:00Z"}, {"until": "2150-01-01T00:00:00Z"}):
        answer = await ask(world, "POST", f"/{number}/snooze", office, json=body)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["until"])


async def test_whoever_has_seen_an_older_version_is_told(world: World) -> None:
    number = await an_alert(world.container, world.fleet_id)
    office = await world.a(Role.DISPATCHER)
    seen = {"If-Match": '"1"'}
    first = await ask(world, "POST", f"/{number}/acknowledge", office, headers=seen)
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    second = await ask(world, "POST", f"/{number}/resolve", office, headers=seen)
    assert (second.status_code, second.headers["etag"]) == (412, '"2"')
    assert second.json()["error"]["fields"]["status"] == "acknowledged"


async def test_of_many_each_stands_for_itself(world: World) -> None:
    ids = [await an_alert(world.container, world.fleet_id) for _ in range(3)]
    theirs = await an_alert(world.container, world.other_fleet_id)
    office = await world.a(Role.DISPATCHER)
    await ask(world, "POST", f"/{ids[1]}/resolve", office)
    asked = [{"id": ids[2]}, {"id": ids[1]}, {"id": theirs}, {"id": ids[0], "version": 9}]
    body = {"step": "acknowledge", "alerts": asked}
    outcomes = (await ask(world, "POST", "/bulk", office, json=body)).json()["data"]
    assert [one["id"] for one in outcomes] == [one["id"] for one in asked]
    assert [one.get("type", one["what"]) for one in outcomes] == [
        "changed", "illegal_step", "not_found", "stale",
    ]  # fmt: skip
    found = {one.id: one.status.value for one in await alerts(world.container, world.fleet_id)}
    assert found == {ids[0]: "raised", ids[1]: "resolved", ids[2]: "acknowledged"}


async def test_the_list_is_filtered_sorted_and_paged(world: World) -> None:
    container, fleet_id = world.container, world.fleet_id
    ids = [
        await an_alert(container, fleet_id, severity=severity, title=title)
        for severity, title in (("info", "Alpha"), ("critical", "Beta"), ("warning", "Gamma"))
    ]
    office = await world.a(Role.DISPATCHER)

    async def found(query: str) -> list[int]:
        answer = await ask(world, "GET", f"?{query}", office)
        assert answer.status_code == 200, answer.text
        return [ids.index(row["id"]) for row in answer.json()["data"]]

    assert await found("sort=-severity") == [1, 2, 0]
    assert await found("severity=info,warning&sort=id") == [0, 2]
    assert await found("q=beta") == [1]
    assert await found("sort=title&page=2&limit=2") == [2]
    assert await found("from=2100-01-01") == []
    assert await found("status=resolved") == []
    vehicle = (await alerts(container, fleet_id))[2].vehicle_id
    assert await found(f"vehicle_id={vehicle}") == [2]
    wrong = await ask(world, "GET", "?staus=raised&severity=huge", office)
    assert set(wrong.json()["error"]["fields"]) == {"staus", "severity"}


async def test_it_can_be_somebodys_who_may_look_after_it(world: World) -> None:
    number = await an_alert(world.container, world.fleet_id)
    office = await world.a(Role.DISPATCHER)
    me = (await world.client.get("/api/v1/auth/me", headers=office)).json()["data"]["id"]
    mine = await ask(world, "POST", f"/{number}/assign", office, json={"user_id": me})
    assert mine.json()["data"]["assigned_to"]["id"] == me
    for other in (world.driver.id, 2**62):
        answer = await ask(world, "POST", f"/{number}/assign", office, json={"user_id": other})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["user_id"])
    nobody = await ask(world, "POST", f"/{number}/assign", office, json={"user_id": None})
    assert nobody.json()["data"]["assigned_to"] is None


async def test_drivers_and_other_fleets_see_nothing_of_it(world: World) -> None:
    number = await an_alert(world.container, world.fleet_id)
    driver = await world.bearer(world.driver)
    assert (await ask(world, "GET", "", driver)).status_code == 403
    stranger = await world.a(Role.DISPATCHER, fleet_id=world.other_fleet_id)
    assert (await ask(world, "GET", "", stranger)).json()["data"] == []
    for path in (f"/{number}", f"/{number}/acknowledge"):
        method = "GET" if path.count("/") == 1 else "POST"
        assert (await ask(world, method, path, stranger)).status_code == 404


async def test_the_list_is_read_on_while_alerts_come_and_change(world: World) -> None:
    first, second, third = [await an_alert(world.container, world.fleet_id) for _ in range(3)]
    await an_alert(world.container, world.other_fleet_id)
    office = await world.a(Role.DISPATCHER)

    async def read(cursor: str) -> tuple[list[int], str | None]:
        answer = (await ask(world, "GET", "", office, params={"limit": 2, "cursor": cursor})).json()
        return [row["id"] for row in answer["data"]], answer["meta"]["pagination"]["next_cursor"]

    ids, cursor = await read("")
    assert (ids, cursor is not None) == ([third, second], True)
    await an_alert(world.container, world.fleet_id)
    await ask(world, "POST", f"/{first}/acknowledge", office)
    assert await read(str(cursor)) == ([first], None)
    for wrong in ({"cursor": "x"}, {"cursor": "", "page": 2}, {"cursor": "", "sort": "id"}):
        assert (await ask(world, "GET", "", office, params=wrong)).status_code == 400


async def test_a_fleet_without_rules_gets_the_usual_ones_once(world: World) -> None:
    manager = await world.a(Role.FLEET_MANAGER)
    await a_rule(world.container, world.fleet_id, "speeding", name="SPEEDING")
    url = "/api/v1/alert_rules"
    both = [world.client.post(f"{url}/usual", headers=manager) for _ in range(2)]
    added = [one.json()["data"]["added"] for one in await asyncio.gather(*both)]
    assert sorted(added) == [0, len(DEFAULT_RULES) - 1]
    rows = (await world.client.get(url, headers=manager)).json()["data"]
    names = [row["name"].casefold() for row in rows]
    assert sorted(names) == sorted(str(one["name"]).casefold() for one in DEFAULT_RULES)
    office = await world.a(Role.DISPATCHER)
    assert (await world.client.post(f"{url}/usual", headers=office)).status_code == 403
    admin = await world.a(Role.SYSTEM_ADMIN)
    assert (await world.client.post(f"{url}/usual", headers=admin)).status_code == 400
