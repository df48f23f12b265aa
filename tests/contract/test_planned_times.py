"""What routes were planned to be stays what their drive is measured against."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.picture.looking import Looker
from fleet_app.records.errors import Stale
from tests.builders.plans import Office, an_office, row

ROUTE = (
    "planned_departure", "planned_arrival", "planned_drive_s", "planned_distance_m",
    "planned_service_s", "planned_breaks", "starts_at",
)  # fmt: skip
STOP = (
    "planned_position", "planned_arrival", "planned_departure", "planned_drive_s",
    "planned_distance_m", "planned_service_s",
)  # fmt: skip
Change = Callable[[RouteService], Awaitable[Any]]
Plan = dict[int, tuple[Any, ...]]


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def on_its_way(office: Office) -> Board:
    """Two routes of three stops; the first has left, and made its first stop."""
    board = await office.plan()
    for key, some in (("1", office.orders[:3]), ("2", office.orders[3:])):
        board = await edited(office, board, edits.Move(tuple(some), key, 0))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, row(board, "1").route_id or 0)
    async with office.container.work() as session:
        life = DeliveryLife(session)
        await life.change(office.actor, office.orders[0], DeliveryStatus.COMPLETED)
    return await office.plans.board(office.actor, board.id)


async def edited(office: Office, board: Board, edit: edits.Edit) -> Board:
    return await office.plans.edit(office.actor, board.id, board.version, edit)


async def published(office: Office, board: Board) -> tuple[Board, dict[str, str]]:
    board, news = await office.plans.publish(office.actor, board.id, board.version)
    return board, {one.key: one.what for one in news}


async def kept(office: Office, board: Board, key: str) -> tuple[tuple[Any, ...], Plan]:
    """The plan of a route, and of its stops by delivery."""
    route_id = row(board, key).route_id or 0
    query = select(RouteStop).where(RouteStop.route_id == route_id)
    async with office.container.work() as session:
        route = await session.get_one(Route, route_id)
        stops = list(await session.exec(query.order_by(col(RouteStop.position))))
        return (
            tuple(getattr(route, name) for name in ROUTE),
            {one.delivery_id or 0: tuple(getattr(one, name) for name in STOP) for one in stops},
        )


async def test_publishing_another_row_leaves_the_plan_of_a_route_on_its_way(
    office: Office,
) -> None:
    board = await on_its_way(office)
    before = await kept(office, board, "1")
    board = await edited(office, board, edits.Move((await office.order(),), "2", 0))

    board, news = await published(office, board)

    assert news == {"1": "unchanged", "2": "changed"}
    assert await kept(office, board, "1") == before


async def test_only_what_is_new_on_a_route_on_its_way_is_planned(office: Office) -> None:
    board = await on_its_way(office)
    one, two, three = office.orders[:3]
    route, stops = await kept(office, board, "1")
    new = await office.order()
    board = await edited(office, board, edits.Move((new,), "1", 2))
    began = utc_now().replace(microsecond=0)

    board, news = await published(office, board)

    assert news == {"1": "changed", "2": "unchanged"}
    after, now = await kept(office, board, "1")
    times = slice(1, 3)
    assert {id_: now[id_][times] for id_ in (one, two, three)} == {
        id_: stops[id_][times] for id_ in (one, two, three)
    }
    assert {id_: now[id_][0] for id_ in now} == {one: 1, two: 2, new: 3, three: 4}
    shown = {each.order.delivery_id: each for each in row(board, "1").stops}
    drive, service = shown[new].drive_s, shown[new].departs_at - shown[new].arrives_at
    assert now[new][3] == drive
    assert began + timedelta(seconds=drive) <= now[new][1] <= shown[new].arrives_at
    assert now[new][2] - now[new][1] == service
    assert now[one] == stops[one]
    home = route[2] - sum(stops[id_][3] for id_ in stops)
    assert after[0] == route[0]
    assert after[2] - sum(now[id_][3] for id_ in now) == pytest.approx(home, abs=2)
    assert after[3] > route[3]
    assert after[4] == sum(now[id_][5] for id_ in now)
    grown = after[2] + after[4] - route[2] - route[4]
    assert (after[1] - route[1]).total_seconds() == grown


async def test_what_is_moved_on_a_route_on_its_way_is_planned_anew(office: Office) -> None:
    board = await on_its_way(office)
    one, two, three = office.orders[:3]
    new = await office.order()
    board = await edited(office, board, edits.Move((new,), "1", 3))
    board, _ = await published(office, board)
    _, stops = await kept(office, board, "1")
    board = await edited(office, board, edits.Move((new,), "1", 1))

    board, _ = await published(office, board)

    _, now = await kept(office, board, "1")
    assert [id_ for id_ in now if now[id_][1] != stops[id_][1]] == [new]
    assert [now[id_][0] for id_ in (one, new, two, three)] == [1, 2, 3, 4]


async def test_a_route_that_has_not_left_is_planned_anew_as_a_whole(office: Office) -> None:
    board = await on_its_way(office)
    board = await edited(office, board, edits.Move((await office.order(),), "2", 0))

    board, _ = await published(office, board)

    route, stops = await kept(office, board, "2")
    shown = row(board, "2")
    assert [stops[one.order.delivery_id][1] for one in shown.stops] == [
        one.arrives_at for one in shown.stops
    ]
    assert (route[0], route[1], route[2]) == (shown.starts_at, shown.ends_at, shown.drive_s)
    assert route[6] == shown.starts_at


async def test_the_best_order_of_a_route_on_its_way_moves_only_what_it_moves(
    office: Office,
) -> None:
    board = await on_its_way(office)
    before = await kept(office, board, "1")
    route_id = row(board, "1").route_id or 0

    await office.plans.optimise_route(office.actor, route_id)
    first = await kept(office, board, "1")
    await office.plans.optimise_route(office.actor, route_id)

    assert await kept(office, board, "1") == first
    assert first[1][office.orders[0]] == before[1][office.orders[0]]
    assert sum(first[1][id_][1] != before[1][id_][1] for id_ in before[1]) <= 1
    assert first[0][0] == before[0][0]


async def by_hand(office: Office, route_id: int, ids: list[int]) -> None:
    async with office.container.work() as session:
        await RouteService(session).change_stops(office.actor, route_id, ids)
    await office.plans.retime_route(office.actor, route_id)


async def test_what_is_put_on_a_route_on_its_way_by_hand_is_planned(office: Office) -> None:
    board = await on_its_way(office)
    one, two, three = office.orders[:3]
    _, stops = await kept(office, board, "1")
    new = await office.order()

    await by_hand(office, row(board, "1").route_id or 0, [one, new, two, three])

    _, now = await kept(office, board, "1")
    assert {id_: now[id_][1] for id_ in stops} == {id_: stops[id_][1] for id_ in stops}
    assert now[new][1] < now[new][2]
    assert [now[id_][0] for id_ in (one, new, two, three)] == [1, 2, 3, 4]


async def test_a_planned_route_that_is_put_in_order_by_hand_has_the_times_of_that_order(
    office: Office,
) -> None:
    board = await on_its_way(office)
    route_id, ids = row(board, "2").route_id or 0, office.orders[3:]

    await by_hand(office, route_id, ids[::-1])

    route, now = await kept(office, board, "2")
    assert [now[id_][0] for id_ in ids[::-1]] == [1, 2, 3]
    times = [now[id_][1] for id_ in ids[::-1]]
    assert times == sorted(times)
    assert route[0] < times[0] < route[1]


def while_timed(office: Office, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Let something happen once, when the times of one route are worked out."""
    real, left = Looker.alone, [change]

    async def alone(self: Looker, *asked: Any) -> Any:
        found = await real(self, *asked)
        if left:
            async with office.container.work() as session:
                await left.pop()(RouteService(session))
        return found

    monkeypatch.setattr(Looker, "alone", alone)


