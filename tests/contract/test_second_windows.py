"""Deliveries that may be made in either of two time windows, from the record to the route."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import RouteStop
from fleet_app.fleet.models import Driver
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.live.loading import load
from fleet_app.planning.live.running import Running
from tests.builders.live_routes import a_live_tour
from tests.builders.plans import Office, an_office, at, row, stop, tray
from tests.builders.records import records


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container, vans=1, orders=1)


def windows(day: Any, *hours: float) -> dict[str, datetime]:
    names = ("window_from", "window_to", "window2_from", "window2_to")
    return {name: at(day, hour) for name, hour in zip(names, hours, strict=True)}


async def moved(office: Office, *deliveries: int) -> Any:
    board = await office.plan()
    return await office.plans.edit(office.actor, board.id, 1, Move(deliveries, "1", 0))


async def test_a_row_waits_between_the_windows_and_is_not_late(office: Office) -> None:
    """Nobody is there before half past six, when the first window is over."""
    both = await office.order(**windows(office.day, 5, 6, 9, 10))
    one = await office.order(window_from=at(office.day, 5), window_to=at(office.day, 6))
    board = await moved(office, both, one)
    spans = [(each.begins, each.ends) for each in stop(board, both).order.windows]
    assert spans == [
        (at(office.day, 5), at(office.day, 6)),
        (at(office.day, 9), at(office.day, 10)),
    ]
    assert stop(board, both).begins_at == at(office.day, 9)
    assert (stop(board, both).late_s, stop(board, both).problems) == (0, ())
    assert stop(board, one).problems == ("window",)


async def test_after_both_windows_it_is_late_by_what_is_beyond_the_last(office: Office) -> None:
    both = await office.order(**windows(office.day, 2, 3, 5, 6))
    board = await moved(office, both)
    found = stop(board, both)
    beyond = (found.begins_at - at(office.day, 6)).total_seconds()
    assert (found.late_s, found.problems) == (beyond, ("window",))
    (problem,) = row(board, "1").problems
    assert problem.message.endswith("after the last window ends at 06:00")


async def test_a_plan_offers_what_only_its_second_window_puts_on_that_day(office: Office) -> None:
    first = {"window_from": at(office.day, -20), "window_to": at(office.day, -15), "due_on": None}
    there = await office.order(
        **first, window2_from=at(office.day, 9), window2_to=at(office.day, 11)
    )
    later = await office.order(
        **first, window2_from=at(office.day, 60), window2_to=at(office.day, 62)
    )
    waiting = tray(await office.plan())
    assert there in waiting
    assert later not in waiting


async def test_a_night_is_offered_what_only_its_second_window_puts_there(
    container: Container,
) -> None:
    office = await an_office(container, vans=1, orders=0)
    async with container.work() as session:
        for driver in await session.exec(select(Driver)):
            driver.shift = "Mon-Sun 20:00-06:00"
    first = {"window_from": at(office.day, -20), "window_to": at(office.day, -15), "due_on": None}
    night = await office.order(
        **first, window2_from=at(office.day, 25), window2_to=at(office.day, 27)
    )
    assert night in tray(await office.plan())


async def test_a_route_on_its_way_expects_either_window(container: Container) -> None:
    tour = await a_live_tour(container)
    day = tour.now.date()
    said = windows(day, 9, 12, 14, 17)
    async with records(container, "deliveries", tour.actor) as deliveries:
        assert (await deliveries.update(tour.delivery_ids[0], said))["window2_to"] == at(day, 17)
    async with container.work() as session:
        (route,) = await load(session, [Running(tour.route_id, tour.vehicle_id, ())])
        ids = {one.id: one.delivery_id for one in await tour.stops() if isinstance(one, RouteStop)}
    (found,) = [one for one in route.sheet.stops if ids[one.id] == tour.delivery_ids[0]]
    hours = [(9, 12), (14, 17)]
    assert found.windows == tuple(
        (at(day, opens).timestamp(), at(day, closes).timestamp()) for opens, closes in hours
    )
    assert found.due == at(day, 17).timestamp()
