"""Tells an outage once, not once for every partition that waits for its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fleet_app.kernel.errors import StoreUnavailable

log = logging.getLogger(__name__)

QUIET_SECONDS = 20.0
"""A store that nobody missed for so long was up again. Longer than any pause between attempts."""


class Outages:
    """The outages that one process has met."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met: dict[str, float] = {}

    def met(self, error: StoreUnavailable) -> None:
        """Somebody found a store down and will try again."""
        now = self._clock()
        before = self._met.get(error.store)
        self._met[error.store] = now
        if before is None or now - before > QUIET_SECONDS:
            log.warning("waiting for a store: %s", error)
