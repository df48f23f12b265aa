"""Searching on every core: processes that stay, take one task after the other, and leave with us.

A child is a fresh interpreter (nothing is forked, so threads and open connections of the parent do
not matter) that is spoken to over its standard input and output. It ends when its input ends, which
happens however the parent dies.
"""

from __future__ import annotations

import itertools
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fleet_app.routing.optimiser import parallel_child
from fleet_app.routing.optimiser.parallel_child import Desk, Order, Task, read, send

__all__ = ["POOL", "Crew", "Desk", "Event", "Pool", "Task", "cores"]

Hears = Callable[[str, Any, float], None]
"""Takes what a child says: the kind, the value, and the seconds that it took."""
MOST_CHILDREN = 8
ORDERS = itertools.count(1)
WAIT_S = 2.0
"""For a child to end by itself."""
NICE = 5
"""Whoever answers people goes before whoever searches for them."""


class Event(NamedTuple):
    """What child number `child` has to say: `told` while it works, `done` with its result,
    `failed` with the reason, `lost` when it is no more. The task took it `spent` seconds."""

    child: int
    kind: str
    value: Any
    spent: float = 0.0


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Child:
    """One process, from the parent's side. Its events go to whoever leads it at the time."""

    def __init__(self, nice: int = 0) -> None:
        root = str(Path(__file__).parents[3])
        path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", f"from {parallel_child.__name__} import main; main({nice})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.events: Hears = lambda kind, value, spent: None
        self.is_lost = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, kind: str, value: object = None) -> None:
        """Give it something; a child that is gone says so itself."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            send(self._process.stdin, (kind, value))

    def close(self) -> None:
        """Let it end, or end it."""
        self.is_lost = True
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            self._process.stdin.close()
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it at once, whatever it does: for solvers that hear nothing while they search."""
        self.is_lost = True
        self._process.kill()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                kind, value, spent = read(self._process.stdout)
                self.events(kind, value, spent)
        self.is_lost = True
        self._process.wait()
        self.events("lost", None, 0.0)


class Crew:
    """Children that one solve has for itself, by number."""

    def __init__(self, children: list[Child], is_cpu: bool = False) -> None:
        self.children = children
        self.is_cpu = is_cpu
        """Whether time is the processor time of each child, for comparing on a busy machine."""
        self.busy: dict[int, int] = {}
        """Children at work, and the number of their order."""
        self.spent = [0.0] * len(children)
        """Seconds that each has worked."""
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        for number, child in enumerate(children):
            child.events = self._hearing(number)

    def _hearing(self, number: int) -> Hears:
        return lambda kind, value, spent: self._events.put(Event(number, kind, value, spent))

    @property
    def there(self) -> list[int]:
        """Those that have not been lost."""
        return [number for number, child in enumerate(self.children) if not child.is_lost]

    def start(self, number: int, task: Task, *arguments: object, seconds: float) -> None:
        """Give a child a task."""
        order = Order(next(ORDERS), task, arguments, seconds, time.time(), self.is_cpu)
        self.busy[number] = order.number
        self.children[number].send("task", order)
        if self.children[number].is_lost:
            self._events.put(Event(number, "lost", None))

    def tell(self, number: int, value: object) -> None:
        """Say something to a child at work."""
        self.children[number].send("told", (self.busy.get(number, 0), value))

    def stop(self) -> None:
        """Wish that all of them stop soon."""
        for number, order in self.busy.items():
            self.children[number].send("stop", order)

    def next(self, timeout: float) -> Event | None:
        """What is said next; None when nothing is for so many seconds."""
        try:
            event = self._events.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None
        if event.kind != "told":
            self.busy.pop(event.child, None)
            self.spent[event.child] += event.spent
        return event

    def finish(self, within: float) -> None:
        """Stop everybody; whoever has not by then is ended."""
        self.stop()
        until = time.monotonic() + within
        while self.busy and time.monotonic() < until:
            self.next(until - time.monotonic())
        for number in self.busy:
            self.children[number].close()


@dataclass
class Pool:
    """The children there are: lent to one solve at a time, kept for the next one.

    Who comes while others have borrowed gets what is left, one at least; there are never more than
    twice `size`: then it is waited for.
    """

    size: int = field(default_factory=lambda: min(cores(), MOST_CHILDREN))
    nice: int = 0
    """By how much children stand back behind this process."""
    _idle: list[Child] = field(default_factory=list)
    _lent: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _owner: int = field(default_factory=os.getpid)

    @property
    def is_warm(self) -> bool:
        """Whether somebody is there who has been started before."""
        return self._owner == os.getpid() and any(not child.is_lost for child in self._idle)

    def warm(self) -> None:
        """Start them; they are of use when they are up, for which nobody waits here."""
        with self.crew():
            pass

    def prepare(self, *modules: str, within: float = 60.0) -> None:
        """Start them and wait until they are up, with these modules imported."""
        until = time.monotonic() + within
        with self.crew() as crew:
            for number in crew.there:
                crew.start(number, parallel_child.prepare, modules, seconds=within)
            while crew.busy and time.monotonic() < until:
                crew.next(until - time.monotonic())

    @contextmanager
    def crew(self, size: int | None = None, *, is_cpu: bool = False) -> Iterator[Crew]:
        """As many children as there are cores, or `size`, or fewer while others have some."""
        crew = Crew(self._take(size or self.size), is_cpu)
        try:
            yield crew
        finally:
            try:
                crew.finish(WAIT_S)
            finally:
                self._give_back(crew.children)

    def close(self) -> None:
        """End the children that nobody has."""
        with self._changed:
            children, self._idle = self._idle, []
        for child in children:
            child.close()

    def _take(self, size: int) -> list[Child]:
        with self._changed:
            if self._owner != os.getpid():
                self._idle, self._lent, self._owner = [], 0, os.getpid()
            self._changed.wait_for(lambda: self._lent < 2 * self.size)
            size = min(size, max(1, self.size - self._lent))
            self._lent += size
            found = [child for child in self._idle if not child.is_lost][:size]
            self._idle = [child for child in self._idle if child not in found]
        try:
            return found + [Child(self.nice) for _ in range(size - len(found))]
        except BaseException:
            self._give_back([], size)
            raise

    def _give_back(self, children: list[Child], count: int | None = None) -> None:
        with self._changed:
            self._lent -= len(children) if count is None else count
            there = [child for child in children if not child.is_lost]
            room = max(0, self.size - self._lent - len(self._idle))
            self._idle += there[:room]
            self._changed.notify_all()
        for child in there[room:]:
            child.close()


POOL = Pool(nice=NICE)
"""This process's own."""
