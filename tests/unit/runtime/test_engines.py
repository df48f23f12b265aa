"""The embedded engines: started once, shared, recovered after every kind of death."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from fleet_app.runtime import folders, leftovers
from fleet_app.runtime.engines import EngineUrls, embedded_engines, owner_pid
from fleet_app.runtime.postgres import PostgresEngine
from fleet_app.runtime.valkey import ValkeyEngine
from fleet_app.settings import Settings, get_settings
from tests.engines import temporary_home
from tests.unit.runtime.helpers import eventually, gone, python

OWNER = """
import sys
from pathlib import Path
from fleet_app.runtime.engines import embedded_engines
from fleet_app.settings import Settings
with embedded_engines(Settings(home=Path(sys.argv[1]), database_url=None, redis_url=None)):
    print("ready", flush=True)
    sys.stdin.readline()
print("stopped", flush=True)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


def own_settings(home: Path) -> Settings:
    return Settings(home=home, database_url=None, redis_url=None)


def owner(home: Path) -> subprocess.Popen[str]:
    """Another command that owns the engines, ready."""
    process = python(OWNER, home)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def engine_pids(home: Path) -> list[int]:
    found = leftovers.users_of(home / "postgres", "postgres")
    found += leftovers.users_of(home / "valkey", "valkey-server")
    return [process.pid for process in found]


