"""Fixes waiting to be sent: kept until the server has them, whatever happens on the way."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from fleet_app.simulation.api import Channel, Refused, Report, TryLater
from fleet_app.simulation.logins import write_private

logger = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
FAULTS_OF_THE_BODY = frozenset({400, 413, 422})
"""Statuses after which the same fixes would be refused again and again."""


@dataclass
class Tally:
    """Counts over all vehicles, for the progress line."""

    sent: int = 0
    quarantined: int = 0
    refused: int = 0
    failures: int = 0
    last_problem: str = ""


class Outbox:
    """One vehicle's buffer. Times are seconds of any rising clock."""

    def __init__(self, channel: Channel, tally: Tally, random: Random) -> None:
        self._channel = channel
        self._tally = tally
        self._random = random
        self._waiting: deque[Report] = deque()
        self._wait = 0.0
        self._not_before = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> list[Report]:
        """What the server has not confirmed yet, oldest first."""
        return list(self._waiting)

    def add(self, report: Report) -> None:
        """Keep a fix."""
        self._waiting.append(report)

    async def flush(self, now: float) -> bool:
        """Send everything unless a failure was too recent; whether nothing is left."""
        while self._waiting and now >= self._not_before:
            batch = [self._waiting[i] for i in range(min(len(self), self._channel.largest))]
            try:
                receipt = await self._channel.send(batch)
            except TryLater as problem:
                self._back_off(now, problem)
                return False
            except Refused as problem:
                if problem.status not in FAULTS_OF_THE_BODY:
                    # A login that does not work yet, or no longer: somebody can mend that.
                    self._back_off(now, TryLater(str(problem), LONGEST_WAIT_S / 2))
                    return False
                self._give_up(len(batch), problem)
            else:
                self._tally.sent += receipt.accepted
                self._tally.quarantined += receipt.quarantined
            self._wait = 0.0
            for _ in batch:
                self._waiting.popleft()
        return not self._waiting

    def _back_off(self, now: float, problem: TryLater) -> None:
        self._tally.failures += 1
        self._tally.last_problem = str(problem)
        self._wait = min(max(2 * self._wait, FIRST_WAIT_S), LONGEST_WAIT_S)
        # Spread out: after an outage not everybody should come back in the same moment.
        wait = max(self._wait * self._random.uniform(0.7, 1.3), problem.retry_after or 0.0)
        self._not_before = now + wait

    def _give_up(self, count: int, problem: Refused) -> None:
        self._tally.refused += count
        self._tally.last_problem = str(problem)
        logger.error("The server refused %d fixes for good: %s", count, problem)


def save_unsent(file: Path, boxes: Mapping[str, Outbox]) -> None:
    """Keep what the server has not confirmed for the next run."""
    unsent = {name: box.waiting for name, box in boxes.items() if len(box)}
    if unsent:
        logger.warning("%d fixes are kept for the next run", sum(map(len, unsent.values())))
        write_private(file, msgspec.json.encode(unsent))
    else:
        file.unlink(missing_ok=True)


def load_unsent(file: Path, boxes: Mapping[str, Outbox]) -> None:
    """Put what the last run could not send into its boxes."""
    try:
        unsent = msgspec.json.decode(file.read_bytes(), type=dict[str, list[Report]])
    except (OSError, msgspec.DecodeError):
        return
    for name, reports in unsent.items():
        for report in reports:
            if name in boxes:
                boxes[name].add(report)
