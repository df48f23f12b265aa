"""What every service on the web has in common: how it is addressed, and how often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Protocol

PER_SECOND = 1000 / 60
"""What this product asks of an outside map service at most."""
CONNECT_SECONDS = 3.0
LONGEST_REST = 3600
"""Seconds for which a service may send us away."""


def agent(purpose: str) -> str:
    """How this product introduces itself."""
    return f"live-fleet-tracking/0.1 ({purpose} of a fleet installation)"


def retry_after(headers: Mapping[str, str]) -> int:
    """Seconds after which a service wants to be asked again."""
    text = headers.get("retry-after", "")
    return min(LONGEST_REST, int(text)) if text.isascii() and text.isdecimal() else 5


class TooLong(Exception):
    """No turn is free soon enough; `seconds` until the next."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"no turn for {seconds} s")
        self.seconds = seconds


class Taking(Protocol):
    """Gives turns."""

    def take(self, longest: float) -> float:
        """Take a turn; the seconds to wait for it. Raises `TooLong` if those are over `longest`."""


class Turns:
    """A number of turns a second, a few of them at once. May be used by several threads."""

    def __init__(
        self, per_second: float, burst: int = 1, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._gap = 1.0 / per_second
        self._burst = burst
        self._now = now
        self._next = now() - burst * self._gap
        self._lock = threading.Lock()

    def take(self, longest: float) -> float:
        """Take a turn; the seconds to wait for it. Raises `TooLong` if those are over `longest`."""
        with self._lock:
            now = self._now()
            start = max(self._next, now - (self._burst - 1) * self._gap)
            if start - now > longest:
                raise TooLong(max(1, ceil(start - now)))
            self._next = start + self._gap
        return max(0.0, start - now)
