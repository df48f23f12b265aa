"""The history of one record, for whoever may see the record."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.reading import AuditLog
from fleet_app.kernel.errors import NotFound
from fleet_app.records.kinds import Kinds, View
from fleet_app.records.listing import Listing


class History:
    """What happened to records, in the caller's transaction."""

    def __init__(self, session: AsyncSession, kinds: Kinds, view: View) -> None:
        self._session = session
        self._kinds = kinds
        self._view = view

    async def of(
        self, principal: Principal, plural: str, object_id: int, *, page: int = 1, limit: int = 50
    ) -> tuple[list[AuditEntry], int]:
        """One page of a record's entries, newest first, and how many there are.

        Raises `Forbidden` or `NotFound` as reading the record does; deleted ones have a history.
        """
        kind = self._kinds.get(plural)
        if kind is None:
            raise NotFound("Kind", plural)
        listing = Listing(self._session, self._kinds, kind, self._view)
        if await listing.one(principal, object_id) is None:
            raise NotFound(kind.label, object_id)
        return await AuditLog(self._session).of_object(kind.name, object_id, page=page, limit=limit)
