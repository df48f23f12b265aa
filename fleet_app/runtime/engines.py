"""Embedded PostgreSQL and Valkey for whatever has no URL: started once, shared by every command.

The first command that needs them owns them: it holds a lock on `home/run/owner`, runs the engines
as its children and restarts one that dies. Later commands attach. When the owner goes away, by
Ctrl-C or SIGKILL, its engines stop with it, and an attached command that still runs takes over.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fleet_app.runtime.logs import tail
from fleet_app.runtime.postgres import PostgresEngine
from fleet_app.runtime.supervisor import Say, Service, Supervisor
from fleet_app.runtime.valkey import ValkeyEngine
from fleet_app.settings import Settings, get_settings

Engine = PostgresEngine | ValkeyEngine
START_SECONDS = 180.0


@dataclass(frozen=True)
class EngineUrls:
    """Where this process finds its stores, embedded or configured."""

    database: str
    redis: str


@contextmanager
def embedded_engines(settings: Settings, say: Say = lambda _line: None) -> Iterator[EngineUrls]:
    """Run (or attach to) what `settings` has no URL for, and export the URLs to this process.

    Raises RuntimeError or TimeoutError, with the end of the engine's log, when one does not start.
    """
    postgres, valkey = PostgresEngine(settings.home), ValkeyEngine(settings.home)
    needed: list[Engine] = []
    if settings.database_url is None:
        needed.append(postgres)
    if settings.redis_url is None:
        needed.append(valkey)
    urls = EngineUrls(settings.database_url or postgres.url(), settings.redis_url or valkey.url())
    with _kept(settings.home, needed, say), exported(urls):
        yield urls


@contextmanager
def _kept(home: Path, needed: list[Engine], say: Say) -> Iterator[None]:
    if not needed:
        yield
        return
    keeper = EngineKeeper(home, needed, say)
    keeper.start()
    try:
        keeper.wait_ready()
        yield
    finally:
        keeper.stop()


@contextmanager
def exported(urls: EngineUrls) -> Iterator[None]:
    """`FLEET_DATABASE_URL` and `FLEET_REDIS_URL` for this process and its children."""
    wanted = {"FLEET_DATABASE_URL": urls.database, "FLEET_REDIS_URL": urls.redis}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    get_settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        get_settings.cache_clear()


class EngineKeeper:
    """A thread that owns the engines of one home, or waits to inherit them."""

    def __init__(self, home: Path, engines: list[Engine], say: Say) -> None:
        self._home = home.resolve()
        self._engines = engines
        self._say = say
        self._stopping = threading.Event()
        self._decided = threading.Event()  # the first try for ownership is over
        self._started = threading.Event()
        self._owner = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="engines", daemon=True)

    def start(self) -> None:
        """Begin keeping, in the background."""
        self._thread.start()

    def wait_ready(self) -> None:
        """Block until every engine answers, whoever owns it."""
        self._decided.wait()
        for _ in range(int(START_SECONDS / 0.1)):
            if self._failure is not None:
                raise self._failure
            if self._is_up():
                return
            self._stopping.wait(0.1)
        raise TimeoutError(f"the embedded engines did not answer within {START_SECONDS:g} s")

    def _is_up(self) -> bool:
        # Engines of a killed owner may still answer while they shut down, so an owner trusts only
        # those it started itself.
        if self._owner:
            return self._started.is_set()
        return all(engine.answers() for engine in self._engines)

    def stop(self) -> None:
        """Stop the engines when they are ours; return when they are down."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with owner_file(self._home).open("a+", encoding="ascii") as lock:
            if not self._become_owner(lock):
                return
            self._decided.set()
            supervisor = Supervisor(self._home / "logs", self._say)
            try:
                self._start_all(supervisor)
                self._started.set()
                supervisor.watch(self._stopping)
            except Exception as error:  # handed to the thread that waits
                self._failure = error
                self._say(str(error))
            finally:
                supervisor.stop()
                lock.truncate(0)

    def _become_owner(self, lock: IO[str]) -> bool:
        while not self._stopping.is_set():
            if try_lock(lock):
                self._owner = True
                lock.truncate(0)
                lock.write(str(os.getpid()))
                lock.flush()
                return True
            self._decided.set()
            self._stopping.wait(0.2)
        return False

    def _start_all(self, supervisor: Supervisor) -> None:
        for engine in self._engines:
            service = Service(engine.name, engine.program, engine.ready, echo=False)
            try:
                supervisor.start(service)
            except (RuntimeError, TimeoutError) as error:
                log = tail(self._home / "logs" / f"{engine.name}.log")
                raise RuntimeError(f"{engine.name} did not start: {error}\n{log}") from error


def owner_file(home: Path) -> Path:
    """The file whose lock says that somebody owns the engines of `home`; holds the owner's pid."""
    path = home.resolve() / "run" / "owner"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def try_lock(file: IO[str]) -> bool:
    """Take the exclusive lock if it is free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def owner_pid(home: Path) -> int | None:
    """Process id of the command that owns the engines of `home`; None when nobody does."""
    with owner_file(home).open("a+", encoding="ascii") as file:
        if try_lock(file):
            return None
        file.seek(0)
        text = file.read().strip()
    return int(text) if text.isdigit() else None
