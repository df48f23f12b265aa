"""Leaves a service alone that fails again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import ceil

from fleet_app.routing.roads.errors import RoadsUnavailable

FAILURES = 5
"""In a row."""
REST_S = 30.0


class Breaker:
    """Closed: everybody may ask. Open, after so many failures in a row: nobody. After a rest it is
    half open: one may try, whose luck closes it, and whose failure opens it again."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._now = now
        self._failed = 0
        self._until = 0.0
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Before asking. Raises `RoadsUnavailable` while nobody may ask."""
        with self._lock:
            if self._failed < self._most:
                return
            left = self._until - self._now()
            if left > 0:
                raise RoadsUnavailable(retry_after=max(1, ceil(left)))
            self._until = self._now() + self._rest_s  # this one tries; the others go on resting

    def succeeded(self) -> None:
        """The service answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """The service did not answer as it should."""
        with self._lock:
            self._failed += 1
            self._until = self._now() + self._rest_s
