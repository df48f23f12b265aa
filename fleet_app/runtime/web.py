"""How the web process runs: the exported Reflex app and the API on one port, under uvicorn."""

from __future__ import annotations

import os
import socket
import sys
from signal import SIGTERM

from fleet_app.runtime.processes import Program
from fleet_app.settings import Settings

BACKLOG = 4096


def environment(settings: Settings) -> dict[str, str]:
    """Variables that make Reflex serve the exported app without compiling anything.

    The names with two underscores are internal to Reflex; its version is pinned.
    """
    variables = {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_API_URL": settings.origin,
        "PYTHONUNBUFFERED": "1",
    }
    if settings.web_processes == 1:
        variables["REFLEX_STATE_MANAGER_MODE"] = "memory"
    else:
        variables["REFLEX_STATE_MANAGER_MODE"] = "redis"
    return variables


def check_shared_state(settings: Settings) -> None:
    """Refuse several web processes that would each keep their own half of the sessions."""
    if settings.web_processes > 1 and not os.environ.get("REFLEX_REDIS_URL"):
        raise RuntimeError(
            f"FLEET_WEB_PROCESSES is {settings.web_processes}, but the processes have no common "
            "place for session state. Set REFLEX_REDIS_URL to a Redis or Valkey server, or set "
            "FLEET_WEB_PROCESSES=1."
        )


def listen(settings: Settings) -> socket.socket:
    """The listening socket, shared by every web process and kept over their restarts.

    Raises RuntimeError when the port is taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise RuntimeError(
            f"port {settings.port} on {settings.host} cannot be used ({error.strerror}). Stop what "
            "uses it, or choose another with FLEET_PORT."
        ) from error
    return listener


def program(settings: Settings, listener: socket.socket) -> Program:
    """One web process on the shared listening socket."""
    command = [sys.executable, "-m", "fleet_app.runtime.serve", str(listener.fileno())]
    return Program(
        command,
        environment(settings),
        stop_signal=SIGTERM,
        grace_seconds=12.0,
        pass_fds=(listener.fileno(),),
    )
