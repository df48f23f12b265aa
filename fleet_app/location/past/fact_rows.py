"""Facts as rows, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from fleet_app.kernel.clock import from_ms, to_ms
from fleet_app.kernel.jsonb import clean
from fleet_app.location.journeys.facts import Fact, FactKind

_PATH = {"polyline6": "path", "times": "path_times"}
"""Values with a column of their own."""


class Known(msgspec.Struct):
    """A stored fact with what is remembered about it beside."""

    id: int
    fact: Fact
    driver_id: int | None
    told: list[str]


def columns_of(fact: Fact) -> dict[str, Any]:
    """The columns that say the fact."""
    values = {name: value for name, value in fact.values.items() if name not in _PATH}
    return {
        "kind": fact.kind,
        "subject": fact.subject,
        "started_at": from_ms(fact.started_ms),
        "ended_at": None if fact.ended_ms is None else from_ms(fact.ended_ms),
        "known_ms": fact.known_ms,
        "lat": fact.lat,
        "lon": fact.lon,
        "end_lat": fact.end_lat,
        "end_lon": fact.end_lon,
        "distance_m": fact.distance_m,
        "data": clean(values),
        **{column: fact.values.get(name) for name, column in _PATH.items()},
    }


def known_of(row: RowMapping) -> Known:
    """The stored fact of a row."""
    path = {name: row[column] for name, column in _PATH.items() if row[column] is not None}
    fact = Fact(
        kind=FactKind(row["kind"]),
        subject=row["subject"],
        started_ms=to_ms(row["started_at"]),
        ended_ms=_ms(row["ended_at"]),
        lat=row["lat"],
        lon=row["lon"],
        end_lat=row["end_lat"],
        end_lon=row["end_lon"],
        distance_m=row["distance_m"],
        values={**row["data"], **path},
        known_ms=row["known_ms"],
    )
    return Known(row["id"], fact, row["driver_id"], list(row["told"]))


def said(fact: Fact) -> dict[str, Any]:
    """The fact for a correction: without its path, which is long."""
    values = {name: value for name, value in fact.values.items() if name not in _PATH}
    told = msgspec.to_builtins(msgspec.structs.replace(fact, values=values))
    told.pop("known_ms", None)
    return dict(told)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
