"""How much one socket may ask for before it is taken for an attack."""

from __future__ import annotations

import time
from collections.abc import Callable


class Allowance:
    """A bucket of `burst` events per socket that fills again by `per_second`."""

    def __init__(
        self, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._rate = per_second
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, sid: str) -> bool:
        """Use one; False when the bucket is empty."""
        now = self._clock()
        left, since = self._left.get(sid, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left < 1:
            self._left[sid] = (left, now)
            return False
        self._left[sid] = (left - 1, now)
        return True

    def forget(self, sid: str) -> None:
        """The socket is gone."""
        self._left.pop(sid, None)
