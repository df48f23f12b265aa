"""Open tracking pages follow the delivery, on a real database; sockets are recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.delivery.tracking import TrackedDelivery, find_tracked, token_digest
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.web.states.delivery_watch import DeliveryWatch
from fleet_app.web.states.tracking import Tracking
from tests.builders.people import a_fleet, a_vehicle


class Sockets:
    """Stands in for the namespace and for the rooms: who is there, who was told what."""

    namespace = "/_event"

    def __init__(self) -> None:
        self.connected: set[str] = set()
        self.left: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.server = self.manager = self

    def is_connected(self, sid: str, namespace: str) -> bool:
        return sid in self.connected

    async def emit(self, event: str, update: Any, to: str) -> None:
        (event_,) = update.events
        self.told.append((to, event_.name))

    async def leave(self, sid: str) -> None:
        self.left.append(sid)


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.fixture
def watch(container: Container, sockets: Sockets) -> DeliveryWatch:
    return DeliveryWatch(sockets, sockets, container.work, Tracking.open)  # type: ignore[arg-type]


async def a_delivery(container: Container, token: str) -> TrackedDelivery:
    fleet_id = await a_fleet(container)
    route = Route(
        fleet_id=fleet_id, vehicle_id=await a_vehicle(container, fleet_id), date=utc_now().date()
    )
    async with container.work() as session:
        session.add(route)
        await session.flush()
        session.add(
            Delivery(
                fleet_id=fleet_id, route_id=route.id, tracking_number=token, address="Here 1",
                tracking_token_hash=token_digest(token), status=DeliveryStatus.OUT_FOR_DELIVERY,
            )
        )  # fmt: skip
    async with container.work() as session:
        return await find_tracked(session, token)


async def change(container: Container, delivery_id: int, **changes: Any) -> None:
    async with container.work() as session:
        delivery = await session.get(Delivery, delivery_id)
        assert delivery is not None
        for name, value in changes.items():
            setattr(delivery, name, value)


async def test_when_the_delivery_ends_the_page_leaves_the_room_and_is_told(
    container: Container, watch: DeliveryWatch, sockets: Sockets
) -> None:
    ours, others = await a_delivery(container, "a"), await a_delivery(container, "b")
    for sid, shown in (("one", ours), ("two", ours), ("three", others)):
        sockets.connected.add(sid)
        watch.watch(sid, shown)
    await watch.recheck()
    assert (sockets.left, sockets.told) == ([], [])

    await change(container, ours.delivery_id, status=DeliveryStatus.COMPLETED)
    await watch.recheck()
    assert sockets.left == ["one", "two"]
    assert [sid for sid, _ in sockets.told] == ["one", "two"]
    assert all(name.endswith("tracking.open") for _, name in sockets.told), json.dumps(sockets.told)

    await watch.recheck()  # told once
    assert len(sockets.told) == 2


async def test_a_change_on_the_way_is_told_without_taking_the_vehicle_away(
    container: Container, watch: DeliveryWatch, sockets: Sockets
) -> None:
    shown = await a_delivery(container, "a")
    sockets.connected.add("one")
    watch.watch("one", shown)
    await change(container, shown.delivery_id, status=DeliveryStatus.ARRIVING)
    await watch.recheck()

    assert sockets.left == []
    assert [sid for sid, _ in sockets.told] == ["one"]


@pytest.mark.parametrize("changes", [{"route_id": None}, {"tracking_token_hash": None}])
async def test_a_delivery_taken_off_the_route_or_its_link_withdrawn_ends_it_too(
    container: Container, watch: DeliveryWatch, sockets: Sockets, changes: dict[str, Any]
) -> None:
    shown = await a_delivery(container, "a")
    sockets.connected.add("one")
    watch.watch("one", shown)
    await change(container, shown.delivery_id, **changes)
    await watch.recheck()

    assert sockets.left == ["one"]


async def test_pages_that_are_gone_are_forgotten(
    container: Container, watch: DeliveryWatch, sockets: Sockets
) -> None:
    watch.watch("gone", await a_delivery(container, "a"))
    await watch.recheck()
    sockets.connected.add("gone")
    await change(container, 1, status=DeliveryStatus.COMPLETED)
    await watch.recheck()

    assert (sockets.left, sockets.told) == ([], [])


async def test_a_database_that_is_down_changes_nothing(
    container: Container, sockets: Sockets
) -> None:
    def down() -> Any:
        raise StoreUnavailable("The database")

    watch = DeliveryWatch(sockets, sockets, down, Tracking.open)  # type: ignore[arg-type]
    sockets.connected.add("one")
    watch.watch("one", await a_delivery(container, "a"))
    with pytest.raises(StoreUnavailable):
        await watch.recheck()
    assert (sockets.left, sockets.told) == ([], [])
