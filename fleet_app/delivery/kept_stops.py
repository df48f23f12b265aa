"""The stops that a route had when it was deleted, as the audit log keeps them."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import noted

STOPS = "stops"
_DELETIONS = ("delete", "undo")
"""An undo that deletes tells of the stops as a deletion does."""


async def kept_stops(session: AsyncSession, route_id: int) -> list[int]:
    """The ids of the deliveries in their order, from the newest deletion of the route."""
    mine = (AuditEntry.kind == "route", AuditEntry.object_id == route_id)
    query = select(AuditEntry).where(*mine, col(AuditEntry.action).in_(_DELETIONS))
    query = query.order_by(col(AuditEntry.id).desc()).limit(1)
    unsealed = [
        one
        for one in reversed(noted(session))
        if (one.kind, one.object_id) == ("route", route_id) and one.action in _DELETIONS
    ]
    entry = unsealed[0] if unsealed else (await session.exec(query)).first()
    before = entry.changes.get(STOPS, [[]])[0] if entry is not None else []
    return [one for one in before if isinstance(one, int)] if isinstance(before, list) else []
