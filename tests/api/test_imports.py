"""Sheets over the API: uploaded, mapped, checked, imported, corrected, taken back."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from openpyxl import Workbook

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.sheets import done, imported, problems_of, rows_of, uploaded


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


def orders(count: int) -> list[str]:
    """A sheet of deliveries, by lines, the header first."""
    lines = ["Order,Address,Latitude,Longitude,Date,Time from,Time to,Weight (kg),Vehicle note"]
    for number in range(1, count + 1):
        place = f"{60 + number / 100_000:.5f},{24 + number / 100_000:.5f}"
        lines.append(f"SO-{number},Kalevankatu {number},{place},23.11.2026,09:00,12:00,1.5,x")
    return lines


async def test_500_vehicles_and_2000_deliveries_with_three_wrong_rows_are_corrected_and_in(
    world: World,
):
    who = await world.a(Role.FLEET_MANAGER)
    vans = "Name;Plate;Payload\r\n" + "".join(f"Van {n};P-{n};1 100,5\r\n" for n in range(500))
    ran = await imported(world, who, vans)
    assert (ran["created"], ran["failed"], ran["total"]) == (500, 0, 500), ran
    lines = orders(2000)
    lines[100] = lines[100].replace("23.11.2026", "31.11.2026")
    lines[1000] = lines[1000].replace("1.5", "heavy")
    lines[1999] = lines[1999].replace("09:00,12:00", "12:00,09:00")
    sent = (await uploaded(world, who, "\r\n".join(lines), "deliveries")).json()["data"]
    checked = await done(world, who, sent["id"], "check")
    assert (checked["created"], checked["failed"]) == (1997, 3), checked["message"]
    ran = await done(world, who, sent["id"], "run")
    assert (ran["state"], ran["created"], ran["failed"]) == ("done", 1997, 3), ran["message"]
    wrong = await problems_of(world, who, ran)
    assert [(row, list(errors)) for row, errors in wrong.items()] == [
        (101, ["due_on"]), (1001, ["weight_kg"]), (2000, ["window_to"])
    ]  # fmt: skip
    sheet = await world.client.get(f"/api/v1/imports/{ran['id']}/problems.csv", headers=who)
    text = sheet.content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("What is wrong,Order,Address")
    assert "not a day of the calendar" in text
    assert "ends before it starts" in text
    fixed = text.replace("31.11.2026", "30.11.2026").replace("heavy", "2.5")
    again = await imported(world, who, fixed.replace("12:00,09:00", "09:00,12:00"), "deliveries")
    assert (again["created"], again["failed"], again["total"]) == (3, 0, 3), again
    listed = await world.client.get("/api/v1/deliveries?limit=1", headers=who)
    assert listed.json()["meta"]["pagination"]["total"] == 2000


async def test_the_mapping_that_people_chose_is_remembered_for_the_corrected_sheet(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    sheet = "Foo,Bar\r\nVan 1,AAA-1\r\nVan 2,\r\n"
    sent = (await uploaded(world, who, sheet)).json()["data"]
    assert (sent["mapping"], sent["missing"]) == ({}, ["name", "registration_number"])
    address = f"/api/v1/imports/{sent['id']}"
    early = await world.client.post(f"{address}/run", headers=who)
    assert (early.status_code, list(early.json()["error"]["fields"])) == (400, ["columns"])
    columns = {"columns": {"0": "name", "1": "registration_number"}}
    put = await world.client.put(f"{address}/mapping", headers=who, json=columns)
    assert put.json()["data"]["mapping"] == columns["columns"]
    ran = await done(world, who, sent["id"], "run")
    assert await problems_of(world, who, ran) == {3: {"registration_number": "is missing"}}
    for form in ("csv", "xlsx"):
        problems = await world.client.get(f"{address}/problems.{form}", headers=who)
        again = await uploaded(world, who, problems.content, name=f"fixed.{form}")
        assert again.json()["data"]["mapping"] == {"1": "name", "2": "registration_number"}
        assert again.json()["data"]["sample"] == [["Registration is missing.", "Van 2", ""]]


async def test_a_known_record_is_changed_by_what_the_row_says_and_by_nothing_else(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, "Name,Plate,ERP id,Payload,Make\r\nVan 1,AAA-1,E1,900,Ford\r\n"
                               "Van 2,AAA-2,,800,Ford\r\nVan 3,AAA-3,E3,700,Ford\r\n")  # fmt: skip
    ran = await imported(
        world, who,
        "Name,Plate,ERP id,Payload,Make\r\nVan 1,NEW-1,E1,900,\r\nVan 2b,aaa-2,E2,,\r\n"
        "Van 3,AAA-3,E3,700,Ford\r\nVan 4,AAA-4,,1,\r\nVan 3,AAA-3,E9,700,\r\n",
    )  # fmt: skip
    counts = {name: ran[name] for name in ("created", "updated", "unchanged", "failed")}
    assert counts == {"created": 1, "updated": 2, "unchanged": 1, "failed": 1}
    problems = await problems_of(world, who, ran)
    assert problems == {6: {"registration_number": "is the same as in row 4"}}
    found = {row["name"]: row for row in await rows_of(world, who, "vehicles?limit=100")}
    assert found["Van 1"]["registration_number"] == "NEW-1"
    assert (found["Van 1"]["make"], found["Van 1"]["version"]) == ("Ford", 2)
    assert (found["Van 2b"]["capacity_kg"], found["Van 2b"]["external_reference"]) == (800, "E2")
    assert found["Van 3"]["version"] == 1


async def test_rows_that_mean_deleted_records_or_another_reference_say_so(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, "Name,Plate,ERP id\r\nVan 1,AAA-1,E1\r\nVan 2,AAA-2,E2\r\n")
    first = next(row for row in await rows_of(world, who, "vehicles?q=Van 1"))
    await world.client.delete(f"/api/v1/vehicles/{first['id']}", headers=who)
    ran = await imported(
        world, who, "Name,Plate,ERP id\r\nVan 1,AAA-1,E1\r\nVan 2,AAA-2,E7\r\n"
    )  # fmt: skip
    problems = await problems_of(world, who, ran)
    assert "deleted; restore it first" in problems[2]["external_reference"]
    assert "another external reference, E2" in problems[3]["registration_number"]


async def test_references_are_written_as_words(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    await imported(world, who, "Name,Plate\r\nVan 1,AAA-1\r\n")
    await imported(
        world, who, "Name,Customer number\r\nAamu,C-1\r\nAamu,C-2\r\nAamu,C-3\r\nIlta,C-4\r\n",
        "customers",
    )  # fmt: skip
    drivers = await imported(
        world, who,
        "Name,Licence,Vehicle\r\nAino,F-1,aaa-1\r\nEero,F-2,van 1\r\nOona,F-3,XYZ-9\r\n",
        "drivers",
    )  # fmt: skip
    assert drivers["created"] == 2
    assert await problems_of(world, who, drivers) == {
        4: {"vehicle_id": "there is no vehicle XYZ-9"}
    }
    ran = await imported(
        world, who,
        "Order,Customer,Address\r\n1,ilta,K 1\r\n2,C-2,K 2\r\n3,aamu,K 3\r\n4,7,K 4\r\n",
        "deliveries",
    )  # fmt: skip
    problems = await problems_of(world, who, ran)
    assert problems == {
        4: {"customer_id": "there are three customers called aamu; use their external reference"},
        5: {"customer_id": "there is no customer 7"},
    }
    found = {row["external_reference"]: row for row in await rows_of(world, who, "deliveries")}
    assert [found[name]["customer"]["label"] for name in "12"] == ["Ilta", "Aamu"]


async def test_a_second_time_window_comes_from_a_sheet_and_goes_into_one(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    ran = await imported(
        world, who,
        "Order,Address,Day,From,Until,Or from,Or until\r\n"
        "1,K 1,23.7.2026,09:00,12:00,14:00,17:00\r\n2,K 2,23.7.2026,09:00,12:00,11:00,17:00\r\n",
        "deliveries",
    )  # fmt: skip
    problems = await problems_of(world, who, ran)
    assert problems == {3: {"window2_from": "must be after the end of the first time window"}}
    (first,) = await rows_of(world, who, "deliveries?window2_from.empty=false")
    assert (first["window2_from"][11:16], first["window2_to"][11:16]) == ("14:00", "17:00")
    url = "/api/v1/deliveries/export.csv?columns=window2_from,window2_to"
    header, row, *_ = (await world.client.get(url, headers=who)).text.splitlines()
    assert [one.split(" (")[0] for one in header.lstrip("\ufeff").split(",")] == [
        "Or from", "Or until",
    ]  # fmt: skip
    assert "14:00" in row
    assert "17:00" in row


async def test_times_are_in_the_fleets_zone_and_fall_on_the_rows_day(world: World):
    who, admin = await world.a(Role.FLEET_MANAGER), await world.a(Role.SYSTEM_ADMIN)
    await world.client.patch(
        f"/api/v1/fleets/{world.fleet_id}", headers=admin, json={"time_zone": "Europe/Helsinki"}
    )
    ran = await imported(
        world, who,
        "Order,Address,Date,Time from,Time to\r\n1,K 1,23.7.2026,09:00,2026-07-23 12:00\r\n"
        "2,K 2,,09:00,\r\n3,K 3,23.12.2026,2026-12-23T09:00:00Z,\r\n",
        "deliveries",
    )  # fmt: skip
    problems = await problems_of(world, who, ran)
    assert "is only a time: fill in the day" in problems[3]["window_from"]
    found = {row["external_reference"]: row for row in await rows_of(world, who, "deliveries")}
    assert found["1"]["window_from"] == "2026-07-23T06:00:00Z"
    assert found["1"]["window_to"] == "2026-07-23T09:00:00Z"
    assert found["3"]["window_from"] == "2026-12-23T09:00:00Z"
    later = await imported(
        world, who, "Order,Time from\r\n1,10.30\r\n", "deliveries"
    )  # the day is the one that the delivery has
    assert later["updated"] == 1
    (first,) = await rows_of(world, who, "deliveries?external_reference=1")
    assert first["window_from"] == "2026-07-23T07:30:00Z"


async def test_formulas_and_markup_are_just_text(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    nasty = ["=cmd|'/C calc'!A0", "<script>alert(1)</script>", "@SUM(1)", "+1+1"]
    lines = "".join(f'"{text}",N-{n}\r\n' for n, text in enumerate(nasty))
    ran = await imported(world, who, f'Name,Plate\r\n{lines}Van,\r\n"=bad()",\r\n\u202etxt,N-9\r\n')
    assert (ran["created"], ran["failed"]) == (len(nasty), 3)
    kept = [row["name"] for row in await rows_of(world, who, "vehicles?q=N-&sort=id")]
    assert kept == nasty
    sheet = await world.client.get(f"/api/v1/imports/{ran['id']}/problems.csv", headers=who)
    assert "'=bad()" in sheet.text
    exported = await world.client.get("/api/v1/vehicles/export.csv?q=N-&sort=id", headers=who)
    cells = [row.split(",")[1].strip('"') for row in exported.text.splitlines()[1:]]
    assert cells[2:4] == ["'@SUM(1)", "'+1+1"]
    assert cells[0].startswith("'=cmd")
    again = await imported(world, who, exported.content)
    assert (again["unchanged"], again["failed"]) == (len(nasty), 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Name,Plate\r\n", "no rows below it"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml broken", "damaged"),
        (b"\x89PNG\r\n\x1a\n picture", "choose a CSV"),
        (b'Name,Plate\r\n"Van 1,A-1\r\n', "quotation mark"),
        (b"<html><table></table></html>", "choose a CSV"),
        (b"a,b\r\n" + b"1,2\r\n" * 50_001, "more than 50,000 rows"),
    ],
)
async def test_files_that_cannot_be_read_are_refused_in_words_and_not_kept(
    world: World, content: bytes, said: str
):
    who = await world.a(Role.FLEET_MANAGER)
    folder = world.container.settings.home / "files" / "imports"
    before = sorted(folder.rglob("*"))
    answer = await uploaded(world, who, content)
    assert answer.status_code in (400, 413), answer.text
    assert said in answer.json()["error"]["message"]
    assert [one for one in folder.rglob("*") if one.is_file() and one not in before] == []
    assert await rows_of(world, who, "imports") == []


async def test_200_megabytes_are_refused_while_they_arrive(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nvehicles\r\n--b\r\n'
        yield b'Content-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        for _ in range(200):
            sent += 1
            yield b"Van,AAA-1\r\n" * 95_000
        yield b"\r\n--b--\r\n"

    headers = {**who, "content-type": "multipart/form-data; boundary=b"}
    answer = await world.client.post("/api/v1/imports", headers=headers, content=endless())
    assert answer.status_code == 413
    assert "larger than 50 MB" in answer.json()["error"]["message"]
    declared = {**headers, "content-length": "200000000"}
    answer = await world.client.post("/api/v1/imports", headers=declared, content=b"--b")
    assert answer.status_code == 413
    assert await rows_of(world, who, "imports") == []


async def test_a_workbook_with_characters_that_no_database_holds_does_no_harm(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Plate_x0000_", "Year"])
    sheet.append(["Van_x0000_ 1", "A_xD800_1", 2024])
    sheet.append(["Van_x0007_ 2", "A-2", "soon"])
    file = io.BytesIO()
    book.save(file)
    ran = await imported(world, who, file.getvalue(), name="odd.xlsx")
    assert (ran["created"], ran["failed"]) == (1, 1), ran["message"]
    (problem,) = (await problems_of(world, who, ran)).values()
    assert set(problem) >= {"year"}
    (van,) = await rows_of(world, who, "vehicles?year=2024")
    assert (van["name"], van["registration_number"]) == ("Van 1", "A?1")


async def test_the_wrong_rows_of_a_semicolon_sheet_come_with_semicolons(world: World):
    who = await world.a(Role.FLEET_MANAGER)
    for mark in ";,\t":
        lines = [mark.join(line) for line in (("Name", "Payload"), (f"Van {ord(mark)}", "much"))]
        ran = await imported(world, who, "\r\n".join(lines).encode())
        sheet = await world.client.get(f"/api/v1/imports/{ran['id']}/problems.csv", headers=who)
        assert sheet.text.lstrip("\ufeff").splitlines()[0] == mark.join(
            ("What is wrong", "Name", "Payload")
        )
