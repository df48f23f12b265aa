"""What the outbox needs from the outside. Adapters live in `fleet_app.storage`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from fleet_app.outbox.changes import RecordChange

MISSED: tuple[int, Sequence[RecordChange]] = (0, ())
"""What `ChangeFeed.listen` yields first and after every gap: earlier news may be lost."""


class ChangeFeed(Protocol):
    """News of changed records, for every process that shows them to somebody."""

    async def announce(self, changes: Mapping[int, Sequence[RecordChange]]) -> None:
        """Tell everybody who listens now, by fleet. Raises `StoreUnavailable`, and soon."""

    def listen(self) -> AsyncIterator[tuple[int, Sequence[RecordChange]]]:
        """Yield (fleet id, changes) for every announcement, reconnecting by itself.

        Yields `MISSED` each time listening (re)starts.
        """
