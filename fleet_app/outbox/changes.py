"""Which records a unit of work changed, so that the screens showing them refresh.

No domain event: nothing acts on it, nothing is stored, and a lost one costs a screen its refresh
until the next. `Container.work` announces what was collected here, after its commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

PENDING = "changed_records"
"""Where a session keeps what its transaction changed until the commit."""
MOST_IDS = 200
"""Above this many records of a kind nobody is told which; a screen then simply reads again."""

What = Literal["created", "updated", "deleted", "restored"]


class RecordChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records of one kind, named as in the API (`deliveries`). `ids` None: too many to name."""

    kind: str
    what: What
    ids: tuple[int, ...] | None = None


def changed(
    session: Any, fleet_id: int | None, kind: str, ids: Iterable[int], *, what: What = "updated"
) -> None:
    """Tell the screens of a fleet about changed records, if the transaction commits.

    `kind` is the plural as in the API, such as `deliveries`. Records of no fleet concern no screen.
    """
    if fleet_id is None:
        return
    pending = session.info.setdefault(PENDING, {})
    found = pending.setdefault(fleet_id, {}).setdefault((kind, what), {})
    found.update(dict.fromkeys(ids))


def take_changes(session: Any) -> dict[int, list[RecordChange]]:
    """What changed so far, by fleet, which is no longer pending then."""
    pending: dict[int, dict[tuple[str, What], dict[int, None]]] = session.info.pop(PENDING, {})
    return {
        fleet_id: [_change(kind, what, ids) for (kind, what), ids in kinds.items() if ids]
        for fleet_id, kinds in pending.items()
    }


def _change(kind: str, what: What, ids: dict[int, None]) -> RecordChange:
    named = tuple(ids) if len(ids) <= MOST_IDS else None
    return RecordChange(kind=kind, what=what, ids=named)
