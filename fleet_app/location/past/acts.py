"""How often somebody was too fast: facts by several limits at the same time are one act. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from fleet_app.location.past.models import StoredFact

_NEVER = datetime.max.replace(tzinfo=UTC)


def count_acts(facts: Iterable[StoredFact]) -> int:
    """How many there are of one vehicle, those that overlap in time being one."""
    acts, until = 0, None
    for fact in sorted(facts, key=lambda one: one.started_at):
        ended = fact.ended_at or _NEVER
        if until is None or fact.started_at > until:
            acts, until = acts + 1, ended
        until = max(until, ended)
    return acts
