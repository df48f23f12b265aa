"""What a worker has in hand: taken up at once, kept whatever else is stored, and no more of it read
than has changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import redis.asyncio as redis
from sqlalchemy import make_url
from sqlmodel import col, delete, select, update

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.delivery.routes import RouteService
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.outbox.changes import RecordChange
from fleet_app.planning.live import settling
from fleet_app.planning.live.keeper import LiveKeeper
from fleet_app.planning.live.models import LiveRoute
from fleet_app.planning.live.running import Changed
from fleet_app.planning.live.share import Share
from fleet_app.storage.live.active_routes import ValkeyActiveRoutes
from fleet_app.storage.sql.engine import create_engine
from fleet_app.storage.sql.work import unit_of_work
from tests.builders.live_routes import LiveTour, a_live_tour

ALL = Share()


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    """Three stops, two kilometres apart."""
    return await a_live_tour(container)


async def test_settling_a_route_that_was_just_taken_up_takes_it_from_nobody(tour: LiveTour):
    await tour.refresh()
    assert await tour.keeper.settle(ALL, 3) == 1
    await tour.wait(0)
    assert set(tour.keeper.rounds) == {tour.route_id}
    await tour.drive(0, 0)
    assert len(await tour.etas()) == 3
    await tour.wait(100)  # it is stored again
    assert set(tour.keeper.rounds) == {tour.route_id}


async def test_a_vehicle_is_heard_from_the_moment_its_route_is_taken_up(tour: LiveTour):
    await tour.refresh()
    assert set(tour.keeper.states) == {tour.vehicle_id}


async def test_a_route_that_was_let_go_by_mistake_is_taken_up_by_the_next_look(tour: LiveTour):
    await tour.refresh()
    async with tour.container.work() as session:  # as another worker does that had it for a moment
        session.add(LiveRoute(route_id=tour.route_id, fleet_id=tour.actor.principal.fleet_id or 0))
    await tour.wait(0)
    assert not tour.keeper.rounds
    assert set(tour.keeper.lost) == {tour.route_id}
    await tour.keeper.refresh(ALL, Changed())
    assert set(tour.keeper.rounds) == {tour.route_id}
    assert not tour.keeper.lost


async def test_one_route_that_cannot_be_stored_keeps_up_no_other(container: Container):
    gone, other = await a_live_tour(container), await a_live_tour(container)
    await gone.refresh()
    async with container.work() as session:
        connection = await session.connection()
        off = update(Delivery).where(col(Delivery.route_id) == gone.route_id)
        await connection.execute(off.values(route_id=None))
        await connection.execute(delete(Route).where(col(Route.id) == gone.route_id))
    assert gone.route_id < other.route_id  # it comes first
    await gone.keeper.turn({})
    async with container.work() as session:
        stored = list(await session.exec(select(LiveRoute.route_id)))
    assert stored == [other.route_id]


async def test_without_the_live_store_all_is_stored_and_told_and_shown_later(tour: LiveTour):
    away = redis.Redis(port=1, socket_connect_timeout=0.5)
    container = tour.container
    keeper = LiveKeeper(
        container._unattended, ValkeyActiveRoutes(away), container.roads, lambda: tour.now
    )
    tour.keeper = keeper
    await tour.refresh()
    await tour.drive(0, 0)
    assert len(await tour.events("delivery.eta_changed")) == 3
    assert all(stop.planned_arrival for stop in await tour.stops())
    keeper._showing._active = container.active_routes
    await tour.keeper.turn({})  # it is back
    assert len(await tour.etas()) == 3
    await away.aclose()


async def test_what_moved_while_the_database_was_away_is_shown_at_once_and_told_later(
    tour: LiveTour,
):
    await tour.refresh()
    await tour.drive(0, 0)
    here, url = tour.keeper._work, make_url(tour.container.database_url)
    away = create_engine(url.update_query_dict({"host": "/nowhere"}).render_as_string(False))
    tour.keeper._work = lambda: unit_of_work(away, 5.0)
    with pytest.raises(StoreUnavailable):
        await tour.drive(900, 100, speed=0.0)
    assert (await tour.state()).updated_at == tour.now
    assert len(await tour.events("delivery.eta_changed")) == 3
    tour.keeper._work = here
    await tour.keeper.turn({})
    assert len(await tour.events("delivery.eta_changed")) == 6


async def test_a_route_that_was_over_meanwhile_is_shown_no_more(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    away = redis.Redis(port=1, socket_connect_timeout=0.5)
    here, tour.keeper._showing._active = tour.keeper._showing._active, ValkeyActiveRoutes(away)
    await finish(tour)
    await tour.refresh()
    tour.keeper._showing._active = here
    await tour.refresh()
    assert await tour.container.active_routes.get([tour.route_id]) == {}
    await away.aclose()


async def finish(tour: LiveTour) -> None:
    for number in range(3):
        await tour.report(number, DeliveryStatus.COMPLETED)
    async with tour.container.work() as session:
        await RouteService(session).complete(tour.actor, tour.route_id)


async def test_what_came_of_every_route_is_told_in_turn(container: Container, monkeypatch):
    tours = [await a_live_tour(container, 1) for _ in range(4)]
    monkeypatch.setattr(settling.due, "__defaults__", (2,))
    last = tours[-1]
    async with container.work() as session:  # something is new of each of them all the time
        for route in await session.exec(select(Route)):
            route.updated_at = last.now + timedelta(days=1)
    times: list[dict[int, datetime | None]] = []
    for _ in range(4):
        last.now += timedelta(minutes=1)
        assert await last.keeper.settle(ALL, 3) == 2
        async with container.work() as session:
            rows = list(await session.exec(select(LiveRoute)))
        times.append({row.route_id: row.settled_at for row in rows})
    everyone = {tour.route_id for tour in tours}
    assert times[1].keys() == everyone
    assert all(times[3][one] != times[1][one] for one in everyone)


async def test_others_routes_take_no_place_of_ours(container: Container, monkeypatch):
    tours = [await a_live_tour(container, 1) for _ in range(4)]
    monkeypatch.setattr(settling.due, "__defaults__", (1,))
    mine = tours[-1]
    share = Share(4, frozenset({mine.vehicle_id % 4}))
    mine.now += timedelta(minutes=1)
    assert await mine.keeper.settle(share, 3) == 1
    async with container.work() as session:
        assert [row.route_id for row in await session.exec(select(LiveRoute))] == [mine.route_id]


async def test_news_of_one_route_read_no_other(container: Container):
    tours = [await a_live_tour(container, 2) for _ in range(3)]
    first, second, _ = tours
    keeper = first.keeper
    await keeper.refresh(ALL, Changed(routes={first.route_id}))
    assert set(keeper.rounds) == {first.route_id}
    await keeper.refresh(ALL, Changed(deliveries={second.delivery_ids[1]}))
    assert set(keeper.rounds) == {first.route_id, second.route_id}
    await first.report(0, DeliveryStatus.COMPLETED)
    await second.report(0, DeliveryStatus.COMPLETED)
    await keeper.refresh(ALL, Changed(deliveries={second.delivery_ids[0]}))
    assert [len(keeper.rounds[one.route_id].sheet.open) for one in (first, second)] == [2, 1]
    await keeper.refresh(ALL)
    assert set(keeper.rounds) == {tour.route_id for tour in tours}
    assert len(keeper.rounds[first.route_id].sheet.open) == 1


async def test_news_that_a_route_is_over_let_go_of_it_alone(container: Container):
    tours = [await a_live_tour(container) for _ in range(2)]
    keeper = tours[0].keeper
    await keeper.refresh(ALL)
    for tour in tours:
        await finish(tour)
    await keeper.refresh(ALL, Changed(routes={tours[0].route_id}))
    assert set(keeper.rounds) == {tours[1].route_id}


async def test_a_fleet_that_calls_something_else_late_is_read_again(tour: LiveTour):
    await tour.refresh()
    fleet_id = tour.actor.principal.fleet_id or 0
    async with tour.container.work() as session:
        fleet = await session.get_one(Fleet, fleet_id)
        fleet.late_minutes, fleet.version = 30.0, fleet.version + 1
    changed = Changed()
    changed.hear(fleet_id, [RecordChange(kind="fleets", what="updated", ids=(fleet_id,))])
    await tour.keeper.refresh(ALL, changed)
    assert tour.keeper.rounds[tour.route_id].sheet.margins.late_s == 1_800


async def test_a_worker_reads_the_routes_of_its_own_vehicles(container: Container):
    tours = [await a_live_tour(container, 1) for _ in range(3)]
    share = Share(3, frozenset({tours[1].vehicle_id % 3}))
    mine = {one.route_id for one in tours if share.has(one.vehicle_id)}
    assert tours[1].route_id in mine
    await tours[0].keeper.refresh(share)
    assert set(tours[0].keeper.rounds) == mine
