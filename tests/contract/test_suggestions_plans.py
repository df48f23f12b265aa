"""What accepting a suggestion plans, and that taking it back puts everything back as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Priority
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.live.cases import case_of
from fleet_app.planning.live.disruptions import disruption_of
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.live.searching import Found
from fleet_app.planning.live.suggesting import helps, offer
from fleet_app.planning.picture.looking import Looker
from fleet_app.routing.optimiser.scheduling import schedule
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor, records
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes


@pytest.fixture
async def running(container: Container, fleet_id: int) -> Running:
    """Three and two deliveries under way, with a plan."""
    found = await running_routes(container, fleet_id)
    for number in range(2):
        await found.plan(number)
    return found


async def out(running: Running) -> Suggestion:
    """The first vehicle is out."""
    return await running.down()


async def workshop(running: Running) -> Suggestion:
    """The first vehicle goes into the workshop."""
    async with records(
        running.container, "vehicles", an_actor(Role.FLEET_MANAGER, running.fleet_id)
    ) as vehicles:
        await vehicles.update(running.vehicles[0], {"service_status": "workshop"})
    event = DomainEvent(
        type=SERVICE_CHANGED, fleet_id=running.fleet_id, subject=f"vehicle:{running.vehicles[0]}"
    )
    told = await disruption_of(running.container.work, event)
    assert told is not None
    return await running.make(told)


async def urgent(running: Running) -> Suggestion:
    """An urgent order beside the street."""
    lat, lon = on_street(1_500)
    order = await a_delivery(
        running.container, running.fleet_id, lat=lat, lon=lon, priority=Priority.URGENT
    )
    return await running.make(Disruption(running.fleet_id, Kind.URGENT_ORDER, order))


async def behind(running: Running) -> Suggestion:
    """The last stop of the first route is wanted soon: it was put there though it is too late."""
    lat, lon = on_street(300)
    soon = utc_now() + timedelta(minutes=8)
    wanted = await a_delivery(
        running.container, running.fleet_id, lat=lat, lon=lon, window_to=soon,
        window_from=soon - timedelta(hours=5),
    )  # fmt: skip
    await running.put(0, [*await running.on(0), wanted])
    return await running.make(Disruption(running.fleet_id, Kind.BIG_DELAY, running.routes[0]))


Disrupt = Callable[[Running], Awaitable[Suggestion]]
DISRUPTIONS = [out, workshop, urgent, behind]


@pytest.mark.parametrize("disrupt", DISRUPTIONS)
async def test_what_is_accepted_has_a_plan_in_driving_order(running: Running, disrupt: Disrupt):
    made = await disrupt(running)
    before = await running.picture()
    kept = {stop[0]: stop[1:] for own in before.values() for stop in own[1]}
    orders = [await running.on(number) for number in range(2)]
    await running.decide("accept", made)
    for number, order in enumerate(orders):
        stops = await running.stops(number)
        assert all(stop.planned_arrival and stop.planned_departure for stop in stops)
        assert [stop.planned_position for stop in stops] == list(range(1, len(stops) + 1))
        arrivals = [stop.planned_arrival for stop in stops]
        new = [stop for stop in stops if stop.delivery_id not in order]
        assert [one.planned_arrival for one in new] == sorted(
            one.planned_arrival for one in new if one.planned_arrival
        )
        for stop in new:  # behind who comes before, as it is planned now
            assert stop.planned_drive_s is not None
            assert stop.planned_service_s is not None
        staying = [stop for stop in stops if stop.delivery_id in order]
        if [stop.delivery_id for stop in staying] == order:  # first published, first promised
            told = {stop.delivery_id: stop.planned_arrival for stop in staying}
            assert told == {id_: kept[id_][2] for id_ in order if id_ in told}
        if made.kind == "big_delay" and number == 0:
            assert arrivals[0] == min(arrivals)


@pytest.mark.parametrize("disrupt", DISRUPTIONS)
async def test_taking_it_back_restores_stops_order_and_plan(running: Running, disrupt: Disrupt):
    made = await disrupt(running)
    before = await running.picture()
    await running.decide("accept", made)
    assert await running.picture() != before
    await running.decide("undo", made)
    assert await running.picture() == before


@pytest.mark.parametrize("disrupt", DISRUPTIONS)
async def test_it_says_what_changes_for_whom(running: Running, disrupt: Disrupt):
    made = await disrupt(running)
    said = {one["route_id"]: one["words"] for one in made.changes}
    assert set(said) == {int(id_) for id_ in made.after}
    first, second = (said.get(id_, "") for id_ in running.routes)
    if made.kind == "vehicle_down":
        assert "3 stops taken off" in first
        assert "3 stops added" in second
    elif made.kind == "urgent_order":
        assert "1 stop added" in first + second
    else:
        assert "1 stop moved" in first
        assert "of lateness" in made.words


async def test_a_plan_is_put_back_beside_what_was_done_meanwhile(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    done = next(id_ for id_ in await running.on(1) if id_ in running.orders[0])
    async with running.container.work() as session:
        await DeliveryLife(session).change(running.actor, done, DeliveryStatus.COMPLETED)
    before = {stop.delivery_id: stop.planned_arrival for stop in await running.stops(1)}
    await running.decide("undo", made)
    stops = await running.stops(1)
    assert {stop.delivery_id for stop in stops} == {*running.orders[1], done}
    own = next(stop for stop in stops if stop.delivery_id == done)
    assert own.planned_arrival == before[done]
    assert len({stop.planned_position for stop in stops}) == len(stops)


@pytest.mark.parametrize("disrupt", DISRUPTIONS)
async def test_an_offer_makes_nobody_later_than_now(running: Running, disrupt: Disrupt):
    """The stops of the second route are promised for so soon that nothing fits between them."""
    for id_, minutes in zip(running.orders[1], (1, 9), strict=True):
        await running.promise(id_, minutes)
    before = await running.lateness(1)
    made = await disrupt(running)
    first = await running.lateness(0) if made.kind == "big_delay" else {}
    await running.decide("accept", made)
    after = await running.lateness(1)
    assert all(after[stop] <= late + 60 for stop, late in before.items())
    if made.kind == "big_delay":
        assert sum((await running.lateness(0)).values()) <= sum(first.values()) - 300
        assert (await running.lateness(0)).keys() == first.keys()
    else:
        assert made.effect["left_out"] == 0
    if made.kind == "vehicle_down":  # behind what was promised, though that is dearer
        assert made.after[str(running.routes[1])][:2] == running.orders[1]


async def test_nothing_is_offered_that_makes_others_later(running: Running):
    """Gate behind the search, whatever that finds: here the taker drives its own stops last."""
    for id_, minutes in zip(running.orders[1], (1, 9), strict=True):
        await running.promise(id_, minutes)
    told = Disruption(running.fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    async with running.container.work() as session:
        case = await case_of(session, told, utc_now())
    assert case is not None
    looker = Looker(running.container.matrices, utc_now)
    _, known = await looker.prepared(case.day, case.before)
    _, prepared = await looker.prepared(case.then, case.after)
    was = schedule(known.problem, known.sequences)
    (key,) = case.after.links
    own, new = [[str(one) for one in ids] for ids in reversed(running.orders)]
    for order, offered in (([*own, *new], True), ([*new, *own], False)):
        found = Found(schedule(prepared.problem, {key: order}), was)
        made = offer(told, case, found)
        assert made is not None
        assert helps(told.kind, made, case, found) is offered


def told(board: Board) -> list[str]:
    """What the board says happened to the plan from outside."""
    return [one.message for row in board.rows for one in row.problems if one.code == "changed"]


@pytest.mark.parametrize("disrupt", DISRUPTIONS)
async def test_the_plan_of_the_day_goes_along_and_back(running: Running, disrupt: Disrupt):
    made = await disrupt(running)
    plans, actor = running.container.plans, running.actor
    plan = await plans.create(actor, utc_now().date())
    assert (told(plan), plan.changed) == ([], False)
    for what in ("accept", "undo"):
        await running.decide(what, made)
        board = await plans.board(actor, plan.id)
        assert (told(board), board.changed) == ([], False)
        rows = {row.route_id: [stop.order.delivery_id for stop in row.stops] for row in board.rows}
        for number, route_id in enumerate(running.routes):
            driven = [stop.delivery_id for stop in await running.stops(number)]
            assert rows[route_id] == driven


async def test_what_a_plan_proposes_beside_it_stays_proposed(running: Running):
    """One of the second route's deliveries is to wait, says the plan."""
    made = await running.down()
    plans, actor = running.container.plans, running.actor
    plan = await plans.create(actor, utc_now().date())
    waiting = running.orders[1][1]
    await plans.edit(actor, plan.id, None, Move((waiting,)))
    await running.decide("accept", made)
    board = await plans.board(actor, plan.id)
    rows = {row.route_id: {stop.order.delivery_id for stop in row.stops} for row in board.rows}
    assert rows[running.routes[1]] == {*running.orders[0], running.orders[1][0]}
    assert (told(board), board.changed) == ([], True)
