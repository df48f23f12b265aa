"""Days and times on the screens are those of the fleet's place, not of the server's."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.maintenance.models import WorkOrderStatus
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.records.models import Import, ImportState
from fleet_app.records.query import parse_query
from fleet_app.web.states.imports.listing import ImportList
from fleet_app.web.states.imports.screen import ImportScreen
from fleet_app.web.states.maintenance.due import Maintenance
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.moments import moment_words
from tests.builders.import_screens import an_import, set_state
from tests.builders.maintenance import an_order
from tests.builders.people import a_fleet, a_person, a_vehicle
from tests.builders.screens import a_screen, a_screen_of

PLACE = "America/New_York"
NIGHT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
"""Still the evening of the 21st in New York."""


@pytest.fixture
async def fleet_id(container: Container) -> int:
    identifier = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, identifier)).time_zone = PLACE
    return identifier


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [("2026-11-21", "2026-11-21", True), ("2026-11-22", "2026-11-22", False)],
)
async def test_a_day_of_a_filter_is_one_of_the_fleets_place(
    container, fleet_id, first, last, inside
):
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id)
    listing = await root.get_state(RecordList)
    await listing.open("deliveries")
    assert listing.zone == PLACE
    await listing.apply_filters({"created_at.from": first, "created_at.to": last})
    asked = dict(parse_qsl(listing.query))
    begin, end = (one.value for one in parse_query(KINDS["deliveries"], asked.items()).filters)
    assert (begin <= NIGHT <= end) is inside
    assert begin.astimezone(ZoneInfo(PLACE)).hour == 0
    assert listing.filters["created_at.from"] == first  # the form and saved views keep the day


async def test_filters_that_are_no_moments_stay_as_they_are(container, fleet_id):
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id)
    listing = await root.get_state(RecordList)
    await listing.open("deliveries")
    said = {"due_on.from": "2026-11-22", "created_at.empty": "false", "status": "failed"}
    await listing.apply_filters(said)
    assert dict(parse_qsl(listing.query)) == said


async def test_chips_name_days_and_times_of_the_fleets_place(container, fleet_id):
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id)
    listing = await root.get_state(RecordList)
    await listing.open("deliveries")
    await listing.apply_filters(
        {"created_at.from": "2026-11-20", "created_at.to": f"{NIGHT:%FT%TZ}"}
    )
    assert [one["label"] for one in listing.chips] == [
        "Created from 20 Nov 2026",
        "Created up to 21 Nov 2026, 22:30",
    ]


@pytest.mark.parametrize("text", ["soon", "0001-01-01T00:00:00+00:00"])
def test_what_has_no_local_time_is_shown_as_it_is(text):
    assert moment_words(text, ZoneInfo(PLACE)) == text


async def test_imports_show_the_time_of_the_fleets_place(container, fleet_id):
    person = await a_person(container, Role.FLEET_MANAGER, fleet_id)
    record = await an_import(container, person)
    await set_state(container, record, ImportState.UPLOADED, created_at=NIGHT)
    items = await (await a_screen(container, person)).get_state(ImportList)
    await items.open()
    assert items.items[0]["when"] == "21 Nov 2026, 22:30"
    assert items.zones == PLACE
    screen = await (await a_screen(container, person, f"/imports/{record.id}")).get_state(
        ImportScreen
    )
    await screen.open()
    assert screen.item["when"] == "21 Nov 2026, 22:30"
    async with container.work() as session:
        assert (await session.get_one(Import, record.id)).created_at == NIGHT


async def test_work_under_way_began_on_a_day_of_the_fleets_place(container, fleet_id):
    async with container.work() as session:
        vehicle = await session.get_one(Vehicle, await a_vehicle(container, fleet_id))
    await an_order(container, vehicle, status=WorkOrderStatus.IN_PROGRESS, started_at=NIGHT)
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id)
    screen = await root.get_state(Maintenance)
    await screen.open()
    assert [one["since"] for one in screen.jobs] == ["21 Nov 2026"]
