"""Sheets over the API: uploaded, mapped, checked, imported, corrected, taken back."""

from __future__ import annotations

from typing import Any

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.jobs import running, until

VANS = "Name,Plate,Payload (kg)\r\nVan 1,AAA-1,1100\r\nVan 2,AAA-2,900\r\n"


async def uploaded(
    world: World, who: dict[str, str], text: str | bytes = VANS, kind: str = "vehicles",
    name: str = "vans.csv", **fields: str,
) -> Any:  # fmt: skip
    return await world.client.post(
        "/api/v1/imports",
        headers=who,
        data={"kind": kind, **fields},
        files={"file": (name, text.encode() if isinstance(text, str) else text)},
    )


async def test_an_upload_shows_its_columns_and_a_guess_and_imports_nothing(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    answer = await uploaded(world, who)
    assert answer.status_code == 201, answer.text
    shown = answer.json()["data"]
    assert shown["headers"] == ["Name", "Plate", "Payload (kg)"]
    assert shown["mapping"] == {"0": "name", "1": "registration_number", "2": "capacity_kg"}
    assert shown["sample"][0] == ["Van 1", "AAA-1", "1100"]
    assert (shown["state"], shown["total"], shown["missing"]) == ("uploaded", 2, [])
    listed = await world.client.get("/api/v1/vehicles?q=AAA", headers=who)
    assert listed.json()["data"] == []


async def done(world: World, who: dict[str, str], identifier: int, step: str) -> Any:
    """Begin a step, have it worked off, and return the import."""
    address = f"/api/v1/imports/{identifier}"
    begun = await world.client.post(f"{address}/{step}", headers=who)
    assert begun.status_code == 200, begun.text

    async def ended() -> Any:
        shown = (await world.client.get(address, headers=who)).json()["data"]
        return None if shown["state"] in ("checking", "running", "undoing") else shown

    async with running(world.container):
        return await until(ended, 60)


async def test_a_check_stores_nothing_and_a_run_stores_what_it_said(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    identifier = (await uploaded(world, who)).json()["data"]["id"]
    checked = await done(world, who, identifier, "check")
    assert (checked["state"], checked["created"], checked["failed"]) == ("checked", 2, 0), checked
    listed = await world.client.get("/api/v1/vehicles?q=AAA", headers=who)
    assert listed.json()["data"] == []
    ran = await done(world, who, identifier, "run")
    assert (ran["state"], ran["created"], ran["handled"]) == ("done", 2, 2), ran
    listed = await world.client.get("/api/v1/vehicles?q=AAA&sort=name", headers=who)
    assert [row["capacity_kg"] for row in listed.json()["data"]] == [1100.0, 900.0]
