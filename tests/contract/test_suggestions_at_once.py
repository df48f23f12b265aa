"""Suggestions that come at the same time, late, in the night, and beside other work."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Priority, Route
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.kernel.events import DomainEvent
from fleet_app.planning.live import disruptions, offers, searching
from fleet_app.planning.live.cases import case_of
from fleet_app.planning.live.deciding import Decisions, TooLate
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import KEPT, Disruption, Kind
from fleet_app.planning.live.searching import NICE
from fleet_app.planning.live.suggesting import Busy, Suggester
from fleet_app.planning.problem.problems import Question
from tests.builders.orders import a_delivery
from tests.builders.rounds import on_street
from tests.builders.suggestions import running_routes

NIGHT = "Mon-Sun 22:00-06:00"


def an_offer(fleet_id: int, words: str) -> Suggestion:
    """An open one that is not stored yet."""
    return Suggestion(fleet_id=fleet_id, kind="vehicle_down", subject="vehicle:1", words=words)


async def test_of_two_about_the_same_at_once_the_later_holds(container: Container, fleet_id: int):
    now = utc_now()

    async def second() -> None:
        async with container.work() as session:
            await offers.keep(session, an_offer(fleet_id, "second"), now)

    async with container.work() as session:
        await offers.keep(session, an_offer(fleet_id, "first"), now)
        waiting = asyncio.create_task(second())  # it cannot see the first one yet
        await asyncio.sleep(0.3)
    await waiting
    async with container.work() as session:
        found = {one.words: one.status for one in await session.exec(select(Suggestion))}
    assert found == {"first": "replaced", "second": "open"}


async def test_many_at_once_leave_one_open(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id)
    others = [Suggester(container.work, container.matrices) for _ in range(3)]
    told = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    await asyncio.gather(*(one.about(told) for one in others))
    async with container.work() as session:
        found = Counter(one.status for one in await session.exec(select(Suggestion)))
    assert found == {"replaced": 2, "open": 1}


async def test_taking_back_has_an_end(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id)
    made = await running.down()
    await running.decide("accept", made)
    async with container.work() as session:
        late = Decisions(session, lambda: utc_now() + KEPT)
        with pytest.raises(TooLate, match="30 minutes ago"):
            await late.undo(running.actor, made.id or 0)
    assert await running.on(0) == []
    async with container.work() as session:
        in_time = Decisions(session, lambda: utc_now() + KEPT - timedelta(minutes=1))
        await in_time.undo(running.actor, made.id or 0)
    assert await running.on(0) == running.orders[0]


async def test_one_is_looked_for_at_a_time_by_a_process_that_lets_others_go_first(
    container: Container, fleet_id: int
):
    running = await running_routes(container, fleet_id)
    suggester = container.suggester
    told = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    first = asyncio.create_task(suggester.about(told))
    await asyncio.sleep(0)
    with pytest.raises(Busy, match="few seconds") as busy:
        await suggester.about(told, within=0.0)
    assert busy.value.retry_after > 0
    assert await first is not None
    assert await suggester.about(told, within=0.0) is not None  # its turn was given back
    with searching.SEARCHERS.crew() as crew:
        (child,) = crew.children
        assert child.pid != os.getpid()
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= NICE


async def test_who_drives_after_midnight_is_found_by_that(
    container: Container, fleet_id: int, monkeypatch: pytest.MonkeyPatch
):
    """At one at night, with tours of yesterday under way until six."""
    today = utc_now().date()
    night = datetime.combine(today, time(1), UTC)
    running = await running_routes(container, fleet_id, date=today - timedelta(days=1), shift=NIGHT)
    suggester = Suggester(container.work, container.matrices, lambda: night)
    made = await suggester.about(Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0]))
    assert made is not None
    assert {move["to_route"] for move in made.moves} == {running.routes[1]}
    monkeypatch.setattr(disruptions, "utc_now", lambda: night)
    async with container.work() as session:
        vehicle = await session.get_one(Vehicle, running.vehicles[0])
        vehicle.status = VehicleStatus.WORKSHOP
        session.add(vehicle)
    lat, lon = on_street(1_500)
    order = await a_delivery(
        container, fleet_id, lat=lat, lon=lon, priority=Priority.URGENT,
        due_on=today - timedelta(days=1),
    )  # fmt: skip
    for type_, subject, kind in (
        (disruptions.SERVICE_CHANGED, f"vehicle:{vehicle.id}", Kind.VEHICLE_DOWN),
        ("delivery.created", f"delivery:{order}", Kind.URGENT_ORDER),
    ):
        event = DomainEvent(type=type_, fleet_id=fleet_id, subject=subject)
        found = await disruptions.disruption_of(container.work, event)
        assert found is not None
        assert found.kind is kind


async def test_a_night_tour_ends_when_the_shift_does_in_which_it_began(
    container: Container, fleet_id: int
):
    """There is another one tonight."""
    today = utc_now().date()
    running = await running_routes(container, fleet_id, date=today - timedelta(days=1), shift=NIGHT)
    told = Disruption(fleet_id, Kind.BIG_DELAY, running.routes[0])
    async with container.work() as session:
        case = await case_of(session, told, datetime.combine(today, time(3, 30), UTC))
    assert case is not None
    (vehicle,) = Question(case.day, case.before).vehicles
    begins, ends = (case.day.moment(one) for one in (vehicle.shift.start, vehicle.shift.end))
    assert (begins, ends) == (case.day.now, datetime.combine(today, time(6), UTC))


async def test_what_was_forgotten_on_the_road_is_not_driven(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id)
    async with container.work() as session:
        route = await session.get_one(Route, running.routes[1])
        route.date = utc_now().date() - timedelta(days=3)
        session.add(route)
    told = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    async with container.work() as session:
        assert await case_of(session, told, utc_now()) is None
    assert await container.suggester.about(told) is None


async def test_a_search_that_does_not_end_is_given_up(
    container: Container, fleet_id: int, monkeypatch: pytest.MonkeyPatch
):
    running = await running_routes(container, fleet_id)
    monkeypatch.setattr(searching, "PATIENCE_S", 0.0)
    told = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    with pytest.raises(StoreUnavailable, match="try again"):
        await container.suggester.about(told)
    monkeypatch.undo()
    assert await container.suggester.about(told) is not None
