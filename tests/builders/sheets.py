"""Sheets sent and worked off as a person does it over the API."""

from __future__ import annotations

from typing import Any

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


async def done(world: World, who: dict[str, str], identifier: int, step: str) -> Any:
    """Begin a step, have it worked off, and return the import."""
    address = f"/api/v1/imports/{identifier}"
    begun = await world.client.post(f"{address}/{step}", headers=who)
    assert begun.status_code == 200, begun.text

    async def ended() -> Any:
        shown = (await world.client.get(address, headers=who)).json()["data"]
        return None if shown["state"] in ("checking", "running", "undoing") else shown

    async with running(world.container):
        return await until(ended, 240)


async def imported(
    world: World, who: dict[str, str], text: str | bytes, kind: str = "vehicles", **more: str
) -> Any:
    """Upload a sheet whose columns are guessed right, and run it."""
    sent = await uploaded(world, who, text, kind, **more)
    assert sent.status_code == 201, sent.text
    return await done(world, who, sent.json()["data"]["id"], "run")


async def rows_of(world: World, who: dict[str, str], address: str) -> list[Any]:
    answer = await world.client.get(f"/api/v1/{address}", headers=who)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def problems_of(world: World, who: dict[str, str], record: Any) -> dict[int, dict[str, str]]:
    found = await rows_of(world, who, f"imports/{record['id']}/problems?limit=500")
    return {one["row"]: one["errors"] for one in found}
