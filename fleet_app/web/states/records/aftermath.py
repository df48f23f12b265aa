"""What came with a change that nobody would expect, for the message about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import get_container

LOST = "not_brought_back"
"""Under this name the audit log tells which deliveries a restored route could not get back."""
NAMED = 3


def lost_words(entries: Iterable[AuditEntry]) -> str:
    """Which deliveries did not come back onto their route, and why; empty when all did."""
    names = [name for one in entries for name in _lost(one)]
    if not names:
        return ""
    more = len(names) - NAMED
    told = ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
    they = "It is" if len(names) == 1 else "They are"
    return (
        f"Not back on the route: {told}. {they} on another route by now, called off, deleted, or"
        " not on the map."
    )


async def lost_since(entries: Sequence[int]) -> str:
    """The same, by the numbers of stored audit entries."""
    async with get_container().work() as session:
        found = [await session.get(AuditEntry, one) for one in entries]
    return lost_words(one for one in found if one is not None)


def _lost(entry: AuditEntry) -> list[str]:
    after = (entry.changes.get(LOST) or [None, None])[-1]
    return [str(one) for one in after] if isinstance(after, list) else []
