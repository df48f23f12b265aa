"""Files as the API shows them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from fleet_app.fleet.models import File
from mobile_api.body import FILES
from mobile_api.schemas.errors import ErrorEnvelope, MetaOut, answer_example, error_example
from mobile_api.schemas.forms import file_form

EXAMPLE = {
    "id": 12,
    "name": "Van 7 from the left.jpg",
    "media_type": "image/jpeg",
    "size": 482_113,
    "url": f"{FILES}/12",
}


class FileOut(BaseModel):
    """A file that was uploaded."""

    id: int
    name: str = Field(description="Cleaned; its suffix fits the content.")
    media_type: str = Field(description="Found out from the content.")
    size: int = Field(description="In bytes.")
    url: str = Field(description="Where to get it, with the same proof of identity.")


class FileEnvelope(BaseModel):
    """The answer to an upload."""

    status: Literal["success"]
    code: int
    data: FileOut
    meta: MetaOut


def _error(text: str, status: int, kind: str) -> dict[str, Any]:
    example = {"example": error_example(status, kind)}
    return {"model": ErrorEnvelope, "description": text, "content": {"application/json": example}}


FORBIDDEN = _error("Your role does not allow this.", 403, "forbidden")
UPLOADED: dict[int | str, dict[str, Any]] = {
    201: {
        "model": FileEnvelope,
        "description": "The file is stored.",
        "content": {"application/json": {"example": answer_example(EXAMPLE, 201)}},
    },
    403: FORBIDDEN,
    404: _error("The fleet does not exist.", 404, "not_found"),
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"image/*": _BYTES, "application/pdf": _BYTES},
    },
    304: {"description": "You have it already, as your `If-None-Match` says."},
    403: FORBIDDEN,
    404: _error("The file does not exist.", 404, "not_found"),
}
FORM = file_form("A JPEG, PNG or WebP picture, or a PDF.")


def file_view(file: File) -> dict[str, Any]:
    """A file as `FileOut`."""
    return {
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "url": f"{FILES}/{file.id}",
    }
