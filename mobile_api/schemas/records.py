"""What the description of the API says about records: made from each kind's own declaration."""

from __future__ import annotations

import copy
from typing import Any

from fleet_app.records.fields import RANGES, Computed, FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.records.query import BASE_COLUMNS, IMPORT, Deleted, columns_of
from mobile_api.paging import cursor_parameter
from mobile_api.schemas.errors import ErrorEnvelope, answer_example, meta_example

NOT_ALLOWED = "The caller's role does not allow this."
UNKNOWN = "Unknown, or another fleet's."
TAKEN = "A value that must be unique is in use."
STALE = "The record changed since the version named in `If-Match`; `error.type` is `stale`."
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 64},
    "description": "The `ETag` you read: refuses the change when somebody else was faster.",
    "example": '"3"',
}
_JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.INTEGER: {"type": "integer"},
    FieldType.REFERENCE: {"type": "integer"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.MONEY: {"type": "number"},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.GEOMETRY: {"type": "object"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.MOMENT: {"type": "string", "format": "date-time"},
}
_MOMENT_EXAMPLE = "2026-11-22T10:15:30Z"


def body_of(kind: Kind, *, partial: bool = False) -> dict[str, Any]:
    """The request body of a creation, or of a change that names only some fields."""
    schema, example = fields_schema(kind, partial=partial), example_body(kind)
    if partial:
        example = dict(list(example.items())[:1])
    return {"required": True, "content": {"application/json": {"schema": schema,
                                                               "example": example}}}  # fmt: skip


def bulk_body_of(kind: Kind) -> dict[str, Any]:
    """The request body of many creations."""
    rows = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 500}
    schema = {"type": "object", "required": ["rows"], "properties": {"rows": rows}}
    example = {"rows": [example_body(kind)]}
    return {"required": True, "content": {"application/json": {"schema": schema,
                                                               "example": example}}}  # fmt: skip


def fields_schema(kind: Kind, *, partial: bool) -> dict[str, Any]:
    """JSON Schema of a kind's fields, in itself complete."""
    schema: dict[str, Any] = kind.fields.model_json_schema()
    definitions = schema.pop("$defs", {})
    schema = _inlined(schema, definitions)
    if kind.tenant == "fleet_id" and not partial:
        schema["properties"]["fleet_id"] = {
            "type": "integer",
            "description": "Only for administrators; everybody else adds to the own fleet.",
        }
    if partial:
        schema.pop("required", None)
        schema["minProperties"] = 1
    return schema


def example_body(kind: Kind) -> dict[str, Any]:
    """A record as somebody would send it."""
    return {spec.name: spec.example for spec in kind.specs if spec.example is not None}


def example_row(kind: Kind) -> dict[str, Any]:
    """A record as everybody reads it."""
    row: dict[str, Any] = {"id": 12, "fleet_id": 1}
    row |= {spec.name: spec.example for spec in kind.specs if not spec.secret}
    for spec in kind.references:
        example = None if spec.example is None else {"id": spec.example, "label": "ABC-123"}
        row[spec.name.removesuffix("_id")] = example
    row |= {one.name: one.example for one in kind.computed}
    return row | {
        "external_reference": None, "version": 1, "created_at": _MOMENT_EXAMPLE,
        "updated_at": _MOMENT_EXAMPLE, "deleted_at": None,
    }  # fmt: skip


def row_schema(kind: Kind) -> dict[str, Any]:
    """JSON Schema of a record as everybody reads it."""
    properties: dict[str, Any] = {"id": {"type": "integer"}, "fleet_id": _or_null("integer")}
    columns: list[Spec | Computed] = [*kind.specs, *kind.computed]
    for column in columns:
        if not getattr(column, "secret", False):
            properties[column.name] = _column_schema(column)
    for spec in kind.references:
        properties[spec.name.removesuffix("_id")] = _POINTED_TO
    moments = {name: _moment() for name in ("created_at", "updated_at")}
    properties |= {"version": {"type": "integer", "minimum": 1}, **moments}
    properties |= {"external_reference": _or_null("string"), "deleted_at": _moment(null=True)}
    # A page of a list is without shapes, of which each may be long.
    shapes = {spec.name for spec in kind.specs if spec.type is FieldType.GEOMETRY}
    return {
        "type": "object",
        "description": f"A {kind.label.lower()} as everybody reads it.",
        "properties": properties,
        "required": [name for name in properties if name not in shapes],
        "additionalProperties": False,
    }


def row_name(kind: Kind) -> str:
    """What the schema of a kind's rows is called in the API's description."""
    return kind.name.title().replace("_", "") + "Record"


_POINTED_TO = {
    "type": ["object", "null"],
    "properties": {"id": {"type": "integer"}, "label": {"type": "string"}},
    "required": ["id", "label"],
}