async def test_times_of_an_order_that_somebody_changed_meanwhile_are_not_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await on_its_way(office)
    route_id, ids = row(board, "2").route_id or 0, office.orders[3:]
    newest = [ids[2], ids[0], ids[1]]
    while_timed(office, monkeypatch, lambda made: made.change_stops(office.actor, route_id, newest))

    await by_hand(office, route_id, ids[::-1])

    _, now = await kept(office, board, "2")
    times = [now[id_][1] for id_ in newest]
    assert list(now) == newest
    assert times == sorted(times)


async def test_no_times_for_an_order_that_is_the_best_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await on_its_way(office)
    route_id = row(board, "2").route_id or 0
    await office.plans.optimise_route(office.actor, route_id)
    best = list((await kept(office, board, "2"))[1])
    new = [best[0], await office.order(), *best[1:]]
    while_timed(office, monkeypatch, lambda made: made.change_stops(office.actor, route_id, new))

    with pytest.raises(Stale):
        await office.plans.optimise_route(office.actor, route_id)

    assert (await kept(office, board, "2"))[1][new[1]][1] is None


async def test_a_draft_that_nobody_timed_stays_without_times(office: Office) -> None:
    async with office.container.work() as session:
        made = RoutePlan(
            date=office.day, vehicle_id=office.vehicles[0], driver_id=office.drivers[0],
            delivery_ids=office.orders[:2],
        )  # fmt: skip
        tour = await RouteService(session).create(office.actor, made)

    assert await office.plans.retime_route(office.actor, tour.route.id or 0) is None
