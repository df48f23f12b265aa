"""Days that are driven while the schema learns, or forgets, where goods are fetched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from alembic import command
from fleet_app.settings import PROJECT_ROOT

FLEET = "INSERT INTO fleets (id, name, time_zone, created_at) VALUES (7, 'F', 'UTC', now())"
DELIVERIES = """
    INSERT INTO deliveries (id, fleet_id, tracking_number, status, status_at, address, pickup_lat,
        pickup_lon, created_at)
    SELECT id, 7, 'LF-' || id, status, '2026-11-23T08:00Z', 'Katu 1', point, point, now()
    FROM (VALUES (1, 'created', 60), (2, 'assigned', 60), (3, 'out_for_delivery', 60),
        (4, 'arriving', 60), (5, 'arrived', 60), (6, 'completed', 60), (7, 'failed', 60),
        (8, 'out_for_delivery', NULL)) AS told(id, status, point)"""
ROUTE = """
    INSERT INTO routes (id, fleet_id, date, status, created_at)
    VALUES (5, 7, '2026-11-23', 'started', now())"""
STOPS = """
    INSERT INTO route_stops (route_id, delivery_id, kind, position, lat, lon)
    VALUES (5, 2, 'pickup', 1, 60, 25), (5, 2, 'delivery', 2, 60, 25)"""


@pytest.fixture
def config(empty_database_url: str) -> Config:
    config = Config(str(PROJECT_ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", empty_database_url.replace("%", "%%"))
    return config


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def made(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def read(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(found) for found in connection.execute(text(query))]


def test_what_vans_had_fetched_is_not_fetched_again(config: Config, engine: Engine) -> None:
    command.upgrade(config, "0031")
    made(engine, FLEET, DELIVERIES)

    command.upgrade(config, "0032")

    query = "SELECT id, picked_up_at = status_at FROM deliveries WHERE picked_up_at IS NOT NULL"
    assert read(engine, f"{query} ORDER BY id") == [(3, True), (4, True), (5, True)]


def test_no_pickup_becomes_a_second_delivery(config: Config, engine: Engine) -> None:
    command.upgrade(config, "0032")
    made(engine, FLEET, DELIVERIES, ROUTE, STOPS)

    command.downgrade(config, "0031")

    assert read(engine, "SELECT delivery_id, position FROM route_stops") == [(2, 2)]