def _column_schema(column: Spec | Computed) -> dict[str, Any]:
    plain = _JSON_TYPES.get(column.type, {"type": "string"})
    if column.type in (FieldType.TAGS, FieldType.LIST):
        return {"type": "array"}
    if column.type is FieldType.CHOICE:
        words = [o["value"] if isinstance(o, dict) else o for o in column.options]
        return {"enum": [*words, None]} if isinstance(column, Computed) else {"enum": words}
    return plain | {"type": [plain["type"], "null"]}


def _or_null(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


def _moment(*, null: bool = False) -> dict[str, Any]:
    return {"type": ["string", "null"] if null else "string", "format": "date-time"}


def of_rows(
    kind: Kind, documented: dict[int | str, dict[str, Any]]
) -> dict[int | str, dict[str, Any]]:
    """The same answers, whose successful one holds rows of that kind."""
    documented = copy.deepcopy(documented)
    row = {"$ref": f"#/components/schemas/{row_name(kind)}"}
    for status, answer in documented.items():
        if int(status) < 300:
            properties = answer["content"]["application/json"]["schema"]["properties"]
            many = properties["data"]["type"] == "array"
            properties["data"] = {"type": "array", "items": row} if many else row
    return documented


def parameters_of(kind: Kind) -> list[dict[str, Any]]:
    """The query of a kind's list."""
    columns = columns_of(kind)
    sortable = [name for name, column in columns.items() if column.sortable]
    plain = [
        _parameter("page", {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
        cursor_parameter("the oldest"),
        _parameter("sort", {"type": "string"}, f"Columns, `-` for descending: {_list(sortable)}.",
                   kind.sort),
        _parameter("q", {"type": "string", "maxLength": 100},
                   f"Words to be found in {_list(kind.search)}."),
        _parameter("deleted", {"type": "string", "enum": list(Deleted)}),
        _parameter("fleet_id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
                   "One fleet, for administrators."),
        _parameter(IMPORT, {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
                   "What this import added or changed."),
    ]  # fmt: skip
    filters = [
        one
        for name, column in columns.items()
        if column.filterable and column not in BASE_COLUMNS
        for one in _filters(name, column)
    ]
    return plain + filters


def answers(example: Any, *, code: int = 200, **others: str) -> dict[int | str, dict[str, Any]]:
    """The documented answers: an example of success, and other statuses as `_404="…"`."""
    kind = "null" if example is None else "array" if isinstance(example, list) else "object"
    content = {"schema": _envelope(kind), "example": answer_example(example, code)}
    documented: dict[int | str, dict[str, Any]] = {
        code: {"description": "Done.", "content": {"application/json": content}}
    }
    for status, text in others.items():
        documented[int(status[1:])] = {"model": ErrorEnvelope, "description": text}
    return documented


def with_etag(documented: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The same answers, of which the successful one carries an `ETag`."""
    header = {"ETag": {"description": "The record's version.", "schema": {"type": "string"}}}
    documented = copy.deepcopy(documented)
    for status, answer in documented.items():
        if int(status) < 300:
            answer["headers"] = header
    return documented


def _envelope(kind: str) -> dict[str, Any]:
    meta = {"type": "object", "required": list(meta_example())}
    properties = {
        "status": {"const": "success"},
        "code": {"type": "integer"},
        "data": {"type": kind},
        "meta": meta,
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _filters(name: str, column: Spec | Computed) -> list[dict[str, Any]]:
    if column.type in RANGES:
        schema = _JSON_TYPES[column.type]
        return [_parameter(f"{name}.from", schema), _parameter(f"{name}.to", schema)]
    text = {"type": "string"}
    if column.type in (FieldType.CHOICE, FieldType.FLAG, FieldType.REFERENCE):
        return [_parameter(name, text, f"{column.title}, {_any_of(column)}")]
    return [_parameter(f"{name}.contains", text | {"maxLength": 100})]


def _any_of(column: Spec | Computed) -> str:
    if column.type is FieldType.FLAG:
        return "true or false."
    if column.type is FieldType.REFERENCE:
        return "ids separated by commas."
    words = column.options
    names = [one["value"] if isinstance(one, dict) else one for one in words]
    return f"any of {_list(names)}, separated by commas."


def _parameter(
    name: str, schema: dict[str, Any], description: str = "", example: Any = None
) -> dict[str, Any]:
    parameter = {"name": name, "in": "query", "required": False, "schema": schema}
    if description:
        parameter["description"] = description
    return parameter if example is None else parameter | {"example": example}


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", maxsplit=1)[-1]
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return {**_inlined(definitions[name], definitions), **_inlined(rest, definitions)}
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    return schema
