"""The schema: up from nothing, the same as the models, and down again."""

from __future__ import annotations

import pytest
from alembic.config import Config
from procrastinate.schema import SchemaManager
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from alembic import command
from fleet_app.settings import PROJECT_ROOT


@pytest.fixture
def config(empty_database_url: str) -> Config:
    config = Config(str(PROJECT_ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", empty_database_url.replace("%", "%%"))
    return config


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names


def test_an_empty_database_comes_up_with_every_table_of_the_specification(
    config: Config, empty_database_url: str
):
    command.upgrade(config, "head")
    named = {
        "fleets", "vehicles", "drivers", "routes", "route_stops", "deliveries", "customers",
        "fleet_managers", "maintenance_records",
    }  # fmt: skip
    assert named <= tables(empty_database_url)


def test_the_migrations_lead_to_what_the_models_declare(config: Config):
    command.upgrade(config, "head")
    command.check(config)  # raises when a model and its table differ


def test_downgrading_leaves_nothing_but_the_version_table(config: Config, empty_database_url: str):
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert tables(empty_database_url) == {"alembic_version"}
    assert left_behind(empty_database_url) == []


def left_behind(url: str) -> list[str]:
    """Functions, and types that belong to no table, in the public schema."""
    query = """
        SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT typname::text FROM pg_type AS type
        WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version'"""
    engine = create_engine(url)
    with engine.connect() as connection:
        names = [name for (name,) in connection.execute(text(query))]
    engine.dispose()
    return names


def test_the_job_queue_is_the_one_that_the_pinned_library_ships():
    """A new version needs a migration of its own, made from the library's migrations."""
    ours = (PROJECT_ROOT / "alembic" / "procrastinate_3_10.sql").read_text("utf-8")
    assert ours == SchemaManager.get_schema()


def test_plates_that_differ_in_writing_only_stop_the_migration_by_name(
    config: Config, empty_database_url: str
):
    command.upgrade(config, "0007")
    engine = create_engine(empty_database_url)
    plates = ("YKN-914", "ykn 914", "Å-1", "Ä-1", "K.1", "К.1")  # the last one is Cyrillic
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO fleets (id, name, time_zone, created_at) VALUES (7, 'F', 'UTC', now())"
            )
        )
        for number, plate in enumerate(plates, 1):
            columns = {"id": number, "fleet_id": 7, "name": "Van", "plate": plate}
            connection.execute(text(VEHICLE), columns)
    with pytest.raises(RuntimeError) as refused:
        command.upgrade(config, "0008")
    message = str(refused.value)
    assert message.endswith("in fleet 7: YKN-914 (vehicle 1), ykn 914 (vehicle 2)")
    with engine.begin() as connection:
        connection.execute(text("UPDATE vehicles SET deleted_at = now() WHERE id = 2"))
    command.upgrade(config, "0008")
    same = {"id": 9, "fleet_id": 7, "name": "Van", "plate": "y.k.n 914"}
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text(VEHICLE), same)
    engine.dispose()


VEHICLE = """
    INSERT INTO vehicles (id, fleet_id, name, registration_number, type, status, created_at)
    VALUES (:id, :fleet_id, :name, :plate, 'van', 'active', now())"""


def test_history_is_partitioned_by_time(config: Config, empty_database_url: str):
    command.upgrade(config, "head")
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        key = connection.execute(
            text("SELECT pg_get_partkeydef('location_events'::regclass)")
        ).scalar_one()
    engine.dispose()
    assert key == "RANGE (recorded_at)"


