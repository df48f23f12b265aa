"""Reports that come hours late, out of order, twice, or from whom the delivery was taken."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.orders import deliveries, events_of, stored
from tests.builders.people import a_driver, a_person
from tests.builders.reports import a_day, ago, announced, backdate, left_of
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


@pytest.mark.parametrize("seed", range(3))
async def test_a_day_offline_comes_in_out_of_order_and_twice(
    world: World, depot: Depot, seed: int
) -> None:
    route = await depot.route(4, steps=("publish",))
    await backdate(world, ids_of(route))
    day = a_day(ids_of(route))
    shuffled = [*day, *day]
    random.Random(seed).shuffle(shuffled)
    waiting = [shuffled[start : start + 7] for start in range(0, len(shuffled), 7)]

    rounds = 0
    while waiting:  # a phone keeps what was refused and sends it again
        rounds += 1
        assert rounds <= len(day)
        waiting = [left for post in waiting if (left := await left_of(world, depot, post))]

    for delivery in ids_of(route):
        history = (await depot.history(delivery))[2:]
        mine = [report for report in day if report["delivery_id"] == delivery]
        assert [event["event_id"] for event in history] == [one["event_id"] for one in mine]
        now = await stored(world.container, delivery)
        assert now.status == "completed"
        assert now.status_at == datetime.fromisoformat(mine[-1]["occurred_at"])


async def test_a_whole_day_in_one_post_needs_no_second(world: World, depot: Depot) -> None:
    route = await depot.route(3, steps=("publish",))
    await backdate(world, ids_of(route))
    assert await left_of(world, depot, a_day(ids_of(route))[::-1]) == []


async def test_what_was_delivered_before_the_office_moved_it_is_still_heard(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish",)))
    await backdate(world, [delivery])
    data(await depot.set_status(delivery, "rescheduled", reason="no_time"))

    late = data(
        await depot.set_status(
            delivery, "out_for_delivery", depot.driver, occurred_at=ago(hours=1), event_id="x"
        )
    )

    assert late["late"]
    assert late["status"] == "rescheduled"
    assert [event["to_status"] for event in await depot.history(delivery)][-2:] == [
        "out_for_delivery", "rescheduled",
    ]  # fmt: skip
    assert (await announced(world, delivery))[-1] == "delivery.rescheduled"
    refused(await depot.set_status(delivery, "out_for_delivery", depot.driver), 404)


async def the_past() -> str:
    """A moment between what was before and what comes now, as a phone writes it."""
    await asyncio.sleep(0.02)
    moment = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.02)
    return moment


async def give(depot: Depot, route: int, driver_id: int | None) -> None:
    """Have the office name another driver of a route."""
    address = f"{API}/routes/{route}"
    data(
        await depot.world.client.patch(address, json={"driver_id": driver_id}, headers=depot.office)
    )


async def a_colleague(world: World) -> tuple[int, dict[str, str]]:
    """Another driver of the fleet."""
    person = await a_person(world.container, Role.DRIVER, world.fleet_id)
    return await a_driver(world.container, person), await world.bearer(person)


async def took_away(depot: Depot, delivery: int) -> None:
    data(await depot.set_status(delivery, "failed", reason="nobody_home"))
    data(await depot.set_status(delivery, "rescheduled", reason="customer_request"))


@pytest.mark.parametrize("named", ["when planned", "before publishing", "after publishing"])
async def test_a_driver_who_was_named_later_is_heard_late_as_well(
    world: World, depot: Depot, named: str
) -> None:
    (delivery,) = await deliveries(world.container, world.fleet_id, 1)
    other, _ = await a_colleague(world)
    first = {"when planned": depot.driver_id, "before publishing": None}.get(named, other)
    route = data(await depot.plan([delivery], driver_id=first), 201)["id"]
    if named == "before publishing":
        await give(depot, route, depot.driver_id)
    data(await depot.step(route, "publish"))
    if named == "after publishing":
        await give(depot, route, depot.driver_id)
    data(await depot.step(route, "start"))
    then = await the_past()
    await took_away(depot, delivery)

    late = await depot.set_status(delivery, "arrived", depot.driver, occurred_at=then)

    assert data(late)["late"]
    assert (await stored(world.container, delivery)).status == "rescheduled"


async def test_who_was_only_named_in_a_draft_has_no_say(world: World, depot: Depot) -> None:
    (delivery,) = await deliveries(world.container, world.fleet_id, 1)
    route = data(await depot.plan([delivery]), 201)["id"]
    drafted = await the_past()
    driver_id, driver = await a_colleague(world)
    await give(depot, route, driver_id)
    for step in ("publish", "start"):
        data(await depot.step(route, step))
    then = await the_past()
    data(await depot.set_status(delivery, "arriving", driver))

    for moment in (drafted, then):
        refused(await depot.set_status(delivery, "arriving", depot.driver, occurred_at=moment), 404)
    assert len(await events_of(world.container, delivery)) == 4


async def test_a_route_that_changed_hands_is_each_drivers_in_their_own_time(
    world: World, depot: Depot
) -> None:
    route = await depot.route(1, steps=("publish",))
    (delivery,) = ids_of(route)
    mine = await the_past()
    driver_id, driver = await a_colleague(world)
    await give(depot, route["id"], driver_id)
    theirs = await the_past()
    data(await depot.set_status(delivery, "out_for_delivery", driver))
    left = {"status": "out_for_delivery", "headers": depot.driver}

    refused(await depot.set_status(delivery, **left, occurred_at=theirs), 404)
    assert data(await depot.set_status(delivery, **left, occurred_at=mine))["late"]


async def test_a_route_taken_back_to_a_draft_is_nobodys(world: World, depot: Depot) -> None:
    route = await depot.route(1, steps=("publish", "recall"))
    then = await the_past()
    (delivery,) = ids_of(route)
    data(await depot.set_status(delivery, "cancelled", reason="duplicate"))
    said = await depot.set_status(delivery, "out_for_delivery", depot.driver, occurred_at=then)
    refused(said, 404)
