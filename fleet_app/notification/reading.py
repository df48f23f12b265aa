"""Reading alerts: pages, counts, and one with its trail, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.kernel.errors import NotFound
from fleet_app.notification.models import Alert, AlertComment, AlertStatus, Severity
from fleet_app.notification.query import AlertQuery

READ = "alerts.read"
_Assigned, _Acknowledged = aliased(User), aliased(User)
_Condition = ColumnElement[bool]


class AlertRow(msgspec.Struct, frozen=True):
    """An alert with the names of what it points to."""

    alert: Any
    vehicle: str | None
    driver: str | None
    assigned: str | None
    acknowledged: str | None


class AlertCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts have each status; `urgent` are those not resolved, by severity."""

    statuses: dict[AlertStatus, int]
    urgent: dict[Severity, int]


class AlertList:
    """The alerts that a person may see, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, principal: Principal, query: AlertQuery) -> tuple[list[AlertRow], int]:
        """One page and how many alerts fit. Raises `Forbidden`, `NotFound`."""
        conditions = _conditions(principal, query)
        connection = await self._session.connection()
        counted = _joined(columns(func.count(col(Alert.id)))).where(*conditions)
        total = int((await connection.execute(counted)).scalar_one())
        if query.offset >= total:
            return [], total
        wanted = _rows().where(*conditions).order_by(*_order(query))
        found = await self._session.exec(wanted.offset(query.offset).limit(query.limit))
        return [AlertRow(*row) for row in found.all()], total

    async def following(
        self, principal: Principal, query: AlertQuery, before: int
    ) -> tuple[list[AlertRow], int | None]:
        """What fits below the alert `before` (0: from the newest), by number, and the last one's
        if there are more. Raises `Forbidden`, `NotFound`."""
        older = [col(Alert.id) < before] if before else []
        wanted = _rows().where(*_conditions(principal, query), *older)
        wanted = wanted.order_by(col(Alert.id).desc()).limit(query.limit + 1)
        found = (await self._session.exec(wanted)).all()
        rows = [AlertRow(*row) for row in found[: query.limit]]
        return rows, rows[-1].alert.id if len(found) > query.limit else None

    async def counts(self, principal: Principal, fleet_id: int | None = None) -> AlertCounts:
        """How many there are. Raises `Forbidden`, `NotFound`."""
        conditions = _visible(principal, fleet_id)
        counted = columns(col(Alert.status), col(Alert.severity), func.count())
        connection = await self._session.connection()
        found = await connection.execute(
            counted.where(*conditions).group_by(col(Alert.status), col(Alert.severity))
        )
        statuses, urgent = dict.fromkeys(AlertStatus, 0), dict.fromkeys(Severity, 0)
        for status, severity, count in found:
            statuses[status] += count
            if status is not AlertStatus.RESOLVED:
                urgent[severity] += count
        return AlertCounts(statuses=statuses, urgent=urgent)

    async def one(self, principal: Principal, alert_id: int) -> AlertRow:
        """One alert. Raises `Forbidden`, `NotFound`."""
        wanted = _rows().where(col(Alert.id) == alert_id, *_visible(principal, None))
        wanted = wanted.execution_options(populate_existing=True)
        row = (await self._session.exec(wanted)).first()
        if row is None:
            raise NotFound("Alert", alert_id)
        return AlertRow(*row)

    async def trail(self, alert_id: int) -> Sequence[AlertComment]:
        """What was said and what happened, in its order. Of an alert that the caller may see."""
        query = select(AlertComment).where(col(AlertComment.alert_id) == alert_id)
        return (await self._session.exec(query.order_by(col(AlertComment.id)))).all()


def _rows() -> Any:
    names = (col(Vehicle.name), col(Driver.name), col(_Assigned.name), col(_Acknowledged.name))
    return _joined(columns(Alert, *names))


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Alert)
        .outerjoin(Vehicle, col(Vehicle.id) == col(Alert.vehicle_id))
        .outerjoin(Driver, col(Driver.id) == col(Alert.driver_id))
        .outerjoin(_Assigned, col(_Assigned.id) == col(Alert.assigned_to))
        .outerjoin(_Acknowledged, col(_Acknowledged.id) == col(Alert.acknowledged_by))
    )


def _visible(principal: Principal, fleet_id: int | None) -> list[_Condition]:
    authorize(principal, READ)
    owner = fleet_in_view(principal, fleet_id)
    return [] if owner is None else [col(Alert.fleet_id) == owner]


def _conditions(principal: Principal, query: AlertQuery) -> list[_Condition]:
    among: Sequence[tuple[Any, Sequence[Any]]] = (
        (Alert.status, query.statuses),
        (Alert.severity, query.severities),
        (Alert.event, query.events),
        (Alert.vehicle_id, query.vehicle_ids),
        (Alert.driver_id, query.driver_ids),
        (Alert.delivery_id, query.delivery_ids),
        (Alert.geofence_id, query.geofence_ids),
        (Alert.rule_id, query.rule_ids),
        (Alert.assigned_to, query.assigned_to),
    )
    wanted = [
        *(col(column).in_(values) for column, values in among if values),
        *([] if query.late is None else [col(Alert.late).is_(query.late)]),
        *([] if query.start is None else [col(Alert.last_at) >= query.start]),
        *([] if query.end is None else [col(Alert.last_at) <= query.end]),
    ]
    return [*_visible(principal, query.fleet_id), *wanted, *map(_has, query.text.split())]


def _has(word: str) -> _Condition:
    searched = (Alert.title, Alert.message, Vehicle.name, Vehicle.registration_number, Driver.name)
    return or_(*(col(one).icontains(word, autoescape=True) for one in searched))


def _rank(column: Any, order: Sequence[Any]) -> Any:
    return case({one: at for at, one in enumerate(order)}, value=column)


def _order(query: AlertQuery) -> list[Any]:
    keys: dict[str, Any] = {
        "severity": _rank(col(Alert.severity), list(Severity)),
        "status": _rank(col(Alert.status), list(AlertStatus)),
        "title": func.lower(col(Alert.title)),
    }
    order = []
    for name, descending in query.sort:
        key = keys.get(name, getattr(Alert, name))
        order.append(key.desc() if descending else key.asc())
    return [*order, col(Alert.id).desc()]
