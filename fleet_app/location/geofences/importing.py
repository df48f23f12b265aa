"""Files of zones on their way into the records: one transaction, every feature with its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Depot
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.geofences.reading import ReadFile
from fleet_app.location.geofences.spelling import shape_from
from fleet_app.location.zones.checking import swapped_hint
from fleet_app.location.zones.shapes import Position
from fleet_app.records.service import Records

CREATED, UPDATED, UNCHANGED, FAILED = "created", "updated", "unchanged", "failed"


class ZoneOutcome(msgspec.Struct, kw_only=True):
    """What became of one zone of a file; `question` is what whoever drew it may want to check."""

    name: str
    what: str
    id: int | None = None
    message: str = ""
    fields: dict[str, str] = {}
    question: str = ""


class FileOutcome(msgspec.Struct, kw_only=True):
    """What became of a file. `problems` are of features that are no zone at all."""

    dry_run: bool
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    zones: list[ZoneOutcome] = []
    problems: list[str] = []


class ZoneImport:
    """Stores what a file holds, in the caller's transaction."""

    def __init__(self, session: AsyncSession, records: Records, fleet_id: int) -> None:
        self._session = session
        self._records = records
        self._fleet_id = fleet_id

    async def store(self, file: ReadFile, *, dry_run: bool) -> FileOutcome:
        """Add each zone, or change the one of its external reference or its name."""
        outcome = FileOutcome(dry_run=dry_run, problems=file.problems)
        by_reference, by_name = await self._known(file.rows)
        home, taken = await self._home(), set[int]()
        for row in file.rows:
            known = by_reference.get(str(row.get("external_reference", "")))
            known = known or by_name.get(row["name"].lower())
            told = await self._one(row, known, taken)
            told.question = _question(row, home) if told.what != FAILED else ""
            outcome.zones.append(told)
            if told.id is not None:
                taken.add(told.id)
                by_name.setdefault(row["name"].lower(), told.id)
        for one in (CREATED, UPDATED, UNCHANGED, FAILED):
            setattr(outcome, one, sum(zone.what == one for zone in outcome.zones))
        outcome.failed += len(file.problems)
        return outcome

    async def _one(self, row: Mapping[str, Any], known: int | None, taken: set[int]) -> ZoneOutcome:
        name = str(row["name"])[:200]
        try:
            if known in taken:
                message = "there is another zone of this name or reference in the file"
                raise InvalidInput(message, fields={"name": message})
            async with attempt(self._session):
                if known is None:
                    id_, _ = await self._records.add({**row, "fleet_id": self._fleet_id})
                    return ZoneOutcome(name=name, what=CREATED, id=id_)
                changed = await self._records.change(known, row)
                return ZoneOutcome(name=name, what=UPDATED if changed else UNCHANGED, id=known)
        except FleetError as error:
            return ZoneOutcome(
                name=name, what=FAILED, message=error.message, fields=dict(error.fields)
            )

    async def _known(
        self, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[dict[str, int], dict[str, int]]:
        """The fleet's zones by external reference and by name, of those that the file names."""
        names = {str(row["name"]).lower() for row in rows}
        query = select(Geofence.id, Geofence.name, Geofence.external_reference).where(
            Geofence.fleet_id == self._fleet_id, col(Geofence.deleted_at).is_(None)
        )
        references = {str(row["external_reference"]) for row in rows if "external_reference" in row}
        named = func.lower(col(Geofence.name)).in_(names)
        query = query.where(named | col(Geofence.external_reference).in_(references))
        found = [(id_ or 0, *rest) for id_, *rest in await self._session.exec(query)]
        return (
            {reference: id_ for id_, _, reference in found if reference},
            {name.lower(): id_ for id_, name, _ in found},
        )

    async def _home(self) -> Position | None:
        """Where the fleet is: at one of its depots."""
        query = select(col(Depot.lon), col(Depot.lat)).where(
            Depot.fleet_id == self._fleet_id,
            col(Depot.deleted_at).is_(None),
            col(Depot.lat).is_not(None),
        )
        found = (await self._session.exec(query.order_by(col(Depot.id)).limit(1))).first()
        return None if found is None else (found[0] or 0.0, found[1] or 0.0)


def _question(row: Mapping[str, Any], home: Position | None) -> str:
    return (swapped_hint(shape_from(row), home) or "") if home else ""
