"""From a query to one page of rows, in SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import Scope, authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.records.fields import Computed, FieldType, Spec
from fleet_app.records.kinds import Kind, Kinds, View
from fleet_app.records.loose import loose, loose_sql
from fleet_app.records.models import Import, ImportedRow
from fleet_app.records.query import Deleted, Filter, ListQuery, Test, columns_of
from fleet_app.records.sight import require_in_sight, target_of

EXPORT_BATCH = 500
LOOSE_FROM = 3
"""Shorter pieces of a plate are searched to the letter: `N-` should not find every N."""
Row = dict[str, Any]


class Listing:
    """Pages of one kind, as far as a person may see them, in the caller's transaction."""

    def __init__(self, session: AsyncSession, kinds: Kinds, kind: Kind, view: View) -> None:
        self._session = session
        self._kinds = kinds
        self._kind = kind
        self._view = view
        self._columns = columns_of(kind)

    async def page(self, principal: Principal, query: ListQuery) -> tuple[list[Row], int]:
        """One page and how many records fit. Raises `Forbidden`, `NotFound`."""
        conditions = self._conditions(principal, query)
        total = await self._count(conditions, query)
        if query.offset >= total:
            return [], total
        connection = await self._session.connection()
        found = await connection.execute(
            self._ordered(self._select(conditions, whole=False), query)
            .offset(query.offset)
            .limit(query.limit)
        )
        return await self._rows(principal, found.all(), whole=False), total

    async def following(
        self, principal: Principal, query: ListQuery, after: int
    ) -> tuple[list[Row], int | None]:
        """What fits behind the record `after`, by number, and the last one's if there are more.

        Raises `Forbidden`, `NotFound`.
        """
        identifier = self._kind.model.id
        conditions = [*self._conditions(principal, query), identifier > after]
        wanted = self._select(conditions, whole=False).order_by(identifier)
        connection = await self._session.connection()
        found = (await connection.execute(wanted.limit(query.limit + 1))).all()
        rows = await self._rows(principal, found[: query.limit], whole=False)
        return rows, rows[-1]["id"] if len(found) > query.limit else None

    async def all(self, principal: Principal, query: ListQuery) -> AsyncIterator[list[Row]]:
        """Every record that fits, in batches, for exports. Raises `Forbidden`, `NotFound`."""
        conditions = self._conditions(principal, query)
        statement = self._ordered(self._select(conditions), query)
        connection = await self._session.connection()
        result = await connection.stream(statement.execution_options(yield_per=EXPORT_BATCH))
        async for part in result.partitions(EXPORT_BATCH):
            yield await self._rows(principal, part)

    async def ids(self, principal: Principal, query: ListQuery, most: int) -> list[int]:
        """The ids of everything that fits, for acting on a whole filtered list."""
        kind = self._kind
        statement = self._from(select(kind.model.id)).where(*self._conditions(principal, query))
        connection = await self._session.connection()
        return [row[0] for row in await connection.execute(statement.limit(most))]

    async def one(self, principal: Principal, identifier: int) -> Row | None:
        """One record, deleted or not; None when it does not exist for this person."""
        query = ListQuery(deleted=Deleted.WITH)
        conditions = [*self._conditions(principal, query), self._kind.model.id == identifier]
        connection = await self._session.connection()
        found = (await connection.execute(self._select(conditions))).all()
        rows = await self._rows(principal, found)
        return rows[0] if rows else None

    async def _rows(
        self, principal: Principal, found: Sequence[Any], *, whole: bool = True
    ) -> list[Row]:
        """Stored rows as a person sees them, with the labels of what they point to."""
        rows = [self._row(one, whole) for one in found]
        for spec in self._kind.references:
            labels = await self._labels(target_of(principal, self._kinds, spec), spec, rows)
            name = spec.name.removesuffix("_id")
            for row in rows:
                identifier = row[spec.name]
                row[name] = None if identifier is None else labels.get(
                    identifier, {"id": identifier, "label": f"{spec.title} {identifier}"}
                )  # fmt: skip
        return rows

    async def _labels(
        self, kind: Kind | None, spec: Spec, rows: Sequence[Row]
    ) -> Mapping[int, Row]:
        ids = {row[spec.name] for row in rows if row[spec.name] is not None}
        if not ids or kind is None:
            return {}
        columns = select(kind.model.id, getattr(kind.model, kind.title), kind.model.deleted_at)
        connection = await self._session.connection()
        found = await connection.execute(columns.where(kind.model.id.in_(ids)))
        return {
            id_: {"id": id_, "label": label or f"{kind.label} {id_}", "deleted": gone is not None}
            for id_, label, gone in found
        }

    def _row(self, found: Any, whole: bool) -> Row:
        kind, stored = self._kind, found._mapping
        row: Row = {"id": stored["id"], "fleet_id": stored["fleet_id"]}
        row |= {spec.name: plain(stored[f"f_{spec.name}"]) for spec in _read(kind, whole)}
        row |= {one.name: plain(stored[f"c_{one.name}"]) for one in kind.computed}
        always = ("external_reference", "version", "created_at", "updated_at", "deleted_at")
        return row | {name: stored[name] for name in always}

    def _select(self, conditions: Sequence[ColumnElement[bool]], *, whole: bool = True) -> Any:
        model, kind = self._kind.model, self._kind
        always = ("id", "external_reference", "version", "created_at", "updated_at", "deleted_at")
        columns = [
            getattr(model, kind.tenant).label("fleet_id"),
            *(getattr(model, name).label(name) for name in always),
            *(
                getattr(model, spec.attribute).label(f"f_{spec.name}")
                for spec in _read(kind, whole)
            ),
            *(one.expression(self._view).label(f"c_{one.name}") for one in kind.computed),
        ]
        return self._from(select(*columns)).where(*conditions)

    def _from(self, statement: Any) -> Any:
        statement = statement.select_from(self._kind.model)
        return self._kind.join(statement) if self._kind.join else statement

    async def _count(self, conditions: Sequence[ColumnElement[bool]], query: ListQuery) -> int:
        counted = select(func.count(self._kind.model.id))
        needs_join = query.search or any(
            isinstance(self._columns[one.column], Computed) for one in query.filters
        )
        statement = self._from(counted) if needs_join else counted.select_from(self._kind.model)
        connection = await self._session.connection()
        return int((await connection.execute(statement.where(*conditions))).scalar_one())

    def _ordered(self, statement: Any, query: ListQuery) -> Any:
        wanted = query.sort or parse_default(self._kind.sort)
        for name, descending in wanted:
            statement, key, may_miss = self._with_sort_key(statement, name)
            order = key.desc() if descending else key.asc()
            # Unknown values come last both ways; said only where there can be some, as otherwise
            # no index could be read backwards.
            statement = statement.order_by(order.nulls_last() if may_miss else order)
        identifier = self._kind.model.id
        last_descending = bool(wanted) and wanted[-1][1]
        return statement.order_by(identifier.desc() if last_descending else identifier.asc())

    def _with_sort_key(self, statement: Any, name: str) -> tuple[Any, Any, bool]:
        """What to sort by, the statement that has it, and whether it may be unknown."""
        column = self._columns[name]
        target = self._kinds.get(getattr(column, "reference", None) or "")
        if isinstance(column, Spec) and target is not None:
            other = aliased(target.model)
            mine = getattr(self._kind.model, column.attribute)
            statement = statement.outerjoin(other, other.id == mine)
            return statement, func.lower(getattr(other, target.title)), True
        if isinstance(column, Computed) and column.order is not None:
            return statement, column.order(self._view), True
        expression = self._expression(column)
        is_text = column.type in (FieldType.TEXT, FieldType.LONGTEXT)
        key = func.lower(expression) if is_text else expression
        # A column of another table is unknown where the outer join finds no row there.
        is_own = getattr(expression, "class_", None) is self._kind.model
        return statement, key, not (is_own and expression.nullable is False)

    def _expression(self, column: Spec | Computed) -> Any:
        if isinstance(column, Computed) and column.expression is not None:
            return column.expression(self._view)
        name = column.attribute if isinstance(column, Spec) else column.name
        return getattr(self._kind.model, name)

    def _conditions(self, principal: Principal, query: ListQuery) -> list[ColumnElement[bool]]:
        kind = self._kind
        require_in_sight(principal, self._kinds, kind, query)
        conditions = visible(principal, kind, query.fleet_id)
        if query.deleted is not Deleted.WITH:
            gone = kind.model.deleted_at
            wanted = gone.is_(None) if query.deleted is Deleted.NO else gone.is_not(None)
            conditions.append(wanted)
        if query.search:
            conditions.append(self._matches(query.search))
        if query.imported is not None:
            conditions.append(kind.model.id == any_(_written_by(kind, query.imported)))
        return conditions + [self._condition(one) for one in query.filters]

    def _matches(self, words: str) -> ColumnElement[bool]:
        """Every word somewhere in the searched columns."""
        return and_(*(or_(*self._hits(word)) for word in words.split()))

    def _hits(self, word: str) -> Iterator[ColumnElement[bool]]:
        """Where a word may be; a plate is found however it and the word are written."""
        for name in self._kind.search:
            column = self._searched(name)
            yield column.icontains(word, autoescape=True)
            if name in self._kind.loose and len(loose(word)) >= LOOSE_FROM:
                yield loose_sql(column).contains(loose(word), autoescape=True)

    def _searched(self, name: str) -> Any:
        column = self._columns.get(name)
        return getattr(self._kind.model, name) if column is None else self._expression(column)

    def _condition(self, wanted: Filter) -> ColumnElement[bool]:
        column = self._columns[wanted.column]
        expression = self._expression(column)
        is_list = column.type in (FieldType.TAGS, FieldType.LIST)
        match wanted.test:
            case Test.EMPTY:
                return _emptiness(expression, column.type, empty=wanted.value)
            case Test.CONTAINS:
                text = cast(expression, String) if is_list else expression
                return _bool(text.icontains(wanted.value, autoescape=True))
            case Test.FROM:
                return _bool(expression >= _operand(column.type, wanted.value))
            case Test.TO:
                return _bool(expression <= _operand(column.type, wanted.value))
            case _:
                if is_list:
                    return or_(*(expression.contains([one]) for one in wanted.value))
                return _bool(expression.in_([_operand(column.type, v) for v in wanted.value]))


