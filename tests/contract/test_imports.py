"""Imports on real engines: killed in the middle, several at once, stopped, on the map."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend_jobs.tasks.imports import ImportTasks
from fleet_app.access.actor import Actor, Channel
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import User
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Conflict
from fleet_app.mapbuild.addresses import write_addresses
from fleet_app.mapbuild.extract import open_extract
from fleet_app.records.imports import job as import_job
from fleet_app.records.imports.chores import forget_old_imports
from fleet_app.records.models import Import, ImportState
from fleet_app.records.service import Records
from fleet_app.routing.geocoding import ADDRESSES, Place, Standing
from fleet_app.routing.geocoding.offline import OfflineGeocoder
from fleet_app.settings import PROJECT_ROOT
from fleet_app.web.states.imports.showing import places_ahead
from tests.builders.jobs import rows, running, until
from tests.builders.people import Person, a_person
from tests.unit.mapbuild.town import addressed_town

FINISHED = frozenset(
    {ImportState.CHECKED, ImportState.DONE, ImportState.FAILED, ImportState.UNDONE}
)


@pytest.fixture
async def manager(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER)


async def actor_of(container: Container, person: Person) -> Actor:
    principal = await container.authenticator.principal_of_user(person.id)
    return Actor(principal=principal, channel=Channel.API)


async def sent(container: Container, person: Person, sheet: str, kind: str = "vehicles") -> Import:
    async def chunks() -> AsyncIterator[bytes]:
        yield sheet.encode()

    actor = await actor_of(container, person)
    return await container.imports.upload(actor, chunks(), kind=kind, name="sheet.csv")


async def ended(container: Container, record: Import, seconds: float = 60) -> Import:
    async def check() -> Import | None:
        now = await read(container, record)
        return now if now.state in FINISHED else None

    found = await until(check, seconds)
    assert isinstance(found, Import)
    return found


async def read(container: Container, record: Import) -> Import:
    async with container.work() as session:
        return await session.get_one(Import, record.id, populate_existing=True)


async def ran(container: Container, person: Person, record: Import) -> Import:
    await container.imports.run(await actor_of(container, person), record.id or 0)
    async with running(container):
        return await ended(container, record)


def notes(count: int) -> str:
    """Customers without anything that would tell them apart: stored twice, they would be two."""
    return "Name\r\n" + "".join(f"Customer {number}\r\n" for number in range(count))


async def count(container: Container, table: str) -> int:
    (row,) = await rows(container, f"SELECT count(*) FROM {table}")
    return int(row[0])


async def test_a_sheet_may_write_plates_in_its_own_way(container: Container, manager: Person):
    first = await sent(container, manager, "Name,Registration\r\nVan 1,YKN-914\r\n")
    assert (await ran(container, manager, first)).created == 1
    sheet = "Name,Registration\r\nVan 2,ykn 914\r\nVan 3,YKN914\r\n"
    second = await ran(container, manager, await sent(container, manager, sheet))
    assert (second.created, second.updated, second.failed) == (0, 1, 1)
    drivers = "Name,Licence number,Vehicle\r\nAino,L-1,ykn914\r\n"
    third = await ran(container, manager, await sent(container, manager, drivers, "drivers"))
    assert third.created == 1
    driven = "SELECT v.name FROM drivers d JOIN vehicles v ON v.id = d.vehicle_id"
    assert [row[0] for row in await rows(container, driven)] == ["Van 2"]


async def test_a_worker_killed_in_the_middle_leaves_a_run_that_another_goes_on_with(
    container: Container, manager: Person
):
    """The worker is a process of its own and dies by SIGKILL, as in a power cut."""
    record = await sent(container, manager, notes(1200), "customers")
    await container.imports.run(await actor_of(container, manager), record.id or 0)
    worker = subprocess.Popen(
        [sys.executable, "-m", "backend_jobs.worker"], cwd=PROJECT_ROOT, env=dict(os.environ)
    )
    try:
        await until(lambda: _handled(container, record), 60)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    stopped = await read(container, record)
    assert 0 < stopped.handled < 1200
    assert await count(container, "customers") == stopped.created == stopped.handled
    async with running(container, silent_seconds=1.0):
        done = await ended(container, record)
    assert (done.state, done.created, done.handled) == (ImportState.DONE, 1200, 1200)
    assert await count(container, "customers") == 1200
    names = await rows(container, "SELECT count(DISTINCT name) FROM customers")
    assert names[0][0] == 1200


async def _handled(container: Container, record: Import) -> bool:
    return (await read(container, record)).handled > 0


async def test_the_same_job_twice_at_once_stores_each_row_once(
    container: Container, manager: Person, monkeypatch: pytest.MonkeyPatch
):
    """As when a worker was silent for so long that its job was given away, and woke up again."""
    monkeypatch.setattr(import_job, "BATCH", 10)
    record = await sent(container, manager, notes(100), "customers")
    begun = await container.imports.run(await actor_of(container, manager), record.id or 0)
    work = ImportTasks(container).work
    args: Any = {
        "import_id": record.id, "attempt": begun.attempt, "user_id": manager.id,
        "address": "", "request_id": "",
    }  # fmt: skip
    await asyncio.gather(*(work(**args) for _ in range(3)))
    # One may have given way to another in the middle; whoever is left finishes.
    await work(**args)
    done = await read(container, record)
    assert (done.state, done.created) == (ImportState.DONE, 100)
    assert await count(container, "customers") == 100


async def test_two_imports_at_once_do_not_get_into_each_others_way(
    container: Container, manager: Person
):
    other = await a_person(container, Role.FLEET_MANAGER)
    forward = [f"Van {n},P-{n}" for n in range(300)]
    sheets = ["Name,Plate\r\n" + "\r\n".join(lines) for lines in (forward, forward[::-1], forward)]
    people = (manager, manager, other)
    records = [await sent(container, who, s) for who, s in zip(people, sheets, strict=True)]
    for who, record in zip(people, records, strict=True):
        await container.imports.run(await actor_of(container, who), record.id or 0)
    async with running(container), running(container):
        first, second, third = [await ended(container, record) for record in records]
    assert {one.state for one in (first, second, third)} == {ImportState.DONE}
    assert first.created + second.created == 300
    assert first.unchanged + second.unchanged == 300
    assert third.created == 300


async def test_a_run_that_is_cancelled_stops_and_goes_on_when_asked(
    container: Container, manager: Person
):
    record = await sent(container, manager, notes(1000), "customers")
    actor = await actor_of(container, manager)
    await container.imports.run(actor, record.id or 0)
    async with running(container):
        await until(lambda: _handled(container, record), 30)
        await container.imports.cancel(actor, record.id or 0)
        await asyncio.sleep(0.5)
        stopped = await read(container, record)
        assert (stopped.state, stopped.created) == (ImportState.CANCELLED, stopped.taken)
        assert await count(container, "customers") == stopped.taken < 1000
        await container.imports.run(actor, record.id or 0)
        done = await ended(container, record)
    assert (done.state, done.created) == (ImportState.DONE, 1000)
    assert await count(container, "customers") == 1000


async def test_an_import_of_somebody_who_may_not_sign_in_any_more_fails_and_says_so(
    container: Container, manager: Person
):
    record = await sent(container, manager, "Name,Plate\r\nVan,AAA-1\r\n")
    await container.imports.run(await actor_of(container, manager), record.id or 0)
    async with container.work() as session:
        (await session.get_one(User, manager.id)).is_active = False
    container.authenticator.forget_user(manager.id)
    async with running(container):
        done = await ended(container, record)
    assert done.state is ImportState.FAILED
    assert "may not sign in" in done.message
    assert await count(container, "vehicles") == 0


async def test_a_sheet_that_is_gone_fails_in_words(container: Container, manager: Person):
    record = await sent(container, manager, "Name,Plate\r\nVan,AAA-1\r\n")
    await container.files.delete(record.file_key)
    done = await ran(container, manager, record)
    assert (done.state, done.message) == (
        ImportState.FAILED, "The file is gone. Upload it again."
    )  # fmt: skip


class OneHouse:
    """A geocoder that knows a single house."""

    standing = Standing(ready=True, reason="", as_you_type=True)

    async def search(self, text: str, **_: Any) -> list[Place]:
        place = Place("Katu 1, Kylä", "Katu", "1", "00100", "Kylä", "FI", 60.1, 24.9, "offline",
                      "address")  # fmt: skip
        return [place] if "Katu" in text else []

    async def close(self) -> None:
        return None


async def test_addresses_are_put_on_the_map_when_the_house_is_sure(
    container: Container, manager: Person
):
    container.__dict__["geocoder"] = OneHouse()
    sheet = 'Order,Address\r\n1,"Katu 1, Kylä"\r\n2,"Katu 2, Kylä"\r\n3,"Katu 1, Muualla"\r\n'
    done = await ran(container, manager, await sent(container, manager, sheet, "deliveries"))
    assert (done.created, done.without_place) == (3, 2)
    assert "2 addresses were not found on the map" in done.message
    found = await rows(container, "SELECT external_reference, lat, lon FROM deliveries ORDER BY 1")
    assert [tuple(row) for row in found] == [
        ("1", 60.1, 24.9),
        ("2", None, None),
        ("3", None, None),
    ]
    moved = "Order,Address\r\n1,Muualla 3\r\n"
    done = await ran(container, manager, await sent(container, manager, moved, "deliveries"))
    assert (done.updated, done.without_place) == (1, 1)
    (first,) = await rows(container, "SELECT lat FROM deliveries WHERE external_reference = '1'")
    assert first[0] is None  # never the point of the address it had before


async def test_addresses_in_several_columns_are_joined_and_found_on_the_map(
    container: Container, manager: Person, tmp_path: Path
):
    extract = open_extract(addressed_town().write(tmp_path / "town.osm.pbf"))
    write_addresses(extract, tmp_path / ADDRESSES, tmp_path)
    container.__dict__["geocoder"] = OfflineGeocoder(tmp_path / ADDRESSES)
    sheet = (
        "Auftragsnummer;Vorname;Nachname;Straße;Hausnr.;PLZ;Ort;Land\r\n"
        "1;Anna;Schmidt;Mill Lane;1;01000;Testby;Finnland\r\n"
        "2;Ben;;Mill Lane;10 B;01000;Testby;\r\n"  # the map has no postcode of it
        "3;;Koch;Mill Lane;1;01000;Anderswo;\r\n"
    )
    record = await sent(container, manager, sheet, "deliveries")
    done = await ran(container, manager, record)
    assert (done.created, done.failed, done.without_place) == (3, 0, 1)
    query = "SELECT contact_name, address, lat IS NOT NULL FROM deliveries ORDER BY 1"
    found = [tuple(row) for row in await rows(container, query)]
    assert found == [
        ("Anna Schmidt", "Mill Lane 1, 01000 Testby, Finnland", True),
        ("Ben", "Mill Lane 10 B, 01000 Testby", True),
        ("Koch", "Mill Lane 1, 01000 Anderswo", False),
    ]
    again = await ran(container, manager, await sent(container, manager, sheet, "deliveries"))
    assert (again.unchanged, again.updated) == (3, 0)


async def test_pounds_are_stored_as_kilograms_and_the_same_file_again_changes_nothing(
    container: Container, manager: Person
):
    sheet = "Order,Address,Weight (lb)\r\n1,K 1,2\r\n"
    kilograms = sheet.replace("(lb)", "(kg)")
    for written, weight, changed in (
        (kilograms, 2.0, 0),
        (sheet, 0.90718474, 1),
        (sheet, 0.90718474, 0),
    ):
        done = await ran(container, manager, await sent(container, manager, written, "deliveries"))
        assert (done.failed, done.updated) == (0, changed)
        ((stored,),) = await rows(container, "SELECT weight_kg FROM deliveries")
        assert stored == pytest.approx(weight)


async def checked(container: Container, manager: Person, sheet: str) -> Import:
    record = await sent(container, manager, sheet, "deliveries")
    await container.imports.check(await actor_of(container, manager), record.id or 0)
    async with running(container):
        return await ended(container, record)


async def test_a_check_says_how_many_addresses_the_map_does_not_know(
    container: Container, manager: Person, monkeypatch: pytest.MonkeyPatch
):
    container.__dict__["geocoder"] = OneHouse()
    sheet = "".join(f'{n},"Katu {n % 2 + 1}, Kylä"\r\n' for n in range(500))
    done = await checked(container, manager, "Order,Address\r\n" + sheet + "x,\r\n")
    assert (done.created, done.failed, done.without_place) == (500, 1, 250)
    said = "250 of 500 addresses will not be found on the map."
    assert places_ahead(done).startswith(said)
    monkeypatch.setattr("fleet_app.records.imports.places.MOST_AHEAD", 300)
    done = await checked(container, manager, "Order,Address\r\n" + sheet)
    assert places_ahead(done).startswith("150 of 300 addresses will not be found on the map.")
    assert "About 200 more were not tried yet." in places_ahead(done)


async def test_a_check_asks_no_geocoder_of_others(
    container: Container, manager: Person, monkeypatch: pytest.MonkeyPatch
):
    container.__dict__["geocoder"] = OneHouse()
    monkeypatch.setattr(container.settings, "geocoder", "nominatim")
    done = await checked(container, manager, "Order,Address\r\n1,K 1\r\n")
    assert done.without_place == 0
    assert "while the rows are imported" in places_ahead(done)


async def test_a_check_leaves_nothing_behind_but_its_report(container: Container, manager: Person):
    record = await sent(container, manager, "Order,Address\r\n1,K 1\r\n2,\r\n", "deliveries")
    async with container.work() as session:
        before = await _everything(session)
    await container.imports.check(await actor_of(container, manager), record.id or 0)
    async with running(container):
        done = await ended(container, record)
    assert (done.state, done.created, done.failed) == (ImportState.CHECKED, 1, 1)
    async with container.work() as session:
        assert await _everything(session) == before


async def _everything(session: Any) -> list[Any]:
    tables = ("deliveries", "delivery_events", "domain_events", "imported_rows")
    connection = await session.connection()
    return [(await connection.execute(text(f"SELECT count(*) FROM {t}"))).scalar() for t in tables]


async def test_sheets_older_than_90_days_are_forgotten_and_what_they_stored_stays(
    container: Container, manager: Person
):
    old = await sent(container, manager, "Name,Plate\r\nVan,AAA-1\r\n")
    await ran(container, manager, old)
    recent = await sent(container, manager, "Name,Plate\r\nVan,AAA-2\r\n")
    async with container.work() as session:
        found = await session.get_one(Import, old.id)
        found.created_at = utc_now() - timedelta(days=91)
    assert await forget_old_imports(container.work, container.files, utc_now()) == 1
    assert not await container.files.exists(old.file_key)
    assert await container.files.exists(recent.file_key)
    assert [await count(container, table) for table in ("imports", "vehicles")] == [1, 1]
    assert await count(container, "imported_rows") == 0


async def test_an_undo_tells_nothing_of_a_record_that_stays(
    container: Container, manager: Person, monkeypatch: pytest.MonkeyPatch
):
    record = await ran(container, manager, await sent(container, manager, notes(3), "customers"))
    first = min(row[0] for row in await rows(container, "SELECT id FROM customers"))
    delete = Records.delete

    async def refused_late(self: Records, identifier: int, **details: Any) -> Any:
        done = await delete(self, identifier, **details)
        if identifier == first:
            raise Conflict("It is needed")
        return done

    monkeypatch.setattr(Records, "delete", refused_late)
    await container.imports.undo(await actor_of(container, manager), record.id or 0)
    async with running(container):
        await ended(container, record)
    told = "SELECT object_id FROM audit_entries WHERE action = 'delete' AND kind = 'customer'"
    gone = "SELECT id FROM customers WHERE deleted_at IS NOT NULL"
    deleted = sorted(row[0] for row in await rows(container, gone))
    assert len(deleted) == 2
    assert sorted(row[0] for row in await rows(container, told)) == deleted
