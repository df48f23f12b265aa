"""Files that correct an import, lists of what an import wrote, and templates, over the API."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.imports.columns import guess, importable
from tests.builders.api import World
from tests.builders.sheets import done, imported, rows_of, uploaded

SHEET = "Foo,Bar,Due\r\nVan 1,AAA-1,\r\nVan 2,,\r\nVan 3,,\r\nVan 4,,\r\n"
COLUMNS = {"0": "name", "1": "registration_number"}


async def seen(world: World, who: dict[str, str], identifier: int) -> Any:
    return (await world.client.get(f"/api/v1/imports/{identifier}", headers=who)).json()["data"]


async def with_three_wrong_rows(world: World, who: dict[str, str]) -> Any:
    sent = (await uploaded(world, who, SHEET)).json()["data"]
    await world.client.put(
        f"/api/v1/imports/{sent['id']}/mapping", headers=who,
        json={"columns": COLUMNS, "date_order": "mdy"},
    )  # fmt: skip
    ran = await done(world, who, sent["id"], "run")
    assert (ran["created"], ran["failed"]) == (1, 3)
    return ran


@pytest.mark.parametrize(
    ("head", "mapping"),
    [
        ("What is wrong,Foo,Bar,Due", {"1": "name", "2": "registration_number"}),
        ("Foo,Bar,Due,", {"0": "name", "1": "registration_number"}),
        ("Bar,Foo,Payload,Due", {"0": "registration_number", "1": "name", "2": "capacity_kg"}),
        ("Bar,Due,Name,Plate", {"0": "registration_number", "2": "name"}),
    ],
)
async def test_a_corrected_file_is_read_as_the_first_one_was(
    world: World, head: str, mapping: dict[str, str]
):
    who = await world.a(Role.FLEET_MANAGER)
    first = await with_three_wrong_rows(world, who)
    answer = await uploaded(world, who, f"{head}\r\na,b,c,d\r\n", corrects=str(first["id"]))
    assert answer.status_code == 201, answer.text
    sent = answer.json()["data"]
    assert (sent["mapping"], sent["date_order"]) == (mapping, "mdy")
    assert sent["corrects"] == {
        "id": first["id"], "filename": "vans.csv", "state": "done"
    }  # fmt: skip
    drivers = (await uploaded(world, who, "Name\r\nPekka\r\n", "drivers")).json()["data"]
    assert (drivers["corrects"], drivers["date_order"]) == (None, "dmy")


async def days(world: World, who: dict[str, str]) -> list[str]:
    return [row["due_on"] for row in await rows_of(world, who, "deliveries?sort=due_on")]


def due(*dates: str) -> str:
    """A sheet of deliveries whose second column leaves the order of dates open."""
    rows = (f"SO-{date},{date},60.1,24.9,Katu 1" for date in dates)
    return "\r\n".join(["Order,Date,Latitude,Longitude,Address", *rows, ""])


async def test_a_corrected_date_is_read_in_the_order_that_the_first_file_proved(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    first = await imported(world, who, due("11/24/2026", "31/31/2027"), "deliveries")
    assert (first["created"], first["failed"]) == (1, 1)
    await imported(world, who, due("02/03/2027"), "deliveries", corrects=str(first["id"]))
    assert await days(world, who) == ["2026-11-24", "2027-02-03"]
    again = (await uploaded(world, who, due("04/05/2027"), "deliveries")).json()["data"]
    assert again["questions"] == [
        {"name": "date_order", "example": "04/05/2027", "answer": "mdy"}
    ]  # fmt: skip


async def test_what_can_be_read_in_two_ways_is_not_stored_before_somebody_says_how(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    sent = (await uploaded(world, who, due("02/03/2027"), "deliveries")).json()["data"]
    assert [one["answer"] for one in sent["questions"]] == [None]
    address = f"/api/v1/imports/{sent['id']}"
    for step in ("check", "run"):
        refused = await world.client.post(f"{address}/{step}", headers=who)
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (
            400, ["date_order"]
        )  # fmt: skip
    said = {"columns": sent["mapping"], "date_order": "mdy"}
    await world.client.put(f"{address}/mapping", headers=who, json=said)
    await done(world, who, sent["id"], "run")
    assert await days(world, who) == ["2027-02-03"]


async def test_thousands_of_a_german_sheet_are_thousands_and_its_words_are_known(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    head = "Fahrzeug;Kennzeichen;Typ;Nutzlast;Verbrauch\r\n"
    ran = await imported(
        world, who, head + "A;A-1;Transporter;1.234;9,5\r\nB;A-2;LKW;1.500;8,1\r\n"
    )
    assert (ran["created"], ran["failed"]) == (2, 0), ran
    found = await rows_of(world, who, f"vehicles?import={ran['id']}&sort=name")
    assert [(row["capacity_kg"], row["type"]) for row in found] == [
        (1234.0, "van"), (1500.0, "truck")
    ]  # fmt: skip
    fixed = await imported(world, who, head + "C;A-3;Kombi;1.750;9\r\n", corrects=str(ran["id"]))
    (wrong,) = await rows_of(world, who, f"imports/{fixed['id']}/problems")
    assert "“Kombi” is not one of Van, Truck, Car" in wrong["what"]
    third = (
        await uploaded(world, who, head + "C;A-3;Kombi;1.750;9\r\n", corrects=str(ran["id"]))
    ).json()["data"]
    assert third["unknown_words"] == [{"field": "type", "word": "Kombi", "count": 1, "value": ""}]
    said = {"columns": third["mapping"], "words": {"type": {"Kombi": "car"}}}
    address = f"/api/v1/imports/{third['id']}/mapping"
    assert (await world.client.put(address, headers=who, json=said)).status_code == 200
    await done(world, who, third["id"], "run")
    (kombi,) = await rows_of(world, who, "vehicles?q=A-3")
    assert (kombi["capacity_kg"], kombi["type"]) == (1750.0, "car")


async def test_an_import_says_what_its_corrections_brought_in(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    first = await with_three_wrong_rows(world, who)
    mine = {"corrects": str(first["id"])}
    two = await imported(world, who, "Foo,Bar\r\nVan 2,AAA-2\r\nVan 3,\r\n", **mine)
    assert (two["created"], two["failed"]) == (1, 1)
    assert (await seen(world, who, first["id"]))["corrected"] == 1
    three = await imported(world, who, "Foo,Bar\r\nVan 3,AAA-3\r\n", corrects=str(two["id"]))
    four = await imported(world, who, "Foo,Bar\r\nVan 4,AAA-4\r\n", **mine)
    now = await seen(world, who, first["id"])
    assert (now["failed"], now["corrected"]) == (3, 3)
    assert [one["id"] for one in now["corrections"]] == [two["id"], three["id"], four["id"]]
    between = await seen(world, who, two["id"])
    assert (between["corrects"]["id"], between["corrected"]) == (first["id"], 1)
    listed = {one["id"]: one for one in await rows_of(world, who, "imports")}
    assert listed[first["id"]]["corrected"] == 3
    await done(world, who, four["id"], "undo")
    assert (await seen(world, who, first["id"]))["corrected"] == 2


async def test_the_whole_file_again_corrects_no_more_than_was_wrong(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    first = await with_three_wrong_rows(world, who)
    whole = SHEET.replace("Van 2,", "Van 2,AAA-2").replace("Van 3,", "Van 3,AAA-3")
    again = await imported(world, who, whole, corrects=str(first["id"]))
    assert (again["created"], again["unchanged"], again["failed"]) == (2, 1, 1)
    assert (await seen(world, who, first["id"]))["corrected"] == 2


async def test_only_an_import_of_the_same_fleet_and_kind_is_corrected(world: World):
    who, admin = await world.a(Role.FLEET_MANAGER), await world.a(Role.SYSTEM_ADMIN)
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    mine = (await uploaded(world, who)).json()["data"]["id"]
    other = await uploaded(world, who, "Name\r\nPekka\r\n", "drivers", corrects=str(mine))
    assert other.status_code == 400
    assert other.json()["error"]["fields"] == {
        "corrects": "is an import of vehicles, not of drivers"
    }
    assert (await uploaded(world, stranger, corrects=str(mine))).status_code == 404
    fleet = str(world.other_fleet_id)
    elsewhere = await uploaded(world, admin, corrects=str(mine), fleet_id=fleet)
    assert elsewhere.json()["error"]["fields"] == {"corrects": "is an import of another fleet"}
    for nonsense in ("0", "-1", "x", str(2**63)):
        answer = await uploaded(world, who, corrects=nonsense)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["corrects"])
    assert (await uploaded(world, who, corrects="999999")).status_code == 404
    assert len(await rows_of(world, who, "imports")) == 1
    by_admin = (await uploaded(world, admin, corrects=str(mine))).json()["data"]
    assert by_admin["fleet_id"] == world.fleet_id


async def test_a_list_shows_exactly_what_an_import_wrote(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    before = await imported(
        world, who, "Name,Plate,Payload\r\nA,OLD-1,700\r\nB,OLD-2,700\r\nC,X-1,1\r\n"
    )
    ran = await imported(
        world, who, "Name,Plate,Payload\r\nA,OLD-1,800\r\nB,OLD-2,700\r\nD,NEW-1,1\r\nE,,\r\n"
    )
    assert (ran["created"], ran["updated"], ran["unchanged"], ran["failed"]) == (1, 1, 1, 1)
    await world.client.post(
        "/api/v1/vehicles", headers=who, json={"name": "Z", "registration_number": "Z-1"}
    )

    async def names(asked: str, caller: dict[str, str] = who) -> list[str]:
        return [row["name"] for row in await rows_of(world, caller, f"{asked}&sort=name")]

    mine = f"import={ran['id']}"
    assert await names(f"vehicles?{mine}") == ["A", "D"]
    assert await names(f"vehicles?import={before['id']}") == ["A", "B", "C"]
    assert await names(f"vehicles?{mine}&q=NEW") == ["D"]
    assert await names(f"vehicles?{mine}", stranger) == []
    assert await rows_of(world, who, f"drivers?{mine}") == []
    assert await names("vehicles?import=999999") == []
    wrong = await world.client.get("/api/v1/vehicles?import=x", headers=who)
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["import"])
    sheet = await world.client.get(f"/api/v1/vehicles/export.csv?{mine}", headers=who)
    assert len(sheet.content.decode("utf-8-sig").strip().splitlines()) == 3


async def test_a_row_that_was_only_checked_is_nowhere(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    sent = (await uploaded(world, who)).json()["data"]["id"]
    await done(world, who, sent, "check")
    assert await rows_of(world, who, f"vehicles?import={sent}") == []


@pytest.mark.parametrize("plural", ["vehicles", "deliveries"])
async def test_a_template_is_a_download_that_is_understood_when_it_comes_back(
    world: World, plural: str
):
    who, kind = await world.a(Role.FLEET_MANAGER), KINDS[plural]
    address = f"/api/v1/imports/template.{{}}?kind={plural}"
    text = await world.client.get(address.format("csv"), headers=who)
    (headers,) = csv.reader(text.content.decode("utf-8-sig").splitlines())
    assert set(guess(kind, headers).values()) == {spec.name for spec in importable(kind)}
    book = await world.client.get(address.format("xlsx"), headers=who)
    rows = load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)
    assert list(rows) == [tuple(headers)]
    name = f"{kind.label_plural} - template"
    for answer, form in ((text, "csv"), (book, "xlsx")):
        assert f'filename="{name}.{form}"' in answer.headers["content-disposition"]


async def test_a_template_is_for_those_who_may_import_it(world: World):
    dispatcher = await world.a(Role.DISPATCHER)
    address = "/api/v1/imports/template.csv?kind="
    codes = {
        kind: (await world.client.get(address + kind, headers=dispatcher)).status_code
        for kind in ("customers", "vehicles", "ships")
    }
    assert codes == {"customers": 200, "vehicles": 403, "ships": 400}
