"""Photographs and papers: sending one, and getting it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from fleet_app.access.actor import Actor
from fleet_app.fleet.models import File
from fleet_app.kernel.media import PAPERS
from mobile_api.deps import allow, container
from mobile_api.downloads import content_disposition, matches
from mobile_api.envelope import ok
from mobile_api.multipart import UploadForm
from mobile_api.schemas import files as schemas

router = APIRouter(tags=["files"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
FleetId = Annotated[int | None, Query(gt=0, lt=2**63, description="For administrators.")]


@router.post(
    "/files",
    status_code=201,
    responses=schemas.UPLOADED,
    response_class=Response,
    openapi_extra=schemas.FORM,
)
async def upload_file(
    request: Request,
    actor: Annotated[Actor, allow("files.create")],
    fleet_id: FleetId = None,
) -> Response:
    """Send a picture or a PDF. A file that no record refers to is deleted after a day."""
    form = await UploadForm.read(request)
    file = await container(request).file_service.upload(
        actor, form.chunks(), name=form.filename, fleet_id=fleet_id
    )
    view = schemas.file_view(file)
    return ok(request, view, status=201, headers={"Location": view["url"]})


@router.get("/files/{file_id}", responses=schemas.CONTENT, response_class=Response)
async def download_file(
    request: Request, actor: Annotated[Actor, allow("files.read")], file_id: Identifier
) -> Response:
    """The file itself. Its content never changes, so ask with `If-None-Match`."""
    files = container(request).file_service
    file = await files.file(actor.principal, file_id)
    headers = _headers(file)
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    content = await files.content(file)
    headers["Content-Length"] = str(file.size)
    return StreamingResponse(content, headers=headers, media_type=file.media_type)


def _headers(file: File) -> dict[str, str]:
    """What somebody uploaded must never act as a page of ours, whatever a browser takes it for."""
    return {
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(file.name, inline=file.media_type in PAPERS),
        "Content-Security-Policy": "sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
