"""Making users from the command line, against a real database."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from fleet_app.cli.problems import database_failure
from fleet_app.settings import Settings
from tests.builders import command_line
from tests.builders.command_line import Result

PASSWORD = "Correct-horse-battery-9"


class Installation:
    """One database and the commands on it."""

    def __init__(self, settings: Settings) -> None:
        self._url = (settings.database_url or "").replace("+psycopg", "")

    def fleet(self, *arguments: str, password: str = PASSWORD) -> Result:
        given = {"FLEET_NEW_PASSWORD": password} if password else {}
        return command_line.fleet(*arguments, env=given)

    def create(self, email: str, *arguments: str, password: str = PASSWORD) -> Result:
        return self.fleet("user", "create", email, *arguments, password=password)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(query).fetchall()

    def run(self, statement: str) -> None:
        with psycopg.connect(self._url) as connection:
            connection.execute(statement)


@pytest.fixture
def here(settings: Settings) -> Installation:
    return Installation(settings)


@pytest.fixture
def helsinki(here: Installation) -> Installation:
    """An installation with a fleet and a vehicle in it."""
    here.run("INSERT INTO fleets (id, name, time_zone, created_at) "
             "VALUES (1, 'Helsinki', 'Europe/Helsinki', now())")  # fmt: skip
    here.run("INSERT INTO vehicles (fleet_id, name, registration_number, type, status, created_at)"
             " VALUES (1, 'Van', 'ABC-1', 'van', 'active', now())")  # fmt: skip
    return here


def refused(result: Result) -> str:
    """What a refusal says, which is never more than a few plain sentences."""
    assert result.returncode == 1, result.stdout
    for word in ("Traceback", "INSERT", "argon2", "sqlalche"):
        assert word not in result.stderr + result.stdout
    return result.stderr


def test_an_unknown_fleet_is_said_with_those_there_are(helsinki: Installation) -> None:
    said = refused(helsinki.create("y@example.com", "--role", "dispatcher", "--fleet", "99"))
    assert "There is no fleet 99" in said
    assert "1 Helsinki" in said
    assert "--new-fleet" in said


def test_a_missing_fleet_is_asked_for_by_name_of_the_option(helsinki: Installation) -> None:
    said = refused(helsinki.create("y@example.com", "--role", "dispatcher"))
    assert "a dispatcher belongs to a fleet: add --fleet ID_OR_NAME" in said
    assert "1 Helsinki" in said


@pytest.mark.parametrize("fleet", ["1", "helsinki"])
def test_a_fleet_is_named_by_id_or_name(helsinki: Installation, fleet: str) -> None:
    made = helsinki.create("y@example.com", "--role", "dispatcher", "--fleet", fleet)
    assert made.returncode == 0, made.stderr
    assert "y@example.com (dispatcher of Helsinki)" in made.stdout
    assert helsinki.rows("SELECT email, fleet_id FROM users") == [("y@example.com", 1)]


def test_the_first_manager_comes_with_a_new_fleet(here: Installation) -> None:
    made = here.create(
        "me@example.com", "--role", "fleet_manager",
        "--new-fleet", "My couriers", "--time-zone", "Europe/Helsinki",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "My couriers (Europe/Helsinki)" in made.stdout
    assert here.rows("SELECT name, time_zone FROM fleets") == [("My couriers", "Europe/Helsinki")]
    assert here.rows("SELECT email FROM fleet_managers") == [("me@example.com",)]
    assert ("Speeding",) in here.rows("SELECT name FROM alert_rules WHERE fleet_id = 1")
    assert "My couriers" in here.fleet("fleets").stdout


def test_nothing_is_kept_of_a_refused_user(helsinki: Installation) -> None:
    arguments = ("--role", "fleet_manager", "--new-fleet", "Second")
    assert "at least 10" in refused(helsinki.create("a@b.example", *arguments, password="short"))
    assert len(helsinki.rows("SELECT id FROM fleets")) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("y@example.com", "--role", "king"), "there is no role 'king'"),
        (("nobody", "--role", "system_admin"), "not an email address"),
        (("y@example.com", "--role", "system_admin", "--fleet", "1"), "leave out --fleet"),
        (("y@example.com", "--role", "driver", "--fleet", "1"), "add --license NUMBER"),
        (("y@example.com", "--role", "customer", "--license", "7"), "for --role driver"),
        (
            ("y@example.com", "--role", "dispatcher", "--new-fleet", "A", "--time-zone",
             "Europe/Helsinky"),
            "did you mean Europe/Helsinki",
        ),
        (("y@example.com", "--role", "dispatcher", "--time-zone", "UTC"), "goes with --new-fleet"),
        (("y@example.com", "--role", "dispatcher"), "There are no fleets yet"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_a_password_is_asked_for(
    here: Installation, arguments: tuple[str, ...], sentence: str
) -> None:
    said = refused(here.create(*arguments, password=""))
    assert sentence in said
    assert "Password" not in said


def test_an_email_that_is_taken_is_said_before_a_password(helsinki: Installation) -> None:
    assert helsinki.create("a@b.example", "--role", "system_admin").returncode == 0
    again = helsinki.create("A@b.example", "--role", "system_admin", password="")
    assert "already exists" in refused(again)


def test_a_driver_is_a_driver_and_drives_what_is_said(helsinki: Installation) -> None:
    made = helsinki.create("d@b.example", "--role", "driver", "--fleet", "1", "--license", "L-1",
                           "--vehicle", "abc-1")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "d drives ABC-1" in made.stdout
    driving = "SELECT license_number, registration_number FROM drivers JOIN vehicles v " \
              "ON v.id = vehicle_id"  # fmt: skip
    assert helsinki.rows(driving) == [("L-1", "ABC-1")]


def test_a_driver_without_a_vehicle_is_told_how_to_get_one(helsinki: Installation) -> None:
    made = helsinki.create("d@b.example", "--role", "driver", "--fleet", "1", "--license", "L-1")
    assert "./fleet user assign d@b.example --vehicle REGISTRATION" in made.stdout
    said = refused(helsinki.fleet("user", "assign", "d@b.example", "--vehicle", "XYZ-9"))
    assert "Helsinki has no vehicle XYZ-9" in said
    done = helsinki.fleet("user", "assign", "d@b.example", "--vehicle", "ABC-1")
    assert "d drives ABC-1" in done.stdout
    assert helsinki.rows("SELECT vehicle_id IS NOT NULL FROM drivers") == [(True,)]


def test_a_licence_that_is_taken_keeps_nothing(helsinki: Installation) -> None:
    arguments = ("--role", "driver", "--fleet", "1", "--license", "L-1")
    assert helsinki.create("d@b.example", *arguments).returncode == 0
    assert "licence number L-1" in refused(helsinki.create("e@b.example", *arguments))
    assert helsinki.rows("SELECT email FROM users") == [("d@b.example",)]


def test_an_unforeseen_error_of_the_database_quotes_no_rows(helsinki: Installation) -> None:
    helsinki.run("ALTER TABLE users ADD CONSTRAINT odd CHECK (email <> 'odd@b.example')")
    said = refused(helsinki.create("odd@b.example", "--role", "system_admin"))
    assert 'violates check constraint "odd"' in said
    assert database_failure(ValueError("something else")) is None
