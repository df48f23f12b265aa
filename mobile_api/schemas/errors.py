"""The error envelope, for the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from mobile_api.envelope import VERSION


class PaginationOut(BaseModel):
    """Which part of a list an answer holds."""

    page: int
    limit: int
    total: int


class MetaOut(BaseModel):
    """What every answer says about itself."""

    timestamp: datetime
    version: str
    request_id: str
    pagination: PaginationOut | None = None


class ErrorOut(BaseModel):
    """What went wrong."""

    type: str = Field(description="A fixed word for programs.")
    message: str = Field(description="A sentence for people.")
    fields: dict[str, str] = Field(description="What is wrong, by the place in the request.")


class ErrorEnvelope(BaseModel):
    """Every error answer."""

    status: Literal["error"]
    code: int
    data: None
    error: ErrorOut
    meta: MetaOut


def error_example(status: int, kind: str) -> dict[str, Any]:
    """An example of an error answer."""
    return {
        "status": "error",
        "code": status,
        "data": None,
        "error": {"type": kind, "message": "A sentence that says what is wrong", "fields": {}},
        "meta": meta_example(),
    }


def meta_example() -> dict[str, Any]:
    """An example of the meta part."""
    return {
        "timestamp": "2026-11-22T10:15:30.123456Z",
        "version": VERSION,
        "request_id": "9f86d081884c7d65",
    }


def answer_example(data: Any, code: int = 200) -> dict[str, Any]:
    """An example of a success answer around `data`."""
    return {"status": "success", "code": code, "data": data, "meta": meta_example()}
