"""What drivers report about deliveries, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from fleet_app.delivery.models import RouteCrew
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import events_of
from tests.builders.tours import API, Depot, data


def ago(**span: float) -> str:
    """A moment in the past, as phones write it."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def done(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of many changes that were made."""
    return [one for one in results if one["what"] == "changed"]


async def announced(world: World, delivery_id: int) -> list[str]:
    """The events that everybody heard of about a delivery."""
    query = select(StoredEvent.type).where(StoredEvent.subject == f"delivery:{delivery_id}")
    async with world.container.work() as session:
        return list(await session.exec(query.order_by(StoredEvent.sequence)))  # type: ignore[arg-type]


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


async def left_of(
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


async def backdate(world: World, ids: list[int]) -> None:
    """Have the deliveries been assigned, and their drivers told, ten hours ago."""
    async with world.container.work() as session:
        for delivery in ids:
            for event in await events_of(world.container, delivery):
                event.occurred_at -= timedelta(hours=10)
                session.add(event)
        for crew in await session.exec(select(RouteCrew)):
            crew.since -= timedelta(hours=10)
            session.add(crew)
