"""A child of the pool: its place of work, and how it is spoken to.

Messages are pickled, with their length before them, between processes of ours alone.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, NamedTuple

log = logging.getLogger(__name__)
LENGTH = struct.Struct("<Q")
Task = Callable[..., Any]
"""A function of a module, called with a `Desk` and the arguments."""


class Order(NamedTuple):
    """A task on its way to a child."""

    number: int
    task: Task
    arguments: tuple[Any, ...]
    seconds: float
    sent_at: float
    is_cpu: bool


def send(pipe: IO[bytes], message: object) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()


def read(pipe: IO[bytes]) -> Any:
    """The next message. Raises EOFError when there is none any more."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)  # noqa: S301


class Desk:
    """A child's place of work: when to stop, what it is told meanwhile, and what it keeps."""

    def __init__(self, out: IO[bytes]) -> None:
        self.memory: dict[str, Any] = {}
        """Stays from task to task."""
        self._out = out
        self._until = 0.0
        self._clock: Callable[[], float] = time.monotonic
        self._order = self._stopped = 0
        self._told: tuple[int, Any] = (0, None)
        """With the number of the order that it is meant for."""
        self._tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __call__(self) -> bool:
        """Whether it is time to stop."""
        return self._stopped >= self._order or self._clock() >= self._until

    @property
    def left(self) -> float:
        """Seconds until then."""
        return 0.0 if self() else self._until - self._clock()

    def tell(self, value: object) -> None:
        """Say something to the parent."""
        send(self._out, ("told", value, 0.0))

    def told(self) -> Any:
        """What the parent said last, once; None for nothing new."""
        (order, value), self._told = self._told, (0, None)
        return value if order == self._order else None

    def listen(self, pipe: IO[bytes]) -> None:
        """Take what comes; leave at once when the parent is gone."""
        with suppress(EOFError, OSError):
            while True:
                kind, value = read(pipe)
                if kind == "task":
                    self._tasks.put(value)
                elif kind == "stop":
                    self._stopped = value
                else:
                    self._told = value
        os._exit(0)

    def work(self) -> None:
        """One task after the other, for ever."""
        while True:
            order: Order = self._tasks.get()
            self._order = order.number
            self._clock = time.process_time if order.is_cpu else time.monotonic
            began = self._clock()
            gone = 0.0 if order.is_cpu else max(0.0, time.time() - order.sent_at)
            self._until = began + order.seconds - min(order.seconds, gone)
            try:
                kind, value = "done", order.task(self, *order.arguments)
            except Exception as error:
                # Whatever it is, the child stays for other tasks. The parent hears that this one
                # failed and goes on without; our error output, where the trace goes, is its own.
                log.exception("%s failed", getattr(order.task, "__qualname__", order.task))
                kind, value = "failed", f"{type(error).__name__}: {error}"
            send(self._out, (kind, value, self._clock() - began))


def prepare(desk: Desk, modules: tuple[str, ...]) -> None:
    """Import what the tasks to come need."""
    for module in modules:
        import_module(module)


def main(nice: int = 0) -> None:
    """A child's life, which stands back behind its parent's by `nice`. What tasks print goes to
    the error output."""
    os.nice(nice)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    desk = Desk(out)
    threading.Thread(target=desk.listen, args=(sys.stdin.buffer,), daemon=True).start()
    desk.work()
