"""The audit log, and taking back what it tells of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.undo import Undo
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import records as schemas

router = APIRouter(tags=["audit log"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
_ANY_RECORD = {"id": 12, "fleet_id": 1, "name": "Van 12", "version": 4, "deleted_at": None}
_NOT_UNDOABLE = (
    "The record changed again since (`error.fields` names the fields), or this kind of change "
    "cannot be taken back; `error.type` is `not_undoable`."
)


@router.post(
    "/audit/{entry_id}/undo",
    summary="Take one change of a record back",
    description=(
        "A change gets its old values back, a deleted record is restored, a created or restored "
        "one deleted. Allowed to whoever may do that to the record now. The answer is the record."
    ),
    name="undo_change",
    responses=schemas.with_etag(
        schemas.answers(
            _ANY_RECORD, _403=schemas.NOT_ALLOWED, _404=schemas.UNKNOWN, _409=_NOT_UNDOABLE
        )
    ),
    response_class=Response,
)
async def undo_change(
    request: Request, entry_id: Identifier, actor: Annotated[Actor, allow("changes.undo")]
) -> Response:
    """The record as it is afterwards."""
    async with container(request).work() as session:
        undo = Undo(session, KINDS, actor, container(request).view())
        row = await undo.undo(entry_id)
    return ok(request, row, headers={"ETag": f'"{row["version"]}"'})
