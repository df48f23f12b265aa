"""What entries of the audit log only number: the names of records, and the clock of each fleet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.audit.models import AuditEntry
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.listing import visible

_ID = "_id"


@dataclass(frozen=True, slots=True)
class Known:
    """Names of records by plural and id, and time zones by fleet."""

    names: Mapping[tuple[str, int], str] = field(default_factory=dict)
    zones: Mapping[int, tzinfo] = field(default_factory=dict)

    def zone(self, chain: int) -> tzinfo:
        """The clock of the fleet that a chain belongs to."""
        return self.zones.get(chain, UTC)


def pointed_to(kinds: Kinds, kind: Kind | None, column: str) -> str | None:
    """The plural of what a column holds the id of; None for any other column."""
    for spec in kind.references if kind else ():
        if spec.attribute == column:
            return spec.reference
    plural = f"{column.removesuffix(_ID)}s"
    return plural if column.endswith(_ID) and kinds.get(plural) is not None else None


async def known_to(
    session: AsyncSession, kinds: Kinds, principal: Principal, entries: Sequence[AuditEntry]
) -> Known:
    """What these entries name, as far as this person may see it."""
    wanted: dict[str, set[int]] = {}
    for plural, id_ in _numbered(kinds, entries):
        wanted.setdefault(plural, set()).add(id_)
    names: dict[tuple[str, int], str] = {}
    for plural, ids in wanted.items():
        kind = kinds[plural]
        if may(principal, kind.permission("read")):
            found = await _labels(session, kind, principal, ids)
            names |= {(plural, id_): label for id_, label in found.items()}
    return Known(names, await _zones(session, kinds, {entry.chain for entry in entries}))


def _numbered(kinds: Kinds, entries: Iterable[AuditEntry]) -> Iterator[tuple[str, int]]:
    by_name = {kind.name: kind for kind in kinds}
    for entry in entries:
        for column, values in entry.changes.items():
            plural = pointed_to(kinds, by_name.get(entry.kind), column)
            if plural is not None:
                yield from ((plural, one) for one in values if type(one) is int)


async def _labels(
    session: AsyncSession, kind: Kind, principal: Principal, ids: set[int]
) -> dict[int, str]:
    model = kind.model
    query = select(model).where(model.id.in_(ids), *visible(principal, kind))
    return {row.id: kind.label_of(row) for row in (await session.exec(query)).all()}


async def _zones(session: AsyncSession, kinds: Kinds, fleets: set[int]) -> dict[int, tzinfo]:
    model: Any = kinds["fleets"].model
    query = select(model.id, model.time_zone).where(model.id.in_(fleets))
    return {id_: ZoneInfo(name) for id_, name in (await session.exec(query)).all()}
