"""What a person sees while something takes long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Steps:
    """Numbered steps, each with its time: `[2/7] Database schema ... done (0.4 s)`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; its own lines go through `detail`."""
        with self.begin(title) as done:
            yield
            done()

    @contextmanager
    def begin(self, title: str) -> Iterator[Callable[[], None]]:
        """A step that is over when the given function is called, not when the block ends."""
        self._number += 1
        started = time.monotonic()
        print(f"[{self._number}/{self._total}] {title} ...", flush=True)
        yield lambda: detail(f"done ({time.monotonic() - started:.1f} s)")


def detail(line: str) -> None:
    """A line below the current step."""
    print(f"      {line}", flush=True)


def say(line: str) -> None:
    """A line of its own."""
    print(line, flush=True)
