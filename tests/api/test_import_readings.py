"""Odometers in a sheet: a first reading, a later one, and one set right."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from tests.builders.api import World
from tests.builders.sheets import done, imported, rows_of, uploaded

HEAD = "Name;Plate;Kilometerstand\r\n"


async def odometers(world: World, who: dict[str, str]) -> dict[str, Any]:
    found = await rows_of(world, who, "vehicles?q=OD-")
    return {row["registration_number"]: row["odometer_km"] for row in found}


async def test_a_first_reading_comes_with_the_vehicle_and_a_later_one_sets_it(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    ran = await imported(world, who, HEAD + "A;OD-1;98.696,5\r\nB;OD-2;\r\n")
    assert (ran["created"], ran["failed"]) == (2, 0), ran
    assert (await odometers(world, who))["OD-1"] == 98696.5
    ran = await imported(world, who, HEAD + "A;OD-1;98.696,5\r\nB;OD-2;1200\r\n")
    assert (ran["updated"], ran["unchanged"]) == (1, 1), ran
    ran = await imported(world, who, HEAD + "A;OD-1;8.696,5\r\nB;OD-2;\r\n")
    assert (ran["updated"], ran["unchanged"], ran["failed"]) == (1, 1, 0), ran
    assert await odometers(world, who) == {"OD-1": 8696.5, "OD-2": 1200.0}
    async with world.container.work() as session:
        query = select(AuditEntry).where(
            AuditEntry.kind == "vehicle", AuditEntry.channel == "import"
        )
        entries = list(await session.exec(query.order_by(col(AuditEntry.id))))
    readings = [one.changes["odometer_m"] for one in entries if one.action == "update"]
    assert readings == [[0.0, 1_200_000.0], [98_696_500.0, 8_696_500.0]]


async def test_a_reading_in_our_own_export_is_as_old_as_the_file_and_left_out(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, HEAD + "A;OD-1;98.696,5\r\n")
    export = await world.client.get("/api/v1/vehicles/export.csv?q=OD-", headers=who)
    sent = (await uploaded(world, who, export.content)).json()["data"]
    assert "record_number" in sent["mapping"].values()
    assert "odometer_km" not in sent["mapping"].values()
    ran = await done(world, who, sent["id"], "run")
    assert (ran["unchanged"], ran["failed"]) == (1, 0), ran
