"""What was going on at a moment long ago is found without reading all that was before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col

from fleet_app.bootstrap import Container
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.query import PastQuery
from fleet_app.location.past.repository import PastRepository, ids_of
from tests.builders.past import MORNING, a_fact
from tests.builders.people import a_fleet, a_vehicle

_MANY = text("""
INSERT INTO movement_facts (fleet_id, vehicle_id, kind, subject, started_at, ended_at, known_ms,
    lat, lon, distance_m, data, told, learnt_at, changed_at)
SELECT :fleet_id, :vehicle_id, (ARRAY['trip', 'stop'])[1 + n % 2], '',
    :begin + make_interval(mins => 20 * n), :begin + make_interval(mins => 20 * n + 20),
    0, 60, 24, 100, '{}', '[]', now(), now()
FROM generate_series(0, 9999) n""")
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


async def test_older_facts_are_not_read_to_find_those_that_went_on(container: Container):
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    since = _BEGIN + timedelta(minutes=20 * 9_000 + 10)
    query = PastQuery(kinds=(FactKind.TRIP,), since=since, until=since + timedelta(hours=1))
    async with container.work() as session:
        connection = await session.connection()
        given = {"fleet_id": fleet_id, "vehicle_id": vehicle_id, "begin": _BEGIN}
        await connection.execute(_MANY, given)
        await connection.execute(text("ANALYZE movement_facts"))
        ids = ids_of(query, [col(StoredFact.fleet_id) == fleet_id], None, 50, fleet_id)
        sql = ids.compile(connection.sync_engine, compile_kwargs={"literal_binds": True})
        asked = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        plan = json.dumps(asked.scalar())
        found = await PastRepository(session).facts(query, [], None, 50, fleet_id=fleet_id)
    assert "ix_movement_facts_span" in plan
    removed = [int(one.split(",")[0]) for one in plan.split('"Rows Removed by Filter": ')[1:]]
    assert sum(removed) < 100
    minutes = [round((fact.started_at - _BEGIN).total_seconds() / 60) for fact in found]
    assert minutes == [20 * 9_002, 20 * 9_000]


@pytest.mark.parametrize(
    ("minute", "minutes", "there"),
    [
        (-30, 20, False),
        (-30, 30, False),  # over when the period begins
        (-30, 31, True),
        (-30, None, True),
        (-100_000, None, True),
        (-100_000, 200_000, True),
        (-10, 0, False),
        (0, 0, True),
        (59, 0, True),
        (60, 10, False),
        (59, None, True),
        (-10, -5, False),  # no fact is like that; nothing breaks on one
    ],
)
async def test_a_fact_is_in_the_periods_that_it_overlaps(
    container: Container, minute: float, minutes: float | None, there: bool
):
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    number = await a_fact(container, vehicle_id, fleet_id, minute=minute, minutes=minutes)
    query = PastQuery(since=MORNING, until=MORNING + timedelta(hours=1))
    for fleet in (fleet_id, None):
        mine = [col(StoredFact.fleet_id) == fleet_id]
        async with container.work() as session:
            found = await PastRepository(session).facts(query, mine, None, 50, fleet_id=fleet)
        assert [fact.id for fact in found] == ([number] if there else [])
