"""Whether what a record points to is there, for the fleet that the record belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.errors import NotFound
from fleet_app.kernel.media import IMAGES, PAPERS, Media, words_for
from fleet_app.records.fields import Spec
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.problems import invalid

FILE_INPUTS: Mapping[str, frozenset[Media]] = {"photo": IMAGES, "file": PAPERS}
"""Fields with these inputs hold the id of an uploaded file, which is one of these kinds."""
# Tables of domains above are named here, not imported. The share lock keeps a file from being
# tidied away between this look and the commit.
_FILE = text("SELECT media_type FROM files WHERE id = :id AND fleet_id = :owner FOR KEY SHARE")
_FLEET = text("SELECT 1 FROM fleets WHERE id = :id AND deleted_at IS NULL FOR KEY SHARE")


async def require_fleet(session: AsyncSession, fleet_id: int) -> None:
    """Raises `NotFound` for a fleet that does not exist or is deleted."""
    connection = await session.connection()
    if (await connection.execute(_FLEET, {"id": fleet_id})).first() is None:
        raise NotFound("Fleet", fleet_id)


async def require_targets(
    session: AsyncSession,
    kinds: Kinds,
    kind: Kind,
    fields: Mapping[str, Any],
    *,
    owner: int | None,
    only: Mapping[str, Any] | None = None,
) -> None:
    """Raises `InvalidInput` for ids of records and files that are not there for this fleet.

    `only` names the fields to look at; None means all of them.
    """
    problems = {}
    for spec in kind.specs:
        identifier = fields[spec.name]
        if identifier is None or (only is not None and spec.name not in only):
            continue
        if spec.input in FILE_INPUTS:
            problem = await _file_problem(session, spec, identifier, owner)
        else:
            is_there = await _is_there(session, kinds, spec, identifier, owner)
            problem = None if is_there else _missing(spec)
        if problem is not None:
            problems[spec.name] = problem
    if problems:
        raise invalid(problems)


def _missing(spec: Spec) -> str:
    return f"there is no such {spec.title.lower()}"


async def _file_problem(
    session: AsyncSession, spec: Spec, identifier: Any, owner: int | None
) -> str | None:
    connection = await session.connection()
    found = await connection.execute(_FILE, {"id": identifier, "owner": owner or 0})
    media, accepted = found.scalar(), FILE_INPUTS[spec.input]
    if media is None:
        return _missing(spec)
    return None if media in accepted else f"is not {words_for(accepted)}"


async def _is_there(
    session: AsyncSession, kinds: Kinds, spec: Spec, identifier: Any, owner: int | None
) -> bool:
    if spec.reference is None:
        return True
    target = kinds.get(spec.reference)
    return target is not None and await _exists(session, target, identifier, owner)


async def _exists(session: AsyncSession, target: Kind, identifier: int, owner: int | None) -> bool:
    model = target.model
    query = select(model.id).where(model.id == identifier, model.deleted_at.is_(None))
    if owner is not None:
        query = query.where(getattr(model, target.tenant) == owner)
    return (await session.exec(query)).first() is not None
