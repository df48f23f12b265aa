"""What happens to deliveries, over the API: who may say so, what is refused, what is kept."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import a_delivery, an_order, events_of, stored
from tests.builders.people import a_driver, a_person
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def done(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of many changes that were made."""
    return [one for one in results if one["what"] == "changed"]


async def announced(world: World, delivery_id: int) -> list[str]:
    query = select(StoredEvent.type).where(StoredEvent.subject == f"delivery:{delivery_id}")
    async with world.container.work() as session:
        return list(await session.exec(query.order_by(StoredEvent.sequence)))  # type: ignore[arg-type]


async def test_a_delivery_lives_and_everybody_hears_of_it(world: World, depot: Depot) -> None:
    route = await depot.route(1, steps=("publish", "start"))
    (delivery,) = ids_of(route)

    arrived = data(
        await depot.set_status(
            delivery, "arrived", depot.driver, latitude=60.1, longitude=24.9, event_id="a-1"
        )
    )
    assert arrived["legal_next"] == ["completed", "failed"]
    answer = await depot.set_status(delivery, "completed", depot.driver, note="Left at the door")
    done = data(answer)
    assert (done["status"], done["late"], done["repeated"]) == ("completed", False, False)
    assert answer.headers["etag"] == f'"{done["version"]}"'

    history = await depot.history(delivery)
    assert [event["to_status"] for event in history] == [
        "created", "assigned", "out_for_delivery", "arrived", "completed",
    ]  # fmt: skip
    there = history[3]
    assert there["by"]["id"] == world.driver.id
    assert there["by"]["role"] == "driver"
    assert (there["latitude"], there["longitude"], there["event_id"]) == (60.1, 24.9, "a-1")
    assert history[4]["note"] == "Left at the door"
    assert await announced(world, delivery) == [
        "delivery.created", "delivery.assigned", "delivery.out_for_delivery", "delivery.arrived",
        "delivery.completed",
    ]  # fmt: skip
    async with world.container.work() as session:
        entries = list(await session.exec(select(AuditEntry).where(AuditEntry.kind == "delivery")))
    assert [entry.changes["status"][1] for entry in entries] == [
        "assigned", "out_for_delivery", "arrived", "completed",
    ]  # fmt: skip


