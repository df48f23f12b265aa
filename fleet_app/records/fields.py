"""What people may write into a record, field by field: one declaration for API, form and import."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from enum import Enum, StrEnum
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Choices: TypeAlias = type[Enum]


class FieldType(StrEnum):
    """How a field is shown, entered and compared."""

    TEXT = "text"
    LONGTEXT = "longtext"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    FLAG = "flag"
    TAGS = "tags"
    REFERENCE = "reference"
    LIST = "list"
    GEOMETRY = "geometry"
    """A shape as GeoJSON: of a record by itself, and not in lists, as it may be long."""


RANGES = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE,
                    FieldType.MOMENT})  # fmt: skip
"""Types that can be asked for from one value to another."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a field is beyond its Python type.

    `column` is the table's column when it has another name; `reference` the plural of the kind
    that the field's id points to; `secret` fields can be written but never read. `known` are words
    for values of a text that people choose among, though it may hold others. `for_many` says
    whether many records are given the same at once, where that does not follow from the type.
    `unset` is the stored value of what was never told, `usual` what holds instead of a number that
    is empty. `line` writes an entry of a list as the one line that the fields model reads.
    """

    name: str = ""
    title: str = ""
    type: FieldType = FieldType.TEXT
    help: str = ""
    unit: str | None = None
    group: str = ""
    choices: Choices | None = None
    known: Mapping[str, str] = member(default_factory=dict)
    suggestions: Sequence[str] = ()
    reference: str | None = None
    column: str | None = None
    aliases: Sequence[str] = ()
    required: bool = False
    shown: bool = True
    sortable: bool = True
    filterable: bool = True
    importable: bool = True
    secret: bool = False
    max_length: int | None = None
    width: int | None = None
    input: str = ""
    created_only: bool = False
    example: Any = None
    unset: Any = None
    usual: float | None = None
    for_many: bool | None = None
    line: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def attribute(self) -> str:
        """The attribute of the stored row."""
        return self.column or self.name

    @property
    def options(self) -> list[dict[str, str]]:
        """Values and words of a choice."""
        if self.known:
            return [{"value": value, "label": label} for value, label in self.known.items()]
        return [
            {"value": str(one.value), "label": words_of(str(one.value))}
            for one in (self.choices or ())
        ]


def field(
    title: str,
    type: FieldType = FieldType.TEXT,
    *,
    default: Any = ...,
    example: Any = None,
    help: str = "",
    **details: Any,
) -> Any:
    """A field of a `Fields` model. `details` are limits for pydantic and members of `Spec`."""
    limits = {name: details.pop(name) for name in _LIMITS if name in details}
    if "max_length" in limits and type not in (FieldType.TAGS, FieldType.LIST):
        details["max_length"] = limits["max_length"]
    info: FieldInfo = Field(
        default,
        title=title,
        description=_told(help, details) or None,
        examples=[example] if example is not None else None,
        **limits,
    )
    info.metadata.append(
        Spec(title=title, type=type, help=help, required=default is ..., example=example, **details)
    )
    return info


def _told(help: str, details: Mapping[str, Any]) -> str:
    """What the API says about a field."""
    usual, unit = details.get("usual"), details.get("unit") or ""
    return help if usual is None else f"{help}. Empty means {usual:g} {unit}".strip(". ")


_LIMITS = ("max_length", "min_length", "ge", "le", "gt", "lt", "pattern")


class Fields(BaseModel):
    """Base of every record's writable fields. Unknown ones are refused."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, use_enum_values=False, allow_inf_nan=False
    )


def specs_of(fields: type[Fields]) -> tuple[Spec, ...]:
    """The specs of a model's fields, in their order."""
    return tuple(_spec(name, info) for name, info in fields.model_fields.items())


def _spec(name: str, info: FieldInfo) -> Spec:
    for one in info.metadata:
        if isinstance(one, Spec):
            return Spec(**{**one.__dict__, "name": name})
    raise TypeError(f"{name} was not declared with field()")


def words_of(value: str) -> str:
    """`out_for_delivery` as people read it."""
    text = re.sub(r"_+", " ", value)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A column that nobody writes: `expression(context)` is its SQL.

    A choice among texts names its `options`. `order(context)` is what sorting compares instead.
    """

    name: str
    title: str
    type: FieldType = FieldType.TEXT
    expression: Any
    order: Any = None
    options: Sequence[str] = ()
    unit: str | None = None
    shown: bool = True
    sortable: bool = True
    filterable: bool = True
    width: int | None = None
    live: bool = False
    example: Any = None
    extra: dict[str, Any] = member(default_factory=dict)
