"""The command line: quick to answer, plain about failures, and it attaches to what runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fleet_app.cli import benchmarks, product
from fleet_app.runtime import migrations
from fleet_app.runtime.engines import embedded_engines, owner_pid
from fleet_app.settings import PROJECT_ROOT, Settings
from fleet_app.simulation.logins import DemoLogins, DriverLogin
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
    assert "Usage: ./fleet " in text
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


def test_benchmarks_are_the_public_modules_with_a_main(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench").mkdir()
    runs = '"""A benchmark."""\n\n\ndef main(quick: bool) -> None: ...\n'
    for name, text in {
        "second": runs,
        "first": runs,
        "_helper": runs,
        "an_app": "app = 1\n",
    }.items():
        (tmp_path / "bench" / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr("fleet_app.settings.PROJECT_ROOT", tmp_path)
    assert benchmarks.names() == ["first", "second"]


def test_an_unknown_benchmark_is_answered_with_the_known_ones(home: Path) -> None:
    result = fleet(home, "bench", "nonsense")
    assert result.returncode == 1
    assert (
        "there is no benchmark 'nonsense'; there are: browser, eta, fanout, geofence,"
        " grids, history, ingest, planning, roads, routing, truth" in result.stderr
    )


def test_pytest_arguments_run_only_pytest(home: Path) -> None:
    file = "tests/unit/runtime/test_launcher.py"
    result = fleet(home, "test", "--collect-only", "--noconftest", "-q", file)
    assert result.returncode == 0, result.stdout
    assert "Tests (pytest)" in result.stdout
    assert "mypy" not in result.stdout
    assert "test_two_first_starts_install_once" in result.stdout
    assert fleet(home, "test", "--noconftest", "tests/no_such_file.py").returncode == 1


def test_up_ends_with_a_first_run_that_works(home: Path) -> None:
    told = list(product.first_steps(Settings(home=home)))
    assert any("./fleet map build EXTRACT.osm.pbf" in line for line in told)
    parts = [line for line in told if "fleet_manager" in line or "--time-zone" in line]
    command = "".join(line.removesuffix("\\") for line in parts)
    arguments = shlex.split(command)[1:]
    with embedded_engines(Settings(home=home, database_url=None, redis_url=None)):
        assert fleet(home, "db", "upgrade").returncode == 0
        made = fleet(home, *arguments, FLEET_NEW_PASSWORD="Correct-horse-battery-9")
        assert made.returncode == 0, made.stderr
    (home / "map").mkdir()
    (home / "map" / "basemap.pmtiles").touch()
    assert not any("map build" in line for line in product.first_steps(Settings(home=home)))


def test_the_readme_shows_the_same_first_run() -> None:
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    assert "./fleet user create me@example.com --role fleet_manager" in readme
    assert '--new-fleet "My couriers" --time-zone Europe/Helsinki' in readme


def test_the_logins_of_the_demo_are_in_words_and_aligned() -> None:
    def login(role: str, email: str) -> DriverLogin:
        return DriverLogin(email=email, password="secret", name="A", role=role, registration="X")

    logins = DemoLogins(
        fleet="F", administrator=login("system_admin", "a@b.example"),
        manager=login("fleet_manager", "manager@b.example"),
        dispatcher=login("dispatcher", "d@b.example"),
        drivers=[login("driver", "antti.korhonen@a-longer-name-than-others.example")],
        devices=[], tracking_number="1", tracking_token="t",
    )  # fmt: skip
    lines = [line for line in product.doors(Settings(), logins) if "secret" in line]
    assert [line.split("  ")[0] for line in lines] == [
        "Dispatcher", "Fleet manager", "System administrator", "Driver",
    ]  # fmt: skip
    assert len({line.index("password") for line in lines}) == 1