def write(urls: EngineUrls, value: int) -> None:
    with psycopg.connect(urls.database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", (value,))
    with redis.Redis.from_url(urls.redis) as client:
        client.rpush("kept", value)


def read(urls: EngineUrls) -> tuple[list[int], list[int]]:
    with psycopg.connect(urls.database.replace("+psycopg", "")) as connection:
        rows = [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]
    with redis.Redis.from_url(urls.redis) as client:
        return rows, [int(value) for value in client.lrange("kept", 0, -1)]


def works(urls: EngineUrls) -> bool:
    try:
        return read(urls) is not None
    except (psycopg.Error, redis.RedisError):
        return False


def test_data_survives_a_clean_stop(home: Path) -> None:
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
        assert owner_pid(home) == os.getpid()
    assert engine_pids(home) == []
    assert owner_pid(home) is None
    with embedded_engines(own_settings(home)) as urls:
        assert read(urls) == ([1], [1])


def test_urls_are_exported_while_the_engines_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLEET_DATABASE_URL", raising=False)
    monkeypatch.delenv("FLEET_REDIS_URL", raising=False)
    get_settings.cache_clear()
    with embedded_engines(own_settings(home)) as urls:
        assert get_settings().database_url == urls.database == os.environ["FLEET_DATABASE_URL"]
        assert get_settings().redis_url == urls.redis == os.environ["FLEET_REDIS_URL"]
    assert "FLEET_DATABASE_URL" not in os.environ
    assert get_settings().redis_url is None


def test_configured_stores_are_left_alone(home: Path) -> None:
    settings = Settings(home=home, database_url="postgresql+psycopg://a/b", redis_url="redis://c")
    with embedded_engines(settings) as urls:
        assert urls == EngineUrls("postgresql+psycopg://a/b", "redis://c")
    assert not (home / "postgres").exists()


def test_only_the_owner_may_reach_the_sockets_and_nothing_listens_on_tcp(home: Path) -> None:
    with embedded_engines(own_settings(home)):
        for name in ("postgres", "valkey"):
            assert stat.S_IMODE((home / "run" / name).stat().st_mode) == 0o700
        for pid in engine_pids(home):
            listening = psutil.Process(pid).net_connections("tcp")
            assert listening == []


def test_a_second_command_attaches_instead_of_starting_copies(home: Path) -> None:
    first = owner(home)
    before = engine_pids(home)
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
        assert owner_pid(home) == first.pid
        assert set(before) <= set(engine_pids(home))
    assert set(before) <= set(engine_pids(home)), "an attached command must not stop the engines"
    first.communicate("\n", timeout=60)
    assert engine_pids(home) == []


def test_an_attached_command_takes_over_when_the_owner_stops(home: Path) -> None:
    first = owner(home)
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
        first.communicate("\n", timeout=60)
        eventually(lambda: owner_pid(home) == os.getpid() and works(urls))
        assert read(urls) == ([1], [1])


def test_a_killed_owner_leaves_no_engines_and_no_damage(home: Path) -> None:
    first = owner(home)
    pids = engine_pids(home)
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
    first.kill()
    first.communicate()
    eventually(lambda: all(gone(pid) for pid in pids))
    with embedded_engines(own_settings(home)) as urls:
        assert read(urls) == ([1], [1])


def test_a_start_right_after_a_killed_owner_waits_for_its_engines(home: Path) -> None:
    first = owner(home)
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
    first.kill()
    first.communicate()  # until it is gone it owns them; they are only about to end
    with embedded_engines(own_settings(home)) as urls:
        assert read(urls) == ([1], [1])
        write(urls, 2)


def test_engines_that_outlived_their_owner_are_ended_before_new_ones_start(home: Path) -> None:
    """Where the kernel cannot tie lives together, an orphan may still hold the data."""
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
    orphan = _orphan_postgres(home)
    with embedded_engines(own_settings(home)) as urls:
        assert gone(orphan.pid) or orphan.poll() is not None
        assert read(urls) == ([1], [1])


def _orphan_postgres(home: Path) -> subprocess.Popen[bytes]:
    engine = PostgresEngine(home)
    program = engine.program()
    user = program.user
    orphan = subprocess.Popen(
        program.command,
        cwd=home,
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
        stderr=subprocess.DEVNULL,
    )
    eventually(engine.answers)
    return orphan


@pytest.mark.parametrize("engine", ["postgres", "valkey"])
def test_a_killed_engine_is_started_again_with_its_data(home: Path, engine: str) -> None:
    program = {"postgres": "postgres", "valkey": "valkey-server"}[engine]
    with embedded_engines(own_settings(home)) as urls:
        write(urls, 1)
        for process in leftovers.users_of(home / engine, program):
            os.kill(process.pid, signal.SIGKILL)
        eventually(lambda: works(urls))
        assert read(urls) == ([1], [1])


def test_a_broken_engine_is_reported_with_its_log(home: Path) -> None:
    with embedded_engines(own_settings(home)):
        pass
    (home / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with (
        pytest.raises(RuntimeError, match="no_such_setting"),
        embedded_engines(own_settings(home)),
    ):
        pass
    assert engine_pids(home) == []


def test_data_of_another_version_is_refused_not_touched(home: Path) -> None:
    with embedded_engines(own_settings(home)):
        pass
    (home / "postgres" / "PG_VERSION").write_text("15\n")
    with (
        pytest.raises(RuntimeError, match="PostgreSQL 15"),
        embedded_engines(own_settings(home)),
    ):
        pass


def test_a_long_home_gets_its_sockets_in_a_private_temporary_folder(home: Path) -> None:
    deep = home / ("deep" * 30)
    deep.mkdir()
    folder = folders.socket_folder(deep, "valkey", "valkey.sock")
    assert not folder.is_relative_to(home)
    assert len(str(folder / "valkey.sock")) <= folders.LONGEST_SOCKET_PATH
    with embedded_engines(own_settings(deep)) as urls:
        write(urls, 1)
        assert read(urls) == ([1], [1])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_somebody_else_is_refused(home: Path) -> None:
    (home / "elsewhere").mkdir()
    (home / "trap").symlink_to(home / "elsewhere")
    with pytest.raises(PermissionError):
        folders.make_private(home / "trap")


def test_a_shell_standing_in_the_data_folder_is_not_an_engine(home: Path) -> None:
    ValkeyEngine(home).program()
    shell = subprocess.Popen(["sleep", "30"], cwd=home / "valkey")
    try:
        leftovers.clear(home / "valkey", "valkey-server", [(0.0, signal.SIGKILL)])
        assert shell.poll() is None
    finally:
        shell.kill()
        shell.wait()
