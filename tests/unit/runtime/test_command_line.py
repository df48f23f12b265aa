"""The command line: quick to answer, plain about failures, and it attaches to what runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fleet_app.cli import benchmarks
from fleet_app.runtime import migrations
from fleet_app.runtime.engines import embedded_engines, owner_pid
from fleet_app.settings import PROJECT_ROOT, Settings
from tests.engines import temporary_home

HEAVY = ("reflex", "fastapi", "sqlmodel", "redis", "psycopg", "alembic", "osmium", "numpy")


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


def fleet(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    return subprocess.run(
        [sys.executable, "-m", "fleet_app.cli", *arguments],
        cwd=PROJECT_ROOT,
        env={**kept, "FLEET_HOME": str(home), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, fleet_app.cli.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(HEAVY).isdisjoint(loaded)


def test_help_names_every_command(home: Path) -> None:
    text = fleet(home, "--help").stdout
    for name in ("demo", "up", "test", "doctor", "db", "user", "map", "simulate", "replay"):
        assert f" {name} " in text
    for name in ("bench", "web", "worker", "dead-letters"):
        assert f" {name} " in text


def test_commands_use_the_engines_that_already_run(home: Path) -> None:
    with embedded_engines(Settings(home=home, database_url=None, redis_url=None)) as urls:
        assert fleet(home, "db", "upgrade").returncode == 0
        assert owner_pid(home) == os.getpid()
        assert migrations.current(urls.database) == migrations.head()
        made = fleet(
            home, "user", "create", "boss@example.com", "--role", "system_admin",
            FLEET_NEW_PASSWORD="Correct-horse-battery-9",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        with psycopg.connect(urls.database.replace("+psycopg", "")) as connection:
            rows = connection.execute("SELECT email, role FROM users").fetchall()
    assert [row[0] for row in rows] == ["boss@example.com"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("user", "create", "a@b.example", "--role", "king"), "there is no role 'king'"),
        (("bench", "nothing"), "there is no benchmark 'nothing'"),
    ],
)
def test_a_foreseeable_failure_is_a_sentence(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = fleet(home, *arguments, FLEET_NEW_PASSWORD="Correct-horse-battery-9")
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_setting_that_makes_no_sense_is_named(home: Path) -> None:
    result = fleet(home, "doctor", FLEET_PORT="eighty")
    assert result.returncode == 1
    assert "FLEET_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_benchmarks_are_found_by_their_files() -> None:
    assert all(not name.startswith("_") for name in benchmarks.names())


def test_pytest_arguments_run_only_pytest(home: Path) -> None:
    result = fleet(home, "test", "--collect-only", "-q", "tests/unit/runtime/test_launcher.py")
    assert result.returncode == 0, result.stdout
    assert "Tests (pytest)" in result.stdout
    assert "mypy" not in result.stdout
    assert "test_two_first_starts_install_once" in result.stdout
    assert fleet(home, "test", "tests/no_such_file.py").returncode == 1
