"""What the worker did since it was last asked."""

from __future__ import annotations

import time
from collections import Counter

from backend_jobs.outages import Outages
from fleet_app.kernel.errors import StoreUnavailable


class Meter:
    """Counts fixes handled, letters buried and waits for stores, by group."""

    def __init__(self) -> None:
        self._fixes: Counter[str] = Counter()
        self._buried: Counter[str] = Counter()
        self._waits: Counter[str] = Counter()
        self._since = time.monotonic()
        self.outages = Outages()

    def count(self, group: str, fixes: int) -> None:
        """`fixes` were handled by `group`."""
        self._fixes[group] += fixes

    def count_buried(self, group: str) -> None:
        """An entry went to the dead letters."""
        self._buried[group] += 1

    def count_wait(self, group: str, error: StoreUnavailable) -> None:
        """A store was down; said once an outage, however many wait for it."""
        self._waits[group] += 1
        self.outages.met(error)

    def line(self, held: int, backlog: int | None) -> str:
        """One line for the log; starts a new period. `backlog` None: the log does not answer."""
        now = time.monotonic()
        seconds, self._since = max(now - self._since, 1e-9), now
        rates = " ".join(f"{g}={n / seconds:.0f}/s" for g, n in sorted(self._fixes.items()))
        parts = [f"partitions={held}", f"backlog={'?' if backlog is None else backlog}", rates]
        parts += [f"buried[{g}]={n}" for g, n in sorted(self._buried.items())]
        parts += [f"waits[{g}]={n}" for g, n in sorted(self._waits.items())]
        for counter in (self._fixes, self._buried, self._waits):
            counter.clear()
        return " ".join(part for part in parts if part)
