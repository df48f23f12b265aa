"""A day as it is read: who waits, where vehicles are, and when they stood."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Priority, Route, RouteStatus
from fleet_app.fleet.models import Fleet
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import VehicleLive
from fleet_app.location.past.models import StoredFact
from fleet_app.planning.workday import rows as day_rows
from fleet_app.planning.workday.day import Day, read_day
from fleet_app.planning.workday.whereabouts import Seen, Stood
from tests.builders.orders import a_delivery, an_order
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.plans import an_office, at

DATE = date(2026, 11, 24)
NOW = at(DATE, 9)


async def read(container: Container, fleet_id: int, now: datetime = NOW) -> Day:
    async with container.work() as session:
        return await read_day(session, fleet_id, DATE, now)


async def store(container: Container, *rows: Any) -> None:
    async with container.work() as session:
        session.add_all(rows)


@pytest.fixture
def at_most(monkeypatch: pytest.MonkeyPatch) -> int:
    """So few deliveries are shown at most."""
    monkeypatch.setattr(day_rows, "MOST_STOPS", 20)
    return 20


@pytest.mark.parametrize(
    ("hours", "opens", "closes", "offered"),
    [
        ("Mon-Sun 08:00-18:00", 23, 25, True),  # it begins that day
        ("Mon-Sun 08:00-18:00", 24.5, 26, False),
        ("Mon-Sun 22:00-06:00", 24.5, 26, True),
        ("Mon-Sun 22:00-06:00", 24.5, 31, False),  # not over when the night is
        ("Mon-Sun 22:00-06:00", -1, 0, False),
    ],
)
async def test_what_is_wanted_in_the_night_waits_for_those_who_work_then(
    container: Container, hours: str, opens: float, closes: float, offered: bool
) -> None:
    fleet_id = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, fleet_id)).working_hours = hours
    id_ = await a_delivery(
        container, fleet_id, window_from=at(DATE, opens), window_to=at(DATE, closes)
    )
    assert (id_ in (await read(container, fleet_id)).deliveries) == offered


@pytest.mark.parametrize(
    ("due", "now", "offered"),
    [
        (DATE - timedelta(days=1), NOW, True),  # today's plan
        (DATE - timedelta(days=1), NOW - timedelta(days=1), False),  # that day is not over yet
        (DATE - timedelta(days=2), NOW - timedelta(days=1), True),  # tomorrow's plan
        (DATE - timedelta(days=1), NOW + timedelta(days=1), False),  # a plan of the past
        (DATE - timedelta(days=15), NOW, False),
    ],
)
async def test_what_found_no_place_on_its_day_waits_for_the_next_ones(
    container: Container, due: date, now: datetime, offered: bool
) -> None:
    fleet_id = await a_fleet(container)
    id_ = await a_delivery(container, fleet_id, due_on=due)
    assert (id_ in (await read(container, fleet_id, now)).deliveries) == offered


async def test_the_tray_says_what_is_overdue(container: Container) -> None:
    office = await an_office(container, orders=1)
    due = office.day - timedelta(days=3)
    missed = await office.order(due_on=due)
    told = {one.order.delivery_id: (one.why, one.words) for one in (await office.plan()).tray}
    assert told == {
        office.orders[0]: ("", ""), missed: ("overdue", f"Was due on {due:%-d %b}"),
    }  # fmt: skip


async def test_the_most_urgent_come_first_and_how_many_more_there_are_is_told(
    container: Container, at_most: int
) -> None:
    fleet_id = await a_fleet(container)
    await store(container, *(an_order(fleet_id, due_on=DATE) for _ in range(at_most + 3)))
    urgent = await a_delivery(container, fleet_id, priority=Priority.URGENT)

    day = await read(container, fleet_id)

    assert urgent in day.deliveries, "also without a day of its own"
    assert len(day.deliveries) == at_most
    assert day.more == 4


async def test_the_board_says_how_many_more_wait(container: Container, at_most: int) -> None:
    office = await an_office(container, orders=0)
    orders = (an_order(office.fleet_id, due_on=office.day) for _ in range(at_most + 2))
    await store(container, *orders)
    board = await office.plan()
    assert (board.more_waiting, len(board.tray)) == (2, at_most)


async def test_where_vehicles_on_their_way_are_and_when_they_stood(container: Container) -> None:
    fleet_id = await a_fleet(container)
    going, waiting = await a_vehicle(container, fleet_id), await a_vehicle(container, fleet_id)
    await store(
        container,
        Route(fleet_id=fleet_id, vehicle_id=going, date=DATE, status=RouteStatus.STARTED,
              actual_departure=at(DATE, 7)),
        Route(fleet_id=fleet_id, vehicle_id=waiting, date=DATE, status=RouteStatus.PUBLISHED),
        *(VehicleLive(vehicle_id=one, fleet_id=fleet_id, recorded_at=NOW, received_at=NOW,
                      lat=60.2, lon=24.9, status=0) for one in (going, waiting)),
        *(a_fact(fleet_id, going, *said) for said in (
            (FactKind.STOP, 6, 6.5),  # before it left
            (FactKind.STOP, 7.5, 7.55),  # a traffic light
            (FactKind.STOP, 8, 8.25),
            (FactKind.TRIP, 8.25, 8.75),
            (FactKind.STOP, 8.75, None),
        )),
        a_fact(fleet_id, going, FactKind.STOP, 8.3, 8.7, withdrawn=True),
        a_fact(fleet_id, waiting, FactKind.STOP, 7.5, 8.5),
    )  # fmt: skip

    day = await read(container, fleet_id)

    assert day.seen == {going: Seen(60.2, 24.9, NOW)}
    assert day.stood == {
        going: [Stood(at(DATE, 8), at(DATE, 8.25)), Stood(at(DATE, 8.75), None)]
    }  # fmt: skip


def a_fact(
    fleet_id: int, vehicle_id: int, kind: FactKind, begins: float, ends: float | None,
    *, withdrawn: bool = False,
) -> StoredFact:  # fmt: skip
    return StoredFact(
        fleet_id=fleet_id, vehicle_id=vehicle_id, kind=kind, started_at=at(DATE, begins),
        ended_at=None if ends is None else at(DATE, ends), known_ms=0, lat=60.2, lon=24.9,
        withdrawn_at=datetime.now(UTC) if withdrawn else None,
    )  # fmt: skip


async def test_what_drivers_did_before_is_known(container: Container) -> None:
    office = await an_office(container, orders=0)
    driver, day_before = office.drivers[0], DATE - timedelta(days=1)
    await store(
        container,
        Route(fleet_id=office.fleet_id, driver_id=driver, date=day_before,
              status=RouteStatus.COMPLETED, actual_departure=at(day_before, 14),
              actual_arrival=at(day_before, 23)),
    )  # fmt: skip
    day = await read(container, office.fleet_id)
    assert day.past.rested_at(driver) == at(DATE, 10)
    assert day.past.worked[driver] == 9 * 3600
