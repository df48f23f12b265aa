"""Routes whose vehicle is not heard of: time in which nobody knows it to drive brings it no nearer,
and after a long silence nothing is told but what holds wherever it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.tracking import TrackedDelivery, tracked_now
from fleet_app.fleet.models import Fleet
from fleet_app.planning.live.reading import with_expected
from fleet_app.planning.live.sheet import Risk
from tests.builders.live_routes import STREET_MPS, LiveTour, a_live_tour
from tests.builders.rounds import APART_M

LEG_S = APART_M / STREET_MPS
FRESH = [LEG_S, 2 * LEG_S + 120, 3 * LEG_S + 240]
"""Seconds from the depot to each stop."""


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    """Three stops, two kilometres apart, which have all day."""
    return await a_live_tour(container, window_s=36_000)


async def heard_before(tour: LiveTour, seconds: float, **said: float | None) -> None:
    """The vehicle was heard of at the depot so long before its route began."""
    await tour.refresh()
    began = tour.now
    tour.now -= timedelta(seconds=seconds)
    sight = tour.sight(0, **said)
    tour.now = began
    await tour.look({tour.vehicle_id: sight})


async def shown(tour: LiveTour) -> list[TrackedDelivery]:
    """What the customers see, in the order of the stops."""
    async with tour.container.work() as session:
        for id_ in tour.delivery_ids:
            (await session.get_one(Delivery, id_)).tracking_token_hash = f"hash {id_}"
    async with tour.container.work() as session:
        tracked = await tracked_now(session, tour.delivery_ids)
    found = await with_expected(tour.container.active_routes, tracked.values())
    return [found[id_] for id_ in tour.delivery_ids]


async def ids_told(tour: LiveTour) -> set[object]:
    """All that was published, whatever of."""
    return {one.id for one in await tour.events()}


@pytest.mark.parametrize("speed", [STREET_MPS, 0.0, None])
async def test_time_before_the_route_began_is_no_driving(tour: LiveTour, speed: float | None):
    await heard_before(tour, 590, speed=speed)
    assert await tour.etas() == pytest.approx(FRESH, rel=0.01)
    first = [one.data["eta"] for one in await tour.events("delivery.eta_changed")]
    assert len(first) == 3
    planned = [(one.planned_arrival - tour.now).total_seconds() for one in await tour.stops()]
    assert planned == pytest.approx(FRESH, rel=0.01)


async def test_somebody_who_stands_at_the_depot_comes_no_nearer(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0, speed=0.0)
    await tour.wait(250)
    assert await tour.etas() == pytest.approx(FRESH, rel=0.01)
    await tour.drive(100, 50)
    await tour.wait(100)  # it drives now
    nearer = 50 / STREET_MPS + 100
    assert (await tour.etas())[0] == pytest.approx(FRESH[0] - nearer, rel=0.1)


async def test_a_tracker_heard_hours_before_the_start_tells_nothing_until_it_is_heard(
    tour: LiveTour,
):
    await heard_before(tour, 3 * 3_600, speed=0.0)
    state = await tour.state()
    assert (state.stale, state.updated_at) == (True, tour.now)
    assert state.seen_at == tour.now - timedelta(hours=3)
    await tour.wait(100)  # also when what is remembered is stored
    assert not await tour.events("delivery.eta_changed", "route.delayed")
    assert [one.planned_arrival for one in await tour.stops()] == [None] * 3
    tour.begin()
    await tour.refresh()
    await tour.drive(60, 0)
    assert not (await tour.state()).stale
    assert len(await tour.events("delivery.eta_changed")) == 3
    planned = [(one.planned_arrival - tour.now).total_seconds() for one in await tour.stops()]
    assert planned == pytest.approx(FRESH, rel=0.01)


async def test_a_long_silence_on_the_way_is_no_driving_and_tells_nothing(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.drive(100, 100 * STREET_MPS)
    heard, left = tour.now, await tour.etas()
    told = await ids_told(tour)
    for seconds in (700, 400, 400):
        await tour.wait(seconds)
        state = await tour.state()
        assert (state.stale, state.seen_at, state.updated_at) == (True, heard, tour.now)
        assert await tour.etas() == pytest.approx(left, rel=0.05)
        assert [one.expected for one in await shown(tour)] == [None] * 3
    assert await ids_told(tour) == told
    await tour.wait(1_000)
    (delayed,) = await tour.events("route.delayed")  # by as much as it is wherever the vehicle is
    last = (await tour.stops())[-1].planned_arrival
    assert delayed.data["delay_s"] == pytest.approx((tour.now - last).total_seconds(), abs=1)
    assert delayed.data["late_stops"] == 0


async def test_a_vehicle_that_is_heard_again_is_expected_again(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.wait(3_000)
    told = len(await tour.events("delivery.eta_changed"))
    await tour.drive(60, 100)
    state = await tour.state()
    assert (state.stale, state.seen_at) == (False, tour.now)
    assert (await tour.etas())[0] == pytest.approx(LEG_S - 100 / STREET_MPS, rel=0.1)
    news = (await tour.events("delivery.eta_changed"))[told:]
    assert {one.data["delivery_id"] for one in news} == set(tour.delivery_ids)
    assert all(one.data["eta"] > one.data["previous_eta"] for one in news)
    assert None not in [one.expected for one in await shown(tour)]


async def test_a_short_silence_changes_nothing(tour: LiveTour):
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.drive(20, 20 * STREET_MPS)
    before = [one.eta for one in (await tour.state()).stops]
    told = await ids_told(tour)
    await tour.wait(150)
    state = await tour.state()
    assert not state.stale
    after = [one.eta for one in state.stops]
    assert [abs((a - b).total_seconds()) < 2 for a, b in zip(before, after, strict=True)]
    assert await ids_told(tour) == told
    assert None not in [one.expected for one in await shown(tour)]


async def test_the_fleet_says_how_long_a_silence_is(container: Container):
    tour = await a_live_tour(container)
    async with container.work() as session:
        fleet = await session.get_one(Fleet, tour.actor.principal.fleet_id)
        fleet.silent_after_min = 30.0
    await tour.refresh()
    await tour.drive(0, 0)
    await tour.wait(1_790)
    assert not (await tour.state()).stale
    await tour.wait(20)
    assert (await tour.state()).stale


async def test_what_is_late_wherever_the_vehicle_is_is_told_once(container: Container):
    tour = await a_live_tour(container, window_s=LEG_S * 3 + 2_000)
    await tour.refresh()
    await tour.drive(0, 0)
    told = len(await tour.events("delivery.eta_changed"))
    await tour.wait(LEG_S * 3 + 1_990)  # all of it can still be made
    state = await tour.state()
    assert len(await tour.events("delivery.eta_changed")) == told
    assert {state.risk_of(one) for one in state.stops} == {Risk.AT_RISK}
    for _ in range(3):
        await tour.wait(1_200)
    late = (await tour.events("delivery.eta_changed"))[told:]
    assert {one.data["delivery_id"] for one in late} == set(tour.delivery_ids)
    assert [(one.data["eta"], one.data["risk"]) for one in late] == [(None, "late")] * 3
    assert len(await tour.events("route.delayed")) >= 1
    assert (await tour.state()).known_risk is Risk.LATE
    await tour.drive(600, 100)  # and when it is heard again, when it comes
    again = (await tour.events("delivery.eta_changed"))[told + 3 :]
    assert [one.data["previous_eta"] for one in again] == [None] * 3
    assert None not in [one.data["eta"] for one in again]


async def test_a_route_that_is_late_while_silent_gets_its_plan_when_it_is_heard(
    container: Container,
):
    tour = await a_live_tour(container, window_s=-60.0)
    await heard_before(tour, 3 * 3_600, speed=0.0)
    assert len(await tour.events("delivery.eta_changed")) == 3
    assert [one.planned_arrival for one in await tour.stops()] == [None] * 3
    await tour.drive(200, 0)
    planned = [(one.planned_arrival - tour.now).total_seconds() for one in await tour.stops()]
    assert planned == pytest.approx(FRESH, rel=0.01)
