"""Many changes of deliveries in one request, and several requests at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.orders import a_delivery, an_order, events_of, stored
from tests.builders.reports import done
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def test_two_at_once_one_wins(world: World, depot: Depot) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))

    answers = await asyncio.gather(
        *(
            depot.set_status(delivery, "completed", depot.driver, event_id=f"c{n}")
            for n in range(4)
        ),
        *(depot.set_status(delivery, "failed", reason="refused") for _ in range(4)),
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    history = await depot.history(delivery)
    assert len(history) == 4
    now = await stored(world.container, delivery)
    assert now.status == history[-1]["to_status"]
    assert now.version == 4


async def test_the_same_event_at_once_is_stored_once(world: World, depot: Depot) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    answers = await asyncio.gather(
        *(depot.set_status(delivery, "arrived", depot.driver, event_id="same") for _ in range(6))
    )
    views = [data(answer) for answer in answers]
    assert sorted(view["repeated"] for view in views) == [False, *[True] * 5]
    assert len(await events_of(world.container, delivery)) == 4


async def test_crossing_bulk_changes_do_not_block_each_other(world: World, depot: Depot) -> None:
    route = await depot.route(12)
    ids = ids_of(route)

    async def cancel(order: list[int]) -> Any:
        changes = [
            {"delivery_id": one, "status": "cancelled", "reason": "duplicate"} for one in order
        ]
        return await world.client.post(
            f"{API}/deliveries/status", json={"changes": changes}, headers=depot.office
        )

    first, second = await asyncio.gather(cancel(ids), cancel(ids[::-1]))

    assert len(done(data(first)) + done(data(second))) == 12
    left = await world.client.get(f"{API}/routes/{route['id']}/stops", headers=depot.office)
    assert ids_of(data(left)) == []


async def test_many_changes_each_for_itself(world: World, depot: Depot) -> None:
    ours = [await a_delivery(world.container, world.fleet_id) for _ in range(3)]
    theirs = await a_delivery(world.container, world.other_fleet_id)
    changes = [
        {"delivery_id": ours[0], "status": "cancelled", "reason": "duplicate"},
        {"delivery_id": theirs, "status": "cancelled", "reason": "duplicate"},
        {"delivery_id": ours[1], "status": "completed"},
        {"delivery_id": ours[2], "status": "cancelled", "reason": "damaged"},
    ]
    answer = data(
        await world.client.post(
            f"{API}/deliveries/status", json={"changes": changes}, headers=depot.office
        )
    )
    assert [one["what"] for one in answer] == ["changed", "refused", "refused", "changed"]
    assert answer[1]["type"] == "not_found"
    assert answer[2]["fields"]["legal_next"] == "assigned, cancelled"
    assert (await stored(world.container, theirs)).status == "created"


UNSOUND: list[tuple[Any, str]] = [
    ({"delivery_id": 1, "status": "flying"}, "status"),
    ({"status": "cancelled", "reason": "duplicate"}, "delivery_id"),
    ({"delivery_id": -1, "status": "completed"}, "delivery_id"),
    ({"delivery_id": 2**70, "status": "completed"}, "delivery_id"),
    ({"delivery_id": 1, "status": "completed", "occurred_at": "2026-11-22T10:00:00"},
     "occurred_at"),
    ({"delivery_id": 1, "status": "completed", "occurred_at": "0001-01-01T00:00:00+14:00"},
     "occurred_at"),
    ({"delivery_id": 1, "status": "completed", "latitude": 60.0}, "longitude"),
    ({"delivery_id": 1, "status": "failed", "reason": "other", "note": "a\0b"}, "note"),
    ({"delivery_id": 1, "status": "failed", "reason": "other", "note": "\u202eb"}, "note"),
    ({"delivery_id": 1, "status": "completed", "colour": "red"}, "colour"),
    ("completed", "record"),
    (None, "record"),
    ([], "record"),
]  # fmt: skip


async def test_what_is_malformed_is_told_and_the_rest_is_done_in_order(
    world: World, depot: Depot
) -> None:
    ours = [await a_delivery(world.container, world.fleet_id) for _ in UNSOUND]
    changes: list[Any] = []
    for one, (unsound, _) in zip(ours, UNSOUND, strict=True):
        changes += [unsound, {"delivery_id": one, "status": "cancelled", "reason": "duplicate"}]

    answer = data(
        await world.client.post(
            f"{API}/deliveries/status", json={"changes": changes}, headers=depot.office
        )
    )

    assert [one["index"] for one in answer] == list(range(len(changes)))
    assert [one["id"] for one in answer[1::2]] == ours
    assert {one["what"] for one in answer[1::2]} == {"changed"}
    for told, (_, field) in zip(answer[::2], UNSOUND, strict=True):
        assert (told["what"], told["type"]) == ("refused", "invalid_input")
        assert list(told["fields"]) == [field]
    assert {(await stored(world.container, one)).status for one in ours} == {"cancelled"}


async def test_nothing_sound_at_all_is_an_answer_as_well(world: World, depot: Depot) -> None:
    answer = await world.client.post(
        f"{API}/deliveries/status", json={"changes": [{}, 7]}, headers=depot.driver
    )
    assert [one["what"] for one in data(answer)] == ["refused", "refused"]
    customer = await world.a(Role.CUSTOMER)
    answer = await world.client.post(
        f"{API}/deliveries/status", json={"changes": [{}, 7]}, headers=customer
    )
    refused(answer, 403)


@pytest.mark.parametrize("count", [0, 501])
async def test_none_and_too_many_at_once(world: World, depot: Depot, count: int) -> None:
    change = {"delivery_id": 1, "status": "completed"}
    body = {"changes": [change] * count}
    answer = await world.client.post(f"{API}/deliveries/status", json=body, headers=depot.office)
    assert list(refused(answer, 400)["fields"]) == ["changes"]


async def test_500_changes_fit_into_one_request(world: World, depot: Depot) -> None:
    orders = [an_order(world.fleet_id) for _ in range(500)]
    async with world.container.work() as session:
        session.add_all(orders)
    changes = [
        {"delivery_id": one.id, "status": "cancelled", "reason": "duplicate"} for one in orders
    ]
    answer = await world.client.post(
        f"{API}/deliveries/status", json={"changes": changes}, headers=depot.office
    )
    assert len(done(data(answer))) == 500
