"""Examples in the API's description, with the nulls that the framework takes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any


def restore_nulls(description: dict[str, Any]) -> None:
    """Put null where an answer's example lacks a property that its schema requires.

    FastAPI writes descriptions down without any null, also where it says something.
    """
    known = description["components"]["schemas"]
    for operations in description["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    if "example" in content:
                        _restore(content["example"], content.get("schema", {}), known)


def _restore(example: Json, schema: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", maxsplit=1)[-1]]
    if isinstance(example, list):
        for one in example:
            _restore(one, schema.get("items", {}), known)
    if not isinstance(example, dict):
        return
    for name in schema.get("required", ()):
        example.setdefault(name, None)
    for name, one in schema.get("properties", {}).items():
        if name in example:
            _restore(example[name], one, known)
