"""Descriptions of forms that carry a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def file_form(
    file: str, *, required: Sequence[str] = (), **fields: tuple[str, str]
) -> dict[str, Any]:
    """A form with a part `file`, described in words, and `fields`: their types and words."""
    properties = {
        name: {"type": kind, "description": text} for name, (kind, text) in fields.items()
    }
    properties["file"] = {"type": "string", "format": "binary", "description": file}
    schema = {"type": "object", "required": [*required, "file"], "properties": properties}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
