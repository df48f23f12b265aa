"""Goods that are in the vehicle that is out: somebody has to drive there and fetch them."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, update

from fleet_app.bootstrap import Container
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.models import DeliveryStatus, StopKind
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours
from fleet_app.fleet.models import Vehicle
from fleet_app.planning.live.offers import Disruption, Kind
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes

FAR = on_street(4_000, 9_000)
"""Nine kilometres from everything else."""
LONG_AGO = timedelta(hours=1)


async def carries(running: Running, number: int, parcels: int) -> None:
    """A vehicle has room for so many."""
    room = update(Vehicle).where(col(Vehicle.id) == running.vehicles[number])
    async with running.container.work() as session:
        connection = await session.connection()
        await connection.execute(room.values(capacity_parcels=parcels))


async def test_what_is_in_it_is_fetched_where_it_stands(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id)
    await running.seen_at(1, on_street(500))
    await running.seen_at(0, on_street(600), LONG_AGO)
    near = await running.down()
    await running.seen_at(0, FAR, LONG_AGO)
    made = await running.down()
    assert all(move["fetch"]["vehicle"] == move["from_row"] for move in made.moves)
    (place,) = {(move["fetch"]["lat"], move["fetch"]["lon"]) for move in made.moves}
    assert place == FAR
    assert made.effect["distance_m"] > near.effect["distance_m"] + 15_000  # there and back
    assert "fetch all of it where Van" in made.words
    (mine,) = [one for one in made.changes if one["route_id"] == running.routes[1]]
    assert "fetches 3 orders from Van" in mine["words"]
    assert "later" in mine["words"]
    await running.decide("accept", made)
    pickups = [one for one in await running.stops(1) if one.kind is StopKind.PICKUP]
    assert {one.delivery_id for one in pickups} == set(running.orders[0])
    assert {(one.lat, one.lon) for one in pickups} == {FAR}
    assert max(one.planned_distance_m or 0 for one in pickups) > 8_000  # the way to the van
    assert all(one.planned_arrival is not None for one in pickups)
    async with container.work() as session:
        tour = await Tours(session).tour(running.actor, running.routes[1])
    said = {stop.address for stop in tour.stops if stop.is_pickup}
    assert said == {f"In {made.moves[0]['from_row']}"}


async def test_what_has_not_left_yet_waits_at_the_depot(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id, start=False)
    await running.seen_at(0, FAR, LONG_AGO)
    made = await running.down()
    assert [move["fetch"] for move in made.moves] == [None] * 3
    assert "fetch" not in made.words
    assert made.effect["distance_m"] < 9_000


async def test_room_is_needed_from_there_on_and_not_from_the_start(
    container: Container, fleet_id: int
):
    running = await running_routes(container, fleet_id)
    await running.seen_at(1, on_street(500))
    await running.seen_at(0, on_street(600), LONG_AGO)
    await carries(running, 1, 2)  # what is aboard already: one more only once one is delivered
    made = await running.down()
    assert len(made.moves) == 3
    assert made.effect["left_out"] == 0
    assert made.after[str(running.routes[1])][0] in running.orders[1]


async def test_what_is_done_is_not_fetched(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id, (2, 2))
    await running.seen_at(0, on_street(600), LONG_AGO)
    async with container.work() as session:
        done = running.orders[0][0]
        await DeliveryLife(session).change(running.actor, done, DeliveryStatus.COMPLETED)
    made = await running.down()
    assert [move["delivery_id"] for move in made.moves] == running.orders[0][1:]
    assert "can take 1 stop of it and fetch it where Van" in made.words


async def test_nobody_fetches_where_nobody_knows(container: Container, fleet_id: int):
    """It was never seen, has made no stop and has no depot: drivers have to ask."""
    running = await running_routes(container, fleet_id)
    made = await running.down()
    assert [move["fetch"] for move in made.moves] == [None] * 3


async def test_nothing_is_offered_where_nobody_else_drives(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id, (2,))
    told = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[0])
    assert await container.suggester.about(told) is None


async def test_taking_it_back_brings_everything_back_where_it_was(
    container: Container, fleet_id: int
):
    """What nobody has fetched yet is still in the first vehicle: its driver fetches nothing."""
    running = await running_routes(container, fleet_id)
    for number in range(2):
        await running.plan(number)
    await running.seen_at(0, FAR, LONG_AGO)
    before = await running.picture()
    made = await running.down()
    await running.decide("accept", made)
    assert any(stop.kind is StopKind.PICKUP for stop in await running.stops(1))
    await running.decide("undo", made)
    assert await running.picture() == before


async def test_what_was_fetched_meanwhile_is_fetched_back(container: Container, fleet_id: int):
    running = await running_routes(container, fleet_id)
    await running.seen_at(0, FAR, LONG_AGO)
    made = await running.down()
    await running.decide("accept", made)
    first = next(
        stop.delivery_id or 0 for stop in await running.stops(1) if stop.kind is StopKind.PICKUP
    )
    async with container.work() as session:
        await Fetching(session).report(running.actor, Fetched(delivery_id=first))
    await running.seen_at(1, on_street(2_000))
    await running.decide("undo", made)
    pickups = [stop for stop in await running.stops(0) if stop.kind is StopKind.PICKUP]
    assert [stop.delivery_id for stop in pickups] == [first]
    assert (pickups[0].lat, pickups[0].lon) == on_street(2_000)
    assert [stop.kind for stop in await running.stops(1)] == [StopKind.DELIVERY] * 2


async def test_who_is_at_the_door_stays(container: Container, fleet_id: int):
    """Its driver has the goods in hand, and nobody can take them; before and after accepting."""
    running = await running_routes(container, fleet_id)
    await running.seen_at(0, on_street(600), LONG_AGO)

    async def arrive(number: int) -> int:
        one = (await running.on(number))[0]
        async with container.work() as session:
            await DeliveryLife(session).change(running.actor, one, DeliveryStatus.ARRIVED)
        return one

    there = await arrive(0)
    made = await running.down()
    assert "1 stays with its driver" in made.words
    assert there not in {move["delivery_id"] for move in made.moves}
    await running.decide("accept", made)
    assert await running.on(0) == [there]
    taken = await arrive(1)
    await running.decide("undo", made)
    assert taken in await running.on(1)
