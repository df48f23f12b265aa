"""Lists as sheets over the API, and back through an import."""

from __future__ import annotations

import csv
import io

import pytest

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from tests.api.test_imports import done, uploaded
from tests.builders.api import World
from tests.builders.records import an_actor, records

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


async def a_bit_of_everything(world: World) -> dict[str, str]:
    """Records of every kind with every field that an example shows; returns an administrator."""
    actor = an_actor(Role.SYSTEM_ADMIN)
    ids: dict[str, int] = {}
    order = ("depots", "vehicles", "drivers", "customers", "deliveries", "documents",
             "maintenance_records", "maintenance_schedules", "work_orders", "users")  # fmt: skip
    for plural in order:
        kind = KINDS[plural]
        values = {s.name: s.example for s in kind.specs if s.example is not None}
        values |= {s.name: ids[s.reference] for s in kind.references if s.reference in ids}
        if "external_reference" in kind.by_name:
            values["external_reference"] = None
        if plural in ("drivers", "users"):
            values.pop("user_id", None)
        async with records(world.container, plural, actor) as of_kind:
            made = await of_kind.create({**values, "fleet_id": world.fleet_id})
        ids[plural] = made["id"]
    return await world.a(Role.SYSTEM_ADMIN)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_is_exported_can_be_imported_and_changes_nothing(world: World, form: str):
    who = await a_bit_of_everything(world)
    await world.client.patch(
        f"/api/v1/fleets/{world.fleet_id}", headers=who, json={"time_zone": "Europe/Helsinki"}
    )
    for kind in KINDS:
        query = "" if kind.plural == "fleets" else f"?fleet_id={world.fleet_id}"
        answer = await world.client.get(f"/api/v1/{kind.plural}/export.{form}{query}", headers=who)
        assert answer.status_code == 200, (kind.plural, answer.text)
        fields = {} if kind.plural == "fleets" else {"fleet_id": str(world.fleet_id)}
        sent = await uploaded(world, who, answer.content, kind.plural, f"list.{form}", **fields)
        if kind.plural == "routes":
            assert sent.status_code == 400  # there are none
            continue
        assert sent.status_code == 201, (kind.plural, sent.text)
        shown = sent.json()["data"]
        assert "record_number" in shown["mapping"].values(), kind.plural
        ran = await done(world, who, shown["id"], "run")
        problems = await world.client.get(f"/api/v1/imports/{ran['id']}/problems", headers=who)
        assert (ran["state"], ran["failed"]) == ("done", 0), (kind.plural, problems.json()["data"])
        assert ran["unchanged"] == ran["total"] > 0, (kind.plural, ran["message"])
