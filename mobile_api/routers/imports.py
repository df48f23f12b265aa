"""Spreadsheets on their way into the records.

Upload, map the columns, check, run; then fix what was wrong and upload that again. Checking and
running take their time in the background: ask for the import to see `handled` of `total` rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.imports.problems import words_of_problem
from fleet_app.records.models import Import
from fleet_app.records.sheets.files import Form
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.multipart import UploadForm
from mobile_api.schemas import imports as schemas
from mobile_api.sheets import TABLE, table

router = APIRouter(tags=["imports"])

User = Annotated[Actor, allow("imports.use")]
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
FleetId = Annotated[int | None, Query(gt=0, lt=2**63, description="For administrators.")]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.post(
    "/imports",
    status_code=201,
    responses=schemas.UPLOAD,
    response_class=Response,
    openapi_extra=schemas.FORM,
)
async def upload_import(request: Request, actor: User) -> Response:
    """Send a sheet. The answer has its headers, its first rows and a guess at its columns.

    Nothing is imported yet. A sheet with the headers of an earlier one is mapped as that one was,
    and one that `corrects` an import is, with what else was chosen for that.
    """
    form = await UploadForm.read(request)
    record = await container(request).imports.upload(
        actor,
        form.chunks(),
        kind=form.fields.get("kind", ""),
        name=form.filename,
        fleet_id=_number(form.fields, "fleet_id", "a fleet"),
        corrects=_number(form.fields, "corrects", "an import"),
    )
    headers = {"Location": f"/api/v1/imports/{record.id}"}
    return await _answer(request, record, status=201, headers=headers)


@router.get("/imports", responses=schemas.MANY, response_class=Response)
async def list_imports(
    *,
    request: Request,
    actor: User,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    fleet_id: FleetId = None,
    page: Page = 1,
    limit: Limit = 50,
) -> Response:
    """The fleet's imports, the newest first, without their samples."""
    imports = container(request).imports
    found, total = await imports.page(
        actor.principal, page=page, limit=limit, kind=kind, fleet_id=fleet_id
    )
    names = await imports.names(found)
    families = await imports.families(found)
    views = [
        schemas.view(one, KINDS[one.kind], names, families[one.id or 0], whole=False)
        for one in found
    ]
    return ok(request, views, pagination=Pagination(page, limit, total))


@router.get("/imports/template.{form}", responses=TABLE, response_class=StreamingResponse)
async def download_import_template(
    request: Request,
    actor: User,
    form: Form,
    kind: Annotated[str, Query(max_length=40, description="Such as `vehicles`.")],
) -> Response:
    """An empty sheet with every column that the records of a kind can have."""
    file = await container(request).imports.template(actor.principal, kind, form)
    return table(file, form, f"{KINDS[kind].label_plural} - template.{form}")


@router.get("/imports/{identifier}", responses=schemas.ONE, response_class=Response)
async def get_import(request: Request, actor: User, identifier: Identifier) -> Response:
    """One import: how far it is, what can be done with it (`can`), and what its columns can be."""
    record = await container(request).imports.get(actor.principal, identifier)
    return await _answer(request, record)


@router.put("/imports/{identifier}/mapping", responses=schemas.STEP, response_class=Response)
async def map_import(
    request: Request, actor: User, identifier: Identifier, body: schemas.MappingIn
) -> Response:
    """Say which columns are which fields, and how to read what the cells leave open.

    `questions` are what has to be said before a check or a run, unless it has an `answer` from the
    file's other columns or from an earlier file; what was said is remembered for the next file.
    """
    record = await container(request).imports.map(
        actor, identifier, body.columns, body.date_order,
        decimal_mark=body.decimal_mark, words=body.words,
    )  # fmt: skip
    return await _answer(request, record)


@router.post("/imports/{identifier}/check", responses=schemas.STEP, response_class=Response)
async def check_import(request: Request, actor: User, identifier: Identifier) -> Response:
    """Have every row tried in the background; nothing is stored.

    Until `state` is `checked`, `handled` of `total` rows are done; `created`, `updated` and
    `unchanged` say what running it would do, `failed` how many rows are not right.
    """
    return await _answer(request, await container(request).imports.check(actor, identifier))


@router.post("/imports/{identifier}/run", responses=schemas.STEP, response_class=Response)
async def run_import(request: Request, actor: User, identifier: Identifier) -> Response:
    """Have the rows that are right stored in the background; the others become problems.

    A row whose external reference (else its key, such as the registration) is known changes that
    record: only with what its cells say, empty ones change nothing. A run that was cancelled or
    interrupted goes on where it was.
    """
    return await _answer(request, await container(request).imports.run(actor, identifier))


@router.post("/imports/{identifier}/cancel", responses=schemas.STEP, response_class=Response)
async def cancel_import(request: Request, actor: User, identifier: Identifier) -> Response:
    """Stop a check or a run. Rows that are stored by then stay."""
    return await _answer(request, await container(request).imports.cancel(actor, identifier))


@router.post("/imports/{identifier}/undo", responses=schemas.STEP, response_class=Response)
async def undo_import(request: Request, actor: User, identifier: Identifier) -> Response:
    """Delete, in the background, the records that this import made and nobody changed since.

    Records that were there before stay as the import left them.
    """
    return await _answer(request, await container(request).imports.undo(actor, identifier))


@router.get("/imports/{identifier}/problems", responses=schemas.PROBLEMS, response_class=Response)
async def list_import_problems(
    *,
    request: Request,
    actor: User,
    identifier: Identifier,
    page: Page = 1,
    limit: Limit = 50,
) -> Response:
    """Rows that are not right, by their number in the sheet, and what is wrong with which field."""
    imports = container(request).imports
    record = await imports.get(actor.principal, identifier)
    found, total = await imports.problems(actor.principal, identifier, page=page, limit=limit)
    kind = KINDS[record.kind]
    views = [schemas.problem_view(one, words_of_problem(kind, one.errors)) for one in found]
    return ok(request, views, pagination=Pagination(page, limit, total))


@router.get(
    "/imports/{identifier}/problems.{form}", responses=TABLE, response_class=StreamingResponse
)
async def download_import_problems(
    request: Request, actor: User, identifier: Identifier, form: Form
) -> Response:
    """The rows that are not right as a sheet: correct them there and upload it again.

    A first column says what is wrong; it may stay where it is.
    """
    imports = container(request).imports
    record, file = await imports.problems_sheet(actor.principal, identifier, form)
    return table(file, form, f"{record.filename.rpartition('.')[0]} - problems.{form}")


async def _answer(
    request: Request,
    record: Import,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    imports = container(request).imports
    names, families = await imports.names([record]), await imports.families([record])
    shown = schemas.view(record, KINDS[record.kind], names, families[record.id or 0], whole=True)
    return ok(request, shown, status=status, headers=headers)


def _number(fields: Mapping[str, str], name: str, what: str) -> int | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63):
        message = f"must be the number of {what}"
        raise InvalidInput(f"{name} {message}", fields={name: message})
    return int(text)
