"""A kind of record: the one declaration that listing, API, grid, form and import are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.principal import Principal
from fleet_app.kernel.clock import utc_now
from fleet_app.records.fields import Computed, Fields, FieldType, Spec, specs_of


@dataclass(frozen=True, kw_only=True)
class View:
    """From when and where somebody looks: what computed columns may depend on."""

    now: datetime
    seen_after: datetime
    """A vehicle whose last fix is older is offline."""

    @classmethod
    def at_present(cls, offline_after_seconds: float = 300.0) -> View:
        """Looking now."""
        now = utc_now()
        return cls(now=now, seen_after=now - timedelta(seconds=offline_after_seconds))


@dataclass(frozen=True, kw_only=True)
class Write:
    """A record about to be stored: hooks see it, and may refuse by raising a `FleetError`.

    `values` are the columns to be set, `before` the columns as they were (empty on creation).
    `fields` are the values as the fields model holds them, `prepared` is what the kind's `prepare`
    made of what was sent. Before a record is deleted or restored
    there are none; what a hook puts into `values` then, as `[before, after]`, is what the audit
    log says of it.
    """

    session: AsyncSession
    actor: Actor
    row: Any
    values: dict[str, Any]
    before: Mapping[str, Any]
    fields: Mapping[str, Any]
    prepared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the record is being created."""
        return not self.before


Hook = Callable[[Write], Awaitable[None]]


Look = Callable[[Sequence[Mapping[str, Any]]], None]
Prepare = Callable[[Sequence[Mapping[str, Any]]], Awaitable[Mapping[str, Any]]]


async def _nothing(_: Write) -> None:
    return None


def _anything(_: Sequence[Mapping[str, Any]]) -> None:
    return None


async def _unprepared(_: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of record.

    `unique` maps the name of a unique index to the field and message of its violation; `key` is
    the field by which an import finds existing records besides the external reference; `loose`
    names fields that are searched and compared as `records.loose` does; `own`
    gives the condition for the records that are a driver's own business. `private` names columns
    besides the secret fields that nobody may read, in the audit log neither. `behind` are columns
    that hooks write besides the fields: the audit log names them by their titles, unless they are
    not `shown`, and an undo sets them back as well. `before_many` looks at the rows of one request
    before any is stored, and may refuse them all; `prepare` does with them, before the transaction,
    what takes long. `extra` may name the columns that a list shows `first`, after the name and the
    status, and fields that are one thing to people `together`, so that what two people did to it is
    not mixed.
    """

    name: str
    plural: str
    label: str
    label_plural: str
    model: Any
    fields: type[Fields]
    title: str = "name"
    search: Sequence[str] = ("name",)
    sort: str = "name"
    key: str | None = None
    loose: frozenset[str] = frozenset()
    tenant: str = "fleet_id"
    computed: Sequence[Computed] = ()
    join: Callable[[Any], Any] | None = None
    unique: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    own: Callable[[Principal], ColumnElement[bool]] | None = None
    before_save: Hook = _nothing
    after_save: Hook = _nothing
    before_delete: Hook = _nothing
    before_many: Look = _anything
    prepare: Prepare = _unprepared
    before_restore: Hook = _nothing
    private: frozenset[str] = frozenset()
    behind: Sequence[Spec] = ()
    creatable: bool = True
    icon: str = "file"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def specs(self) -> tuple[Spec, ...]:
        """The writable fields, in order."""
        return specs_of(self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Spec]:
        """The writable fields by name."""
        return {spec.name: spec for spec in self.specs}

    @cached_property
    def references(self) -> tuple[Spec, ...]:
        """The fields that point to other records."""
        return tuple(spec for spec in self.specs if spec.type is FieldType.REFERENCE)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The columns that nobody may read."""
        return self.private | {spec.attribute for spec in self.specs if spec.secret}

    def permission(self, action: str) -> str:
        """The permission for `action` on this kind."""
        return f"{self.plural}.{action}"

    def label_of(self, row: Any) -> str:
        """What a stored row is called."""
        return str(getattr(row, self.title, "") or f"{self.label} {row.id}")


class Kinds:
    """All kinds by plural."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._by_plural = {kind.plural: kind for kind in kinds}

    def __iter__(self) -> Any:
        return iter(self._by_plural.values())

    def __getitem__(self, plural: str) -> Kind:
        return self._by_plural[plural]

    def get(self, plural: str) -> Kind | None:
        """The kind, or None when there is none of that name."""
        return self._by_plural.get(plural)