def _read(kind: Kind, whole: bool) -> list[Spec]:
    """The fields of a row; a page of a list is without shapes, of which each may be long."""
    seen = [spec for spec in kind.specs if not spec.secret]
    return seen if whole else [spec for spec in seen if spec.type is not FieldType.GEOMETRY]


def parse_default(text: str) -> tuple[tuple[str, bool], ...]:
    """A kind's own order, which it declares as an address would."""
    return tuple((word.removeprefix("-"), word.startswith("-")) for word in text.split(","))


def visible(
    principal: Principal, kind: Kind, fleet_id: int | None = None, action: str = "read"
) -> list[ColumnElement[bool]]:
    """Conditions for the records that `action` is allowed on. Raises `Forbidden`, `NotFound`."""
    scope = authorize(principal, kind.permission(action))
    owner = fleet_in_view(principal, fleet_id)
    tenant = getattr(kind.model, kind.tenant)
    conditions: list[ColumnElement[bool]] = [] if owner is None else [tenant == owner]
    if owner is None and scope is not Scope.ALL:
        conditions.append(false())
    if scope is Scope.OWN:
        conditions.append(kind.own(principal) if kind.own is not None else false())
    return conditions


def _written_by(kind: Kind, import_id: int) -> Any:
    """The ids of what an import made or changed; none when it is one of another kind.

    As an array, which is looked up id by id: joined, the whole list would be read past it.
    """
    rows = select(col(ImportedRow.record_id)).join(Import, col(Import.id) == ImportedRow.import_id)
    mine = rows.where(col(Import.id) == import_id, col(Import.kind) == kind.plural)
    return func.array(mine.scalar_subquery(), type_=ARRAY(BigInteger))


def plain(value: Any) -> Any:
    """A value as JSON carries it."""
    return value.value if isinstance(value, Enum) else value


def _bool(condition: Any) -> ColumnElement[bool]:
    return condition  # type: ignore[no-any-return]  # columns of any kind of record


def _operand(type_: FieldType, value: Any) -> Any:
    """A value to compare with. Whole numbers may be larger than a column's own type holds: they
    match nothing or everything, and the column keeps its index, as it is not the one converted."""
    whole = type_ in (FieldType.INTEGER, FieldType.REFERENCE)
    return literal(value, BigInteger) if whole else value


def _emptiness(expression: Any, type_: FieldType, *, empty: bool) -> ColumnElement[bool]:
    nothing = expression.is_(None)
    if type_ in (FieldType.TAGS, FieldType.LIST):
        nothing = or_(nothing, func.jsonb_array_length(expression) == 0)
    elif type_ in (FieldType.TEXT, FieldType.LONGTEXT):
        nothing = or_(nothing, expression == "")
    return _bool(nothing if empty else ~nothing)
