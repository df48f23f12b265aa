"""The whole product for browser tests: pages, API and worker in processes of their own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet_app.runtime import web
from fleet_app.runtime.frontend import Frontend
from fleet_app.runtime.product import local_url, web_services, worker_service
from fleet_app.runtime.supervisor import Supervisor
from fleet_app.runtime.waiting import wait_until
from fleet_app.settings import PROJECT_ROOT, Settings


class Product:
    """A running installation at `url`."""

    def __init__(self, settings: Settings, supervisor: Supervisor) -> None:
        self.settings = settings
        self.url = local_url(settings)
        self._supervisor = supervisor

    def kill(self, name: str) -> None:
        """SIGKILL one process; the supervisor starts it again."""
        pid = self._supervisor.pids()[name]
        assert pid is not None, f"{name} is not running"
        os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: self._supervisor.pids()[name] not in {pid, None}, lambda: True, name, 30.0
        )


@contextmanager
def running_product(settings: Settings) -> Iterator[Product]:
    """Build the pages if need be, start the processes, stop them at the end.

    Children die with the thread that started them, so that thread lives until the end.
    """
    Frontend(PROJECT_ROOT / ".fleet").build(print)
    supervisor = Supervisor(Path(settings.home) / "logs", print)
    up, stopping, failures = threading.Event(), threading.Event(), []

    def supervise() -> None:
        try:
            with web.listen(settings) as listener:
                for service in (*web_services(settings, listener), worker_service()):
                    supervisor.start(service)
                up.set()
                supervisor.watch(stopping)
        except Exception as error:
            failures.append(error)
        finally:
            up.set()
            supervisor.stop()

    thread = threading.Thread(target=supervise, name="supervise")
    thread.start()
    try:
        up.wait(120)
        if failures:
            raise failures[0]
        yield Product(settings, supervisor)
    finally:
        stopping.set()
        thread.join(60)
