"""What a person may learn from a record about the records that it points to.

Their names, and with them any order or condition, only where the matrix lets the person read that
kind at all. The bare number of what is pointed to is part of the record itself.
"""

from __future__ import annotations

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.kernel.errors import Forbidden
from fleet_app.records.fields import Computed, Spec
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.query import ListQuery, columns_of


def target_of(principal: Principal, kinds: Kinds, column: Spec | Computed) -> Kind | None:
    """The kind that a column points to, if this person may read it; None for other columns."""
    plural = column.reference if isinstance(column, Spec) else None
    kind = kinds.get(plural) if plural else None
    return kind if kind is not None and may(principal, kind.permission("read")) else None


def in_sight(principal: Principal, kinds: Kinds, column: Spec | Computed) -> bool:
    """False for a column that points to what this person may not read."""
    points = isinstance(column, Spec) and column.reference is not None
    return not points or target_of(principal, kinds, column) is not None


def require_in_sight(principal: Principal, kinds: Kinds, kind: Kind, query: ListQuery) -> None:
    """Raises `Forbidden` for an order or a condition that tells of what the person may not read."""
    columns = columns_of(kind)
    asked = [*(name for name, _ in query.sort), *(one.column for one in query.filters)]
    for column in (columns[name] for name in asked):
        if not in_sight(principal, kinds, column):
            message = f"Your role does not allow to ask for {column.title.lower()}"
            raise Forbidden(message, fields={column.name: "is not for your role"})
