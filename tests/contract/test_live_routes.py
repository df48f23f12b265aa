"""Routes in progress on real stores: what is kept, told once, and found again after a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.tracking import tracked_now
from fleet_app.fleet.models import Fleet
from fleet_app.planning.live.models import PaceHour
from fleet_app.planning.live.reading import with_expected
from tests.builders.live_routes import STREET_MPS, LiveTour, a_live_tour
from tests.builders.rounds import APART_M

LEG_S = APART_M / STREET_MPS


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    """Three stops, two kilometres apart."""
    return await a_live_tour(container)


async def test_every_stop_has_its_arrival_and_the_key_expires(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    assert await tour.etas() == pytest.approx([LEG_S, 2 * LEG_S + 120, 3 * LEG_S + 240], rel=0.01)
    key = f"route:active:{tour.route_id}"
    fields = await tour.container.redis.hgetall(key)
    assert set(fields) >= {b"next_stop", b"eta", b"risk", b"updated_at", b"off_route", b"progress"}
    assert fields[b"progress"] == b"0/3"
    assert 3_500 < await tour.container.redis.ttl(key) <= 3_600


async def test_what_was_expected_at_the_start_is_the_plan_where_there_is_none(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    first = [(stop.planned_position, stop.planned_arrival) for stop in await tour.stops()]
    assert [place for place, _ in first] == [1, 2, 3]
    await tour.drive(900, 100)
    assert [(one.planned_position, one.planned_arrival) for one in await tour.stops()] == first
    assert (await tour.state()).delay_s == pytest.approx(900 - 100 / STREET_MPS, rel=0.1)


async def test_arrivals_are_told_when_they_have_moved_and_not_before(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    assert len(await tour.events("delivery.eta_changed")) == 3  # the first word of each
    for second in range(10, 200, 10):
        await tour.drive(10, second * STREET_MPS)
    assert len(await tour.events("delivery.eta_changed")) == 3
    await tour.drive(400, 200 * STREET_MPS)  # standing for so long
    told = (await tour.events("delivery.eta_changed"))[3:]
    assert len(told) == 3
    assert {one.data["delivery_id"] for one in told} == set(tour.delivery_ids)
    assert all(one.data["eta"] > one.data["previous_eta"] for one in told)


async def test_a_stop_that_will_be_late_is_told_at_once_and_so_is_the_route(container: Container):
    tour = await a_live_tour(container, window_s=LEG_S * 3 + 700)
    await tour.refresh()
    await tour.drive(0, 0)
    assert [one.risk for one in (await tour.state()).stops] == ["on_time", "on_time", "at_risk"]
    await tour.drive(540, 100, speed=0.0)
    state = await tour.state()
    assert [one.risk for one in state.stops] == ["on_time", "at_risk", "late"]
    assert state.risk == "late"
    (delayed,) = await tour.events("route.delayed")
    assert (delayed.data["late_stops"], delayed.data["at_risk_stops"]) == (1, 1)
    assert delayed.subject == f"route:{tour.route_id}"


async def test_the_fleet_says_what_is_late(container: Container):
    tour = await a_live_tour(container, window_s=LEG_S * 3 + 200)
    async with container.work() as session:
        fleet = await session.get_one(Fleet, tour.actor.principal.fleet_id)
        fleet.late_minutes, fleet.at_risk_minutes = 30.0, 0.0
    await tour.refresh()
    await tour.drive(0, 0)
    assert [one.risk for one in (await tour.state()).stops] == ["on_time", "on_time", "at_risk"]


async def test_made_stops_are_gone_and_the_next_one_comes_first(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.drive(LEG_S, APART_M, speed=0.0)
    await tour.drive(60, APART_M, speed=0.0)
    assert (await tour.state()).stops[0].there
    await tour.report(0, DeliveryStatus.COMPLETED)
    await tour.refresh()
    await tour.drive(60, APART_M, speed=0.0)
    state = await tour.state()
    assert [one.delivery_id for one in state.stops] == tour.delivery_ids[1:]
    assert (state.done, state.total) == (1, 3)
    assert (await tour.etas())[0] == pytest.approx(LEG_S, rel=0.1)


async def test_a_crash_loses_nothing_and_tells_nothing_twice(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    for step in range(1, 9):
        await tour.drive(30, step * 15 * STREET_MPS)  # at half the pace
    await tour.wait(70)  # it is stored once a minute
    before, told = await tour.etas(), len(await tour.events("delivery.eta_changed"))
    pace = tour.keeper.rounds[tour.route_id].memory.pace.driving()
    assert pace > 1.1
    tour.begin()
    await tour.refresh()
    await tour.wait(0)
    assert await tour.etas() == pytest.approx(before, rel=0.03, abs=5)
    assert len(await tour.events("delivery.eta_changed")) == told
    again = tour.keeper.rounds[tour.route_id].memory.pace.driving()
    assert again == pytest.approx(pace, abs=0.02)


async def test_a_worker_that_lost_the_route_tells_nothing_over_its_successor(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    zombie = tour.keeper
    tour.begin()
    await tour.refresh()
    await tour.drive(700, 0, speed=0.0)
    told = len(await tour.events("delivery.eta_changed"))
    assert told == 6
    tour.keeper = zombie
    await tour.drive(700, 0, speed=0.0)
    assert len(await tour.events("delivery.eta_changed")) == told
    assert tour.route_id not in zombie.rounds


async def test_fixes_that_come_late_move_nothing_back(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.drive(120, 120 * STREET_MPS)
    before = (await tour.state()).stops
    tour.now -= timedelta(seconds=60)
    await tour.drive(0, 30 * STREET_MPS)
    tour.now += timedelta(seconds=60)
    await tour.wait(0)
    after = (await tour.state()).stops
    assert [abs((a.eta - b.eta).total_seconds()) < 2 for a, b in zip(before, after, strict=True)]


async def test_leaving_the_route_and_coming_back_is_told_once_each(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    for step in range(20):
        await tour.drive(20, 200 - 60 * step, 400 + 60 * step)
    assert (await tour.state()).off_route
    (told,) = await tour.events("route.deviated")
    assert told.data["lat"] is not None
    tour.begin()  # also over a restart
    await tour.refresh()
    await tour.drive(20, -1_100, 1_500)
    await tour.drive(20, -1_160, 1_560)
    assert (await tour.state()).off_route
    for step in range(20):
        await tour.drive(20, -1_000 + 100 * step, max(1_400 - 100 * step, 0))
    assert not (await tour.state()).off_route
    assert len(await tour.events("route.deviated", "route.back_on_route")) == 2


async def test_a_route_that_is_over_is_let_go(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    for number in range(3):
        await tour.report(number, DeliveryStatus.COMPLETED)
    await tour.refresh()
    await tour.wait(30)
    assert (await tour.state()).stops == ()
    async with tour.container.work() as session:
        await RouteService(session).complete(tour.actor, tour.route_id)
    await tour.refresh()
    assert await tour.container.active_routes.get([tour.route_id]) == {}
    assert not tour.keeper.rounds


async def test_what_driving_took_is_learnt_by_the_hour(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    for step in range(1, 9):
        await tour.drive(30, step * 15 * STREET_MPS)
    await tour.wait(70)
    async with tour.container.work() as session:
        rows = list(await session.exec(select(PaceHour)))
    taken, expected = sum(one.taken_s for one in rows), sum(one.expected_s for one in rows)
    assert (taken, expected) == (pytest.approx(240, abs=1), pytest.approx(120, rel=0.1))


async def test_customers_are_told_about_when_it_comes_while_it_is_on_its_way(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    ids = tour.delivery_ids
    async with tour.container.work() as session:
        for id_ in ids:
            (await session.get_one(Delivery, id_)).tracking_token_hash = f"hash {id_}"
    async with tour.container.work() as session:
        shown = await tracked_now(session, ids)
    active = tour.container.active_routes
    told = await with_expected(active, shown.values())
    for id_, stop in zip(ids, (await tour.state()).stops, strict=True):
        expected = told[id_].expected
        assert expected is not None
        assert timedelta(0) <= expected - stop.eta < timedelta(minutes=5)
        assert expected.minute % 5 == expected.second == 0
    await active.forget([tour.route_id])
    silent = await with_expected(active, shown.values())
    assert {one.expected for one in silent.values()} == {None}
