"""A worker keeps arrivals up to date: from posts in the log, and after another one has died."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.kernel.clock import to_ms, utc_now
from fleet_app.location.models import Fix
from fleet_app.location.ports import GROUPS
from tests.builders.fixes import a_batch
from tests.builders.live_routes import LiveTour, a_live_tour
from tests.builders.rounds import on_street
from tests.unit.backend_jobs.test_worker import Running, eventually


async def post(tour: LiveTour, metres: float, ago_s: int = 0) -> None:
    """The vehicle says where it is, or was some seconds ago."""
    lat, lon = on_street(metres)
    fix = Fix(recorded_at_ms=to_ms(utc_now()) - ago_s * 1_000, lat=lat, lon=lon, speed=8.0)
    fleet_id = tour.actor.principal.fleet_id or 0
    batch = a_batch(fix, vehicle_id=tour.vehicle_id, fleet_id=fleet_id)
    await tour.container.fix_log.append([batch])


async def stands(tour: LiveTour) -> float | None:
    """Seconds to the first stop, as far as is known."""
    found = (await tour.container.active_routes.get([tour.route_id])).get(tour.route_id)
    return None if found is None else (found.stops[0].eta - utc_now()).total_seconds()


async def test_posts_become_arrivals_and_another_worker_goes_on(container: Container):
    tour = await a_live_tour(container)
    first = Running(container)
    await post(tour, 0, ago_s=90)

    async def is_far() -> bool:
        return (await stands(tour) or 0) > 80

    await eventually(is_far)
    await first.die()
    await container.active_routes.forget([tour.route_id])
    second = Running(container)
    await eventually(is_far)  # from what is stored, without another word of the vehicle
    await post(tour, 1_500)

    async def is_near() -> bool:
        return 30 < (await stands(tour) or 999) < 70

    await eventually(is_near)
    await second.stop()


async def test_noting_positions_waits_for_no_store(container: Container, monkeypatch):
    """Whatever the estimate waits for, the log is read on."""
    tour = await a_live_tour(container)
    worker = Running(container)
    await eventually(lambda: bool(worker.worker.live_routes.keeper.rounds))
    hanging = asyncio.Event()
    monkeypatch.setattr(worker.worker.live_routes.keeper, "turn", lambda _moved: hanging.wait())
    for metres in range(0, 1_000, 100):
        await post(tour, metres)

    async def is_read() -> bool:
        return await container.fix_log.backlog() == 0

    await eventually(is_read)
    hanging.set()
    await worker.stop()


async def test_a_route_that_starts_and_what_is_reported_on_it_are_heard_of(container: Container):
    """By news: all routes are looked through four times a minute only."""
    worker = Running(container)
    keeper = worker.worker.live_routes.keeper
    await eventually(lambda: len(worker.held) == 8 * len(GROUPS))
    await eventually(lambda: not worker.worker.live_routes._changed)
    tour = await a_live_tour(container)
    await eventually(lambda: tour.route_id in keeper.rounds)
    await tour.report(0, DeliveryStatus.COMPLETED)
    await eventually(lambda: len(keeper.rounds[tour.route_id].sheet.open) == 2)
    await worker.stop()


async def test_a_defect_ends_nothing_that_goes_on_by_itself(container: Container, monkeypatch):
    """Neither hearing of changes, nor settling, nor turns."""
    worker = Running(container)
    live = worker.worker.live_routes
    calls: dict[str, int] = {}

    def once(name: str, go_on: Callable[..., Any]) -> Callable[..., Any]:
        def first_fails(*said: Any) -> Any:
            calls[name] = calls.get(name, 0) + 1
            if calls[name] == 1:
                raise ValueError("a defect")
            return go_on(*said)

        return first_fails

    monkeypatch.setattr(live._keeper, "settle", once("settle", live._keeper.settle))
    monkeypatch.setattr(live._keeper, "turn", once("turn", live._keeper.turn))
    monkeypatch.setattr(live, "_listen", once("listen", live._listen))
    await eventually(lambda: len(calls) == 3 and min(calls.values()) > 1)
    tour = await a_live_tour(container)
    await eventually(lambda: tour.route_id in live.keeper.rounds)
    await worker.stop()
