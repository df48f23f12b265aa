"""Sheets over the API: uploaded, mapped, checked, imported, corrected, taken back."""

from __future__ import annotations

from typing import Any

from fleet_app.access.roles import Role
from tests.builders.api import World

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
