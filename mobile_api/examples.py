"""Examples in the API's description, with the nulls that the framework takes out of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Json = Any
_STATUS = {"status": "completed", "occurred_at": "2026-11-22T10:15:30Z"}
BODIES: Mapping[str, Json] = {
    "DeviceCreate": {"vehicle_id": 12, "name": "Phone of van 12", "speed_unit": "kn"},
    "MappingIn": {"columns": {"0": "name", "1": "registration_number"}},
    "ViewFields": {"name": "Late today", "shared": True},
    "StatusBulk": {"changes": [_STATUS | {"delivery_id": 17}, _STATUS | {"delivery_id": 18}]},
}
"""Examples of whole bodies, by the name of their schema, where the schema has none itself."""
_VALUES = {
    "email": "aino@example.com",
    "username": "aino@example.com",
    "password": "correct horse battery",
    "refresh_token": "frt_…",
}
"""Examples of the values with which people sign in."""


def complete_bodies(description: dict[str, Any]) -> None:
    """Put an example beside every body that is not a file, for programs that look nowhere else."""
    known = description["components"]["schemas"]
    for operations in description["paths"].values():
        for operation in operations.values():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                has_one = "example" in content or "examples" in content
                if has_one or kind.startswith("multipart/"):
                    continue
                if (example := _body(content["schema"], known)) is not None:
                    content["example"] = copy.deepcopy(example)


def _body(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Json:
    """None for a body of any shape; KeyError for a schema that nobody has given an example."""
    schema = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", maxsplit=1)[-1]
        return known[name].get("example") or BODIES[name]
    if "properties" not in schema:
        return None
    return {name: _VALUES[name] for name in schema["properties"]}


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
