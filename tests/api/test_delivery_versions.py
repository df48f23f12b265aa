"""Old screens and second thoughts: versions of deliveries, and taking a final status back."""

from __future__ import annotations

import pytest

from tests.builders.api import World
from tests.builders.orders import events_of, stored
from tests.builders.reports import ago, announced
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def test_taking_back_within_a_day(world: World, depot: Depot) -> None:
    (delivery,) = ids_of(await depot.route(1))
    cancelled = data(await depot.set_status(delivery, "cancelled", reason="duplicate"))
    assert (cancelled["legal_next"], cancelled["take_back_to"]) == ([], "created")
    route = cancelled["event"]["route_id"]
    stops = data(await world.client.get(f"{API}/routes/{route}/stops", headers=depot.office))
    assert ids_of(stops) == []

    error = refused(await depot.set_status(delivery, "created"), 409)
    assert error["fields"]["take_back_to"] == "created"
    back = data(await depot.set_status(delivery, "created", taking_back=True))

    assert back["status"] == "created"
    assert (await stored(world.container, delivery)).route_id is None
    assert (await announced(world, delivery))[-1] == "delivery.reopened"


async def test_an_old_screen_cannot_take_a_completed_delivery_back(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    arrived = data(await depot.set_status(delivery, "arrived", depot.driver))
    done = data(await depot.set_status(delivery, "completed", depot.driver))
    known = len(await events_of(world.container, delivery))

    for said in ({}, {"if_match": done["version"]}, {"occurred_at": ago(seconds=0)}):
        error = refused(await depot.set_status(delivery, "arrived", **said), 409)
        assert error["type"] == "illegal_change"
        assert error["fields"]["take_back_to"] == "arrived"
    old = await depot.set_status(delivery, "arrived", if_match=arrived["version"], taking_back=True)
    assert refused(old, 412)["type"] == "stale"
    refused(await depot.set_status(delivery, "arrived", depot.driver, taking_back=True), 409)
    assert (await stored(world.container, delivery)).status == "completed"
    assert len(await events_of(world.container, delivery)) == known

    back = await depot.set_status(delivery, "arrived", if_match=done["version"], taking_back=True)
    assert data(back)["status"] == "arrived"


async def test_if_match_refuses_what_somebody_else_changed_and_says_what_it_is_now(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    seen = (await stored(world.container, delivery)).version
    done = data(await depot.set_status(delivery, "failed", depot.driver, reason="nobody_home"))

    answer = await depot.set_status(delivery, "arrived", if_match=seen)

    error = refused(answer, 412)
    assert answer.headers["etag"] == f'"{done["version"]}"'
    assert error["fields"]["status"] == "failed"
    assert error["fields"]["legal_next"] == "out_for_delivery, rescheduled, returned"
    assert "failed now" in error["message"]
    assert done["event"]["by"]["name"] in error["message"]
    assert (await stored(world.container, delivery)).version == done["version"]
    refused(await depot.set_status(delivery, "out_for_delivery", if_match="no"), 400)
    fresh = answer.headers["etag"].strip('"')
    assert data(await depot.set_status(delivery, "out_for_delivery", if_match=fresh))


async def test_a_change_sent_again_is_not_refused_for_the_version_it_made_itself(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    seen = (await stored(world.container, delivery)).version
    for repeated in (False, True):
        answer = await depot.set_status(
            delivery, "arrived", depot.driver, event_id="e1", if_match=seen
        )
        assert data(answer)["repeated"] is repeated


async def test_of_many_those_that_changed_meanwhile_stay(world: World, depot: Depot) -> None:
    first, second = ids_of(await depot.route(2, steps=("publish", "start")))
    seen = {one: (await stored(world.container, one)).version for one in (first, second)}
    data(await depot.set_status(first, "arrived", depot.driver))
    changes = [{"delivery_id": one, "status": "completed", "version": seen[one]} for one in seen]
    answer = await world.client.post(
        f"{API}/deliveries/status", json={"changes": changes}, headers=depot.office
    )
    results = data(answer)
    assert [one["what"] for one in results] == ["refused", "changed"]
    assert (results[0]["type"], results[0]["fields"]["status"]) == ("stale", "arrived")
    assert (await stored(world.container, first)).status == "arrived"
