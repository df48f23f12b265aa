"""Facts of the past, made directly in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import to_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


async def a_fact(
    container: Container,
    vehicle_id: int,
    fleet_id: int,
    *,
    minute: float = 0.0,
    minutes: float | None = 10.0,
    **said: Any,
) -> int:
    """The id of a new fact, a trip unless told otherwise; it goes on when `minutes` is None."""
    started = MORNING + timedelta(minutes=minute)
    ended = None if minutes is None else started + timedelta(minutes=minutes)
    values = {
        "kind": FactKind.TRIP, "lat": 60.17, "lon": 24.94, "end_lat": 60.2, "end_lon": 24.66,
        "distance_m": 11_820.4, "known_ms": to_ms(ended or started), **said,
    }  # fmt: skip
    fact = StoredFact(
        vehicle_id=vehicle_id, fleet_id=fleet_id, started_at=started, ended_at=ended, **values
    )
    async with container.work() as session:
        session.add(fact)
        await session.flush()
    return fact.id or 0