def test_managers_made_before_are_written_into_the_list_of_managers_once(
    config: Config, empty_database_url: str
):
    command.upgrade(config, "0010")
    engine = create_engine(empty_database_url)
    people = (
        (1, "fleet_manager", None), (2, "fleet_manager", None), (3, "dispatcher", None),
        (4, "fleet_manager", "2026-01-01"),
    )  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO fleets (id, name, time_zone, created_at) VALUES (7, 'F', 'UTC', now())"
            )
        )
        for number, role, deleted in people:
            values = {"id": number, "role": role, "deleted": deleted, "email": f"p{number}@a.fi"}
            connection.execute(text(USER), values)
        connection.execute(
            text(
                "INSERT INTO fleet_managers (fleet_id, user_id, name, email)"
                " VALUES (7, 2, 'Kept', 'p2@a.fi')"
            )
        )
    command.upgrade(config, "0011")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT user_id, fleet_id, name, email FROM fleet_managers ORDER BY user_id")
        ).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(1, 7, "P1", "p1@a.fi"), (2, 7, "Kept", "p2@a.fi")]


USER = """
    INSERT INTO users
      (id, fleet_id, email, name, role, password_hash, is_active, created_at, deleted_at)
    VALUES (:id, 7, :email, 'P' || :id, :role, '!', true, now(), CAST(:deleted AS timestamptz))"""


def test_rules_name_people_instead_of_their_addresses(config: Config, empty_database_url: str):
    command.upgrade(config, "0021")
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO fleets (id, name, time_zone, created_at) VALUES (7, 'F', 'UTC', now())"
            )
        )
        for number in (1, 2, 3):
            values = {"id": number, "role": "dispatcher", "deleted": None}
            connection.execute(text(USER), values | {"email": f"p{number}@a.fi"})
        connection.execute(text("UPDATE users SET name = 'Same' WHERE id > 1"))
        connection.execute(text(RULE))
    command.upgrade(config, "0022")
    with engine.connect() as connection:
        rules = text("SELECT people, escalate_people FROM alert_rules ORDER BY id")
        found = [tuple(row) for row in connection.execute(rules)]
    engine.dispose()
    assert found == [(["Same #2", "P1"], []), ([], ["Same #3"])]


RULE = """
    INSERT INTO alert_rules (fleet_id, name, event, severity, active, cool_down_minutes, keep_late,
        hours, quiet_hours, note, created_at, people, user_ids, escalate_people, escalate_user_ids)
    SELECT 7, 'A', 'speeding', 'warning', true, 30, false, '', '', '', now(), p, u, e, v
    FROM (VALUES ('["p2@a.fi", "p1@a.fi"]'::jsonb, '[2, 1]'::jsonb, '[]'::jsonb, '[]'::jsonb),
        ('[]', '[]', '["p3@a.fi"]', '[3]')) AS rule(p, u, e, v)"""


def test_no_odometer_jumps_when_trips_begin_to_be_counted(config: Config, empty_database_url: str):
    command.upgrade(config, "0024")
    engine = create_engine(empty_database_url)
    fleet = "INSERT INTO fleets (id, name, time_zone, created_at) VALUES (7, 'F', 'UTC', now())"
    live = """
        INSERT INTO vehicle_live (vehicle_id, fleet_id, recorded_at, received_at, lat, lon, status,
            distance_m, engine_s) VALUES (1, 7, '2026-11-22T10:00Z', now(), 60, 25, 3, 5000, 60)"""
    read = "UPDATE vehicles SET odometer_m = 90000, odometer_tracked_m = 2000"
    with engine.begin() as connection:
        connection.execute(text(fleet))
        connection.execute(text(VEHICLE), {"id": 1, "fleet_id": 7, "name": "V", "plate": "A-1"})
        for statement in (live, live.replace("(1, 7", "(404, 7"), read):
            connection.execute(text(statement))
    command.upgrade(config, "0025")
    query = """
        SELECT odometer_m + way.distance_m - odometer_tracked_m, way.engine_s,
            since = '2026-11-22T10:00Z', before_m = way.distance_m
        FROM vehicles JOIN tracked_ways AS way ON way.vehicle_id = vehicles.id"""
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(query))] == [(93_000, 60, True, True)]
    command.downgrade(config, "0024")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT distance_m FROM vehicle_live WHERE vehicle_id = 1"))
        assert kept.scalar_one() == 5_000
    engine.dispose()
