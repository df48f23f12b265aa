"""Lists as sheets: the same addresses for every kind of record."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.exports import chosen_columns
from fleet_app.records.kinds import Kind
from fleet_app.records.query import parse_query
from fleet_app.records.sheets.files import Form
from mobile_api.deps import allow, container
from mobile_api.schemas.records import parameters_of
from mobile_api.sheets import TABLE, table

COLUMNS = "columns"
_PAGING = frozenset({"page", "limit", "cursor"})


def export_router(kind: Kind) -> APIRouter:
    """The list of one kind as a CSV file and as an Excel workbook."""
    router = APIRouter(tags=[kind.label_plural.lower()])
    names = ", ".join(f"`{one.name}`" for one in chosen_columns(kind))
    about = f"Names of columns, with commas between them. Left out: {names}."
    exporting = allow(kind.permission("export"))
    # Not in the annotation, whose names FastAPI looks for in the module alone.
    chosen: Any = Query("", max_length=4000, description=about)

    @router.get(
        f"/{kind.plural}/export.{{form}}",
        summary=f"Export {kind.label_plural.lower()}",
        description="Every record that the list would show on all its pages, as a sheet that can "
        "be imported again. Times are in the fleet's time zone.",
        name=f"export_{kind.plural}",
        responses=TABLE,
        openapi_extra={"parameters": _parameters(kind)},
        response_class=StreamingResponse,
    )
    async def export_records(
        request: Request,
        form: Form,
        columns: str = chosen,
        actor: Actor = exporting,
    ) -> Response:
        items = request.query_params.multi_items()
        query = parse_query(kind, [item for item in items if item[0] != COLUMNS])
        export = await container(request).exports.write(actor, kind, query, form, columns)
        return table(export.file, form, export.name)

    return router


def _parameters(kind: Kind) -> list[dict[str, Any]]:
    return [one for one in parameters_of(kind) if one["name"] not in _PAGING]


ROUTERS = tuple(export_router(kind) for kind in KINDS)
