"""Answers that are tables: CSV files and Excel workbooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Any

from starlette.responses import StreamingResponse

from fleet_app.kernel.media import Media
from fleet_app.records.sheets.files import Form, size_of
from mobile_api.downloads import content_disposition
from mobile_api.schemas.errors import ErrorEnvelope
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN

CHUNK = 256 * 1024
_BYTES = {"schema": {"type": "string", "format": "binary"}}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table.",
        "content": {Media.CSV.value: _BYTES, Media.XLSX.value: _BYTES},
    },
    403: {"model": ErrorEnvelope, "description": NOT_ALLOWED},
    404: {"model": ErrorEnvelope, "description": UNKNOWN},
}
"""The documented answers of a table's address."""


def table(file: IO[bytes], form: Form, name: str) -> StreamingResponse:
    """A written table as a download called `name`; the file is closed at the end."""
    headers = {
        "Content-Disposition": content_disposition(name),
        "Content-Length": str(size_of(file)),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_chunks(file), media_type=form.media.value, headers=headers)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