async def test_an_illegal_change_is_409_with_the_legal_ones_and_changes_nothing(
    world: World, depot: Depot
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)

    error = refused(await depot.set_status(delivery, "completed"), 409)

    assert error["type"] == "illegal_change"
    assert error["fields"]["legal_next"] == "assigned, cancelled"
    assert "created" in error["message"]
    assert (await stored(world.container, delivery)).version == 1
    assert len(await events_of(world.container, delivery)) == 1
    assert await announced(world, delivery) == ["delivery.created"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "flying"}, "status"),
        ({}, "status"),
        ({"status": "cancelled"}, "reason"),
        ({"status": "cancelled", "reason": "because"}, "reason"),
        ({"status": "cancelled", "reason": "nobody_home"}, "reason"),
        ({"status": "cancelled", "reason": "other"}, "note"),
        ({"status": "cancelled", "reason": "other", "note": "x" * 501}, "note"),
        ({"status": "cancelled", "reason": "other", "note": "a\0b"}, "note"),
        ({"status": "assigned"}, "status"),
        ({"status": "assigned", "event_id": "x" * 65}, "event_id"),
        ({"status": "assigned", "latitude": 91, "longitude": 0}, "latitude"),
        ({"status": "assigned", "occurred_at": "2026-11-22T10:00:00"}, "occurred_at"),
        ({"status": "assigned", "occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"status": "cancelled", "occurred_at": "2020-01-01T00:00:00Z"}, "occurred_at"),
        ({"status": "cancelled", "occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at"),
        ({"status": "assigned", "colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named(
    world: World, depot: Depot, body: dict[str, Any], field: str
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    answer = await world.client.put(
        f"{API}/deliveries/{delivery}/status", json=body, headers=depot.office
    )
    assert list(refused(answer, 400)["fields"]) == [field]
    assert (await stored(world.container, delivery)).version == 1


async def test_half_a_place_is_no_place(world: World, depot: Depot) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    problem = refused(await depot.set_status(delivery, "assigned", latitude=60.0), 400)
    assert list(problem["fields"]) == ["longitude"]


async def test_the_same_event_again_changes_nothing(world: World, depot: Depot) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    first = data(await depot.set_status(delivery, "arriving", depot.driver, event_id="e1"))

    again = data(await depot.set_status(delivery, "arriving", depot.driver, event_id="e1"))
    other = refused(await depot.set_status(delivery, "arrived", depot.driver, event_id="e1"), 409)

    assert again["repeated"]
    assert again["event"]["id"] == first["event"]["id"]
    assert again["version"] == first["version"]
    assert other["type"] == "event_id_reused"
    assert len(await events_of(world.container, delivery)) == 4


async def test_drivers_speak_only_for_their_own_published_route(world: World, depot: Depot) -> None:
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague)
    other = await world.bearer(colleague)
    route = await depot.route(1)
    (delivery,) = ids_of(route)

    refused(await depot.set_status(delivery, "out_for_delivery", depot.driver), 404)  # a draft
    data(await depot.step(route["id"], "publish"))
    refused(await depot.set_status(delivery, "out_for_delivery", other), 404)
    data(await depot.set_status(delivery, "out_for_delivery", depot.driver))

    forbidden = {"reason": "customer_request"}
    refused(await depot.set_status(delivery, "assigned", depot.driver), 403)
    refused(await depot.set_status(delivery, "rescheduled", depot.driver, **forbidden), 403)
    failed = data(await depot.set_status(delivery, "failed", depot.driver, reason="nobody_home"))
    assert failed["legal_next"] == ["out_for_delivery"]

    events = f"{API}/deliveries/{delivery}/events"
    assert (await world.client.get(events, headers=depot.driver)).status_code == 200
    assert (await world.client.get(events, headers=other)).status_code == 404


@pytest.mark.parametrize("role", list(Role))
async def test_roles_and_other_fleets(world: World, depot: Depot, role: Role) -> None:
    ours = await a_delivery(world.container, world.fleet_id)
    theirs = await a_delivery(world.container, world.other_fleet_id)
    headers = await world.a(role)
    cancel: dict[str, Any] = {"reason": "duplicate"}
    expected = {
        Role.SYSTEM_ADMIN: (200, 200),
        Role.FLEET_MANAGER: (200, 404),
        Role.DISPATCHER: (200, 404),
        Role.DRIVER: (404, 404),
        Role.CUSTOMER: (403, 403),
    }[role]

    for delivery, status in zip((ours, theirs), expected, strict=True):
        events = await world.client.get(f"{API}/deliveries/{delivery}/events", headers=headers)
        assert events.status_code == status
        answer = await depot.set_status(delivery, "cancelled", headers, **cancel)
        assert answer.status_code == status, answer.text
        assert ((await stored(world.container, delivery)).status == "cancelled") == (status == 200)


async def test_unknown_deleted_and_nobody(world: World, depot: Depot) -> None:
    order = an_order(world.fleet_id, deleted_at=datetime.now(UTC))
    async with world.container.work() as session:
        session.add(order)
    for delivery in (2**62, order.id):
        refused(await depot.set_status(delivery or 0, "cancelled", reason="duplicate"), 404)
    answer = await world.client.put(f"{API}/deliveries/1/status", json={"status": "failed"})
    refused(answer, 401)


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


async def test_a_delivery_from_before_its_history_gets_a_beginning(
    world: World, depot: Depot
) -> None:
    order = an_order(world.fleet_id, status="rescheduled")
    async with world.container.work() as session:
        session.add(order)

    data(await depot.set_status(order.id or 0, "cancelled", reason="sender_request"))

    history = await depot.history(order.id or 0)
    assert [event["to_status"] for event in history] == ["rescheduled", "cancelled"]


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


def a_day(ids: list[int]) -> list[dict[str, Any]]:
    """A driver's reports of five hours without signal, as they happened."""
    start = datetime.now(UTC) - timedelta(hours=5)
    reports: list[dict[str, Any]] = []

    def report(delivery: int, status: str, **said: Any) -> None:
        moment = (start + timedelta(minutes=3 * len(reports))).isoformat()
        reports.append(
            {"delivery_id": delivery, "status": status, "occurred_at": moment,
             "event_id": f"{delivery}-{len(reports)}", **said}
        )  # fmt: skip

    for delivery in ids:
        report(delivery, "out_for_delivery")
    for number, delivery in enumerate(ids):
        report(delivery, "arriving")
        report(delivery, "arrived")
        if number % 2:
            report(delivery, "failed", reason="nobody_home")
            report(delivery, "out_for_delivery")
            report(delivery, "arrived")
        report(delivery, "completed")
    return reports


@pytest.mark.parametrize("seed", range(3))
async def test_a_day_offline_comes_in_out_of_order_and_twice(
    world: World, depot: Depot, seed: int
) -> None:
    route = await depot.route(4, steps=("publish",))
    await _backdate(world, ids_of(route))
    day = a_day(ids_of(route))
    shuffled = [*day, *day]
    random.Random(seed).shuffle(shuffled)
    waiting = [shuffled[start : start + 7] for start in range(0, len(shuffled), 7)]

    rounds = 0
    while waiting:  # a phone keeps what was refused and sends it again
        rounds += 1
        assert rounds <= len(day)
        waiting = [left for post in waiting if (left := await _left_of(world, depot, post))]

    for delivery in ids_of(route):
        history = (await depot.history(delivery))[2:]
        mine = [report for report in day if report["delivery_id"] == delivery]
        assert [event["event_id"] for event in history] == [one["event_id"] for one in mine]
        now = await stored(world.container, delivery)
        assert now.status == "completed"
        assert now.status_at == datetime.fromisoformat(mine[-1]["occurred_at"])


async def test_a_whole_day_in_one_post_needs_no_second(world: World, depot: Depot) -> None:
    route = await depot.route(3, steps=("publish",))
    await _backdate(world, ids_of(route))
    assert await _left_of(world, depot, a_day(ids_of(route))[::-1]) == []


async def test_what_was_delivered_before_the_office_moved_it_is_still_heard(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish",)))
    await _backdate(world, [delivery])
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


async def _left_of(
    world: World, depot: Depot, reports: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Those of the reports that were refused."""
    answer = await world.client.post(
        f"{API}/deliveries/status", json={"changes": reports}, headers=depot.driver
    )
    results = data(answer)
    kinds = {one["type"] for one in results if one["what"] == "refused"}
    assert kinds <= {"illegal_change"}
    return [
        report for report, one in zip(reports, results, strict=True) if one["what"] == "refused"
    ]


async def _backdate(world: World, ids: list[int]) -> None:
    """Have the deliveries been assigned ten hours ago."""
    async with world.container.work() as session:
        for delivery in ids:
            for event in await events_of(world.container, delivery):
                event.occurred_at -= timedelta(hours=10)
                session.add(event)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"status": null}',
        b'{"status": "cancelled", "reason": "other", "note": "\\ud800"}',
        b'{"status": "cancelled", "reason": "other", "note": "\\u0000"}',
        b'{"status": "cancelled", "reason": "duplicate", "latitude": NaN, "longitude": 1}',
        b'{"status": "cancelled", "reason": "duplicate", "latitude": 1e999, "longitude": 1}',
        b'{"status": "cancelled", "reason": "duplicate", "occurred_at": 1e300}',
        b'{"status": "cancelled", "reason": "damaged", "occurred_at": "9999-12-31T23:59:59-12:00"}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
async def test_bodies_that_are_no_report(world: World, depot: Depot, body: bytes) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    headers = depot.office | {"Content-Type": "application/json"}
    for method, address, content in (
        ("PUT", f"{API}/deliveries/{delivery}/status", body),
        ("POST", f"{API}/routes", body),
        ("PUT", f"{API}/routes/{delivery}/stops", body),
    ):
        answer = await world.client.request(method, address, content=content, headers=headers)
        assert answer.status_code == 400, answer.text
    many = b'{"changes": [' + body + b"]}"
    answer = await world.client.post(f"{API}/deliveries/status", content=many, headers=headers)
    assert answer.status_code == 400 or done(data(answer)) == [], answer.text
    assert (await stored(world.container, delivery)).status == "created"


async def test_the_description_names_every_answer(world: World) -> None:
    paths = (await world.client.get("/api/openapi.json")).json()["paths"]
    expected = {
        (f"{API}/deliveries/{{delivery_id}}/status", "put"): {"200", "403", "404", "409", "412"},
        (f"{API}/deliveries/status", "post"): {"200", "403", "409"},
        (f"{API}/deliveries/{{delivery_id}}/events", "get"): {"200", "403", "404"},
        (f"{API}/routes", "post"): {"201", "403", "404", "409"},
        (f"{API}/routes/{{route_id}}/stops", "get"): {"200", "403", "404"},
        (f"{API}/routes/{{route_id}}/stops", "put"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/publish", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/recall", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/start", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/complete", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/drivers/{{driver_id}}/assignments", "get"): {"200", "403", "404"},
    }
    for (path, method), statuses in expected.items():
        documented = paths[path][method]["responses"]
        assert statuses | {"400", "401", "413", "429", "503"} == set(documented), path
        success = documented[min(documented)]["content"]["application/json"]
        assert success["example"]["data"], path
