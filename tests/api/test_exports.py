"""Lists as sheets over the API, and back through an import."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.models import Vehicle
from fleet_app.location.models import VehicleLive
from fleet_app.records.describe import columns
from tests.builders.api import World
from tests.builders.geofences import a_square
from tests.builders.maintenance import tracked
from tests.builders.orders import deliveries
from tests.builders.records import an_actor, records
from tests.builders.sheets import done, uploaded

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


async def a_bit_of_everything(world: World) -> dict[str, str]:
    """Records of every kind with every field that an example shows; returns an administrator."""
    actor = an_actor(Role.SYSTEM_ADMIN)
    ids: dict[str, int] = {}
    order = ("depots", "vehicles", "drivers", "customers", "deliveries", "documents",
             "geofences", "maintenance_records", "maintenance_schedules", "work_orders",
             "users", "alert_rules", "route_templates")  # fmt: skip
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
    async with records(world.container, "geofences", actor) as zones:
        yard = {"name": "Yard", "geometry": a_square(), "speed_limit": 30 / 3.6}
        await zones.create({**yard, "fleet_id": world.fleet_id})
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


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_a_sheet_cannot_say_in_full_stays_as_it_is(world: World, form: str):
    """Points of further addresses, namesakes, hours that come twice, what points to the deleted."""
    who, admin = await world.a(Role.FLEET_MANAGER), await world.a(Role.SYSTEM_ADMIN)
    fleet = f"/api/v1/fleets/{world.fleet_id}"
    await world.client.patch(fleet, headers=admin, json={"time_zone": "Europe/Helsinki"})
    addresses = [{"label": "Dock", "address": "K 1", "lat": 60.0, "lon": 24.0}]
    twins = []
    for _ in range(2):
        values = {"name": "Twin", "addresses": addresses}
        made = await world.client.post("/api/v1/customers", headers=who, json=values)
        twins.append(made.json()["data"]["id"])
    values = {
        "customer_id": twins[1], "address": "K 2", "required_skills": ["cooled", "heavy"],
        "window_from": "2026-10-25T01:30:00.123Z", "window_to": "2026-10-25T04:00:00Z",
    }  # fmt: skip
    made = await world.client.post("/api/v1/deliveries", headers=who, json=values)
    assert made.status_code == 201, made.text
    await world.client.delete(f"/api/v1/vehicles/{world.vehicle_id}", headers=who)
    for plural in ("customers", "deliveries", "drivers"):
        answer = await world.client.get(f"/api/v1/{plural}/export.{form}", headers=who)
        sent = await uploaded(world, who, answer.content, plural, f"list.{form}")
        ran = await done(world, who, sent.json()["data"]["id"], "run")
        assert (ran["failed"], ran["unchanged"]) == (0, ran["total"]), (plural, ran["message"])
    kept = await world.client.get(f"/api/v1/customers/{twins[0]}", headers=who)
    assert kept.json()["data"]["addresses"] == addresses


async def test_an_export_holds_what_the_list_shows_in_the_columns_that_are_asked_for(world: World):
    who = await world.a(Role.DISPATCHER)
    await deliveries(world.container, world.fleet_id, 3)
    await deliveries(world.container, world.fleet_id, 2, address="Elsewhere 1")
    await deliveries(world.container, world.other_fleet_id, 1)
    query = "?q=Elsewhere&columns=address,tracking_number,status&sort=-tracking_number"
    answer = await world.client.get(f"/api/v1/deliveries/export.csv{query}", headers=who)
    headers, *rows = table(answer.content)
    assert headers == ["Drop-off address", "Tracking number", "Status"]
    assert [row[0] for row in rows] == ["Elsewhere 1"] * 2
    assert [row[2] for row in rows] == ["Created"] * 2
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    day = datetime.now(UTC).date().isoformat()
    assert f'filename="deliveries-{day}.csv"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    everything = await world.client.get("/api/v1/deliveries/export.csv", headers=who)
    assert len(table(everything.content)) == 1 + 5


async def test_an_export_says_units_words_and_local_times(world: World):
    who, manager = await world.a(Role.SYSTEM_ADMIN), await world.a(Role.FLEET_MANAGER)
    address = f"/api/v1/fleets/{world.fleet_id}"
    zone = {"time_zone": "Europe/Helsinki", "currency": "SEK"}
    await world.client.patch(address, headers=who, json=zone)
    values = {"address": "K 1", "window_from": "2026-07-23T06:00:00Z", "weight_kg": 2.5}
    await world.client.post("/api/v1/deliveries", headers=manager, json=values)
    answer = await world.client.get(
        "/api/v1/deliveries/export.csv?columns=window_from,weight_kg", headers=manager
    )
    assert table(answer.content) == [["From", "Weight (kg)"], ["2026-07-23T09:00:00+03:00", "2.5"]]
    driver = (await world.client.get("/api/v1/drivers", headers=manager)).json()["data"][0]
    answer = await world.client.get(
        "/api/v1/drivers/export.csv?columns=name,vehicle_id", headers=manager
    )
    vehicle = await world.client.get(f"/api/v1/vehicles/{driver['vehicle_id']}", headers=manager)
    plate = vehicle.json()["data"]["registration_number"]
    assert table(answer.content)[1] == [driver["name"], plate]
    answer = await world.client.get("/api/v1/work_orders/export.csv?columns=cost", headers=manager)
    assert table(answer.content) == [["Cost (SEK)"]]


async def test_a_workbook_holds_real_numbers_dates_and_no_formulas(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    values = {"name": "=1+1", "registration_number": "@SUM(1)", "capacity_kg": 1100.5}
    await world.client.post("/api/v1/vehicles", headers=who, json=values)
    answer = await world.client.get(
        "/api/v1/vehicles/export.xlsx?q==1&columns=name,registration_number,capacity_kg,created_at",
        headers=who,
    )
    assert answer.headers["content-type"] == EXCEL
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    name, plate, capacity, created = next(sheet.iter_rows(min_row=2))
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in (name, plate)] == [
        ("=1+1", "s", True), ("@SUM(1)", "s", True)
    ]  # fmt: skip
    assert (capacity.value, created.is_date) == (1100.5, True)


async def test_every_list_exports_the_columns_that_its_screen_shows(world: World):
    who = await a_bit_of_everything(world)
    for kind in KINDS:
        shown = [one["id"] for one in columns(kind) if not one["hidden"]]
        query = f"?columns={','.join(shown)}"
        query += "" if kind.plural == "fleets" else f"&fleet_id={world.fleet_id}"
        answer = await world.client.get(f"/api/v1/{kind.plural}/export.csv{query}", headers=who)
        assert answer.status_code == 200, (kind.plural, answer.text)
        assert len(table(answer.content)[0]) == len(shown), kind.plural


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_odd_texts_come_back_from_a_sheet_letter_by_letter(world: World, form: str):
    who = await world.a(Role.FLEET_MANAGER)
    texts = ["=cmd|'/C calc'!A0", "+1", "-1", "@x", "'tis", "'=1+1"]
    for number, text_ in enumerate(texts):
        values = {"name": text_, "external_reference": f"odd-{number}"}
        made = await world.client.post("/api/v1/customers", headers=who, json=values)
        assert made.status_code == 201, made.text
    answer = await world.client.get(
        f"/api/v1/customers/export.{form}?columns=external_reference,name", headers=who
    )
    for one in (await world.client.get("/api/v1/customers", headers=who)).json()["data"]:
        address = f"/api/v1/customers/{one['id']}"
        await world.client.patch(address, headers=who, json={"name": "Changed"})
    sent = await uploaded(world, who, answer.content, "customers", f"list.{form}")
    ran = await done(world, who, sent.json()["data"]["id"], "run")
    assert (ran["updated"], ran["failed"]) == (len(texts), 0), ran
    rows = (await world.client.get("/api/v1/customers?limit=50", headers=who)).json()["data"]
    named = {one["external_reference"]: one["name"] for one in rows}
    assert [named[f"odd-{number}"] for number in range(len(texts))] == texts


@pytest.mark.parametrize("word", ["Scooter", "scooter", "SCOOTER"])
async def test_a_choice_is_read_by_its_word_and_by_its_value(world: World, word: str):
    who = await world.a(Role.FLEET_MANAGER)
    sheet = f"Name,Registration,Type\nOne,ABC-987,{word}\n".encode()
    sent = await uploaded(world, who, sheet, "vehicles", "list.csv")
    ran = await done(world, who, sent.json()["data"]["id"], "run")
    assert (ran["created"], ran["failed"]) == (1, 0), ran


async def test_exports_belong_to_the_office_of_the_fleet(world: World):
    driver, dispatcher = await world.bearer(world.driver), await world.a(Role.DISPATCHER)
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    address = "/api/v1/vehicles/export.csv"
    assert (await world.client.get(address, headers=driver)).status_code == 403
    users = await world.client.get("/api/v1/users/export.csv", headers=dispatcher)
    assert users.status_code == 403
    theirs = await world.client.get(f"{address}?columns=name", headers=stranger)
    assert len(table(theirs.content)) == 2  # their own one
    named = await world.client.get(f"{address}?fleet_id={world.fleet_id}", headers=stranger)
    assert named.status_code == 404
    assert (await world.client.get(address)).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [("columns=name,colour", "columns"), ("colour=red", "colour"), ("sort=colour", "sort"),
     ("columns=password", "columns")],
)  # fmt: skip
async def test_an_export_that_cannot_be_is_refused_before_it_begins(
    world: World, query: str, field: str
):
    who = await world.a(Role.FLEET_MANAGER)
    plural = "users" if "password" in query else "vehicles"
    answer = await world.client.get(f"/api/v1/{plural}/export.csv?{query}", headers=who)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    other = await world.client.get("/api/v1/vehicles/export.pdf", headers=who)
    assert other.status_code == 400


async def test_an_export_is_in_the_audit_log_with_its_size(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await world.client.get("/api/v1/vehicles/export.xlsx", headers=who)
    async with world.container.work() as session:
        query = select(AuditEntry).where(AuditEntry.action == "export")
        (entry,) = list(await session.exec(query))
    assert (entry.kind, entry.chain) == ("vehicle", world.fleet_id)
    assert entry.changes == {"rows": [None, 1], "form": [None, "xlsx"]}


async def test_a_list_of_100_000_is_exported_whole_in_little_memory(world: World):
    """In more time than a unit of work usually has, if need be."""
    who = await world.a(Role.FLEET_MANAGER)
    async with world.container.work(60) as session:
        connection = await session.connection()
        await connection.execute(
            text("""
            INSERT INTO deliveries
                (fleet_id, tracking_number, address, status, priority, due_on, created_at)
            SELECT :fleet, 'T-' || n, 'Katu ' || n, 'created', 'normal',
                date '2026-01-01' + n % 300, now()
            FROM generate_series(1, 100000) AS n"""),
            {"fleet": world.fleet_id},
        )
    tracemalloc.start()
    size = lines = 0
    query = "columns=tracking_number,address,due_on,customer_id,status"
    address = f"/api/v1/deliveries/export.csv?{query}"
    async with world.client.stream("GET", address, headers=who) as answer:
        assert answer.status_code == 200
        async for chunk in answer.aiter_bytes():
            size, lines = size + len(chunk), lines + chunk.count(b"\r\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (lines, size == int(answer.headers["content-length"])) == (100_001, True)
    assert peak < 40_000_000, peak


async def test_a_speed_stands_in_a_sheet_as_it_does_on_the_screen(world: World):
    async with world.container.work() as session:
        vehicle = await session.get_one(Vehicle, world.vehicle_id)
    await tracked(world.container, vehicle)
    async with world.container.work() as session:
        (await session.get_one(VehicleLive, world.vehicle_id)).speed = 10.0
    answer = await world.client.get(
        "/api/v1/vehicles/export.csv?columns=name,speed", headers=await world.a(Role.FLEET_MANAGER)
    )
    head, *rows = table(answer.content)
    assert head == ["Name", "Speed (km/h)"]
    assert [row[1] for row in rows] == ["36"]
