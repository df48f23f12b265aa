"""A record in words: the facts of its header, and all of it for those who may only read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from fleet_app.kernel.units import METRIC, Ruler, measured
from fleet_app.records.describe import options
from fleet_app.records.fields import Computed, FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.web.states.records.moments import moment_words
from fleet_app.web.states.records.texts import text_of

MOST = 6
"""Facts in a header."""
_TELLING = frozenset({FieldType.REFERENCE, FieldType.DATE, FieldType.MOMENT})
_LINKS = {"route_name": ("routes", "route_id")}
"""Columns that nobody writes but that lead to a record."""
_ALWAYS = frozenset({"goods_in"})
"""Columns that lists do not show at first, but that people must know of."""
_NOT_FACTS = frozenset({"status", "status_at"})


class Fact(TypedDict):
    """One thing that is known of a record; `href` leads to what it names."""

    label: str
    text: str
    href: str
    group: str


def header_facts(
    kind: Kind, row: Mapping[str, Any], zone: ZoneInfo, ruler: Ruler = METRIC
) -> list[Fact]:
    """What somebody wants to know first."""
    telling = [spec for spec in kind.specs if spec.type in _TELLING and spec.shown]
    counted = [one for one in kind.computed if (one.shown or one.name in _ALWAYS | _LINKS.keys())]
    candidates: list[Spec | Computed] = [*counted, *telling]
    facts = [
        _fact(one, row, zone, ruler)
        for one in candidates
        if one.name not in _NOT_FACTS and row.get(one.name) not in (None, "")
    ]
    return facts[:MOST]


def all_facts(
    kind: Kind, row: Mapping[str, Any], zone: ZoneInfo, ruler: Ruler = METRIC
) -> list[Fact]:
    """Everything that people write about it, as far as it is there."""
    return [
        _fact(spec, row, zone, ruler)
        for spec in kind.specs
        if not spec.secret and spec.input not in ("hidden", "photo", "file")
        if row.get(spec.name) not in (None, "", [])
    ]


def _fact(one: Spec | Computed, row: Mapping[str, Any], zone: ZoneInfo, ruler: Ruler) -> Fact:
    value = row[one.name]
    group = one.group if isinstance(one, Spec) else ""
    if isinstance(one, Spec) and one.reference:
        target = row.get(one.name.removesuffix("_id")) or {}
        href = f"/{one.reference}/{value}"
        return Fact(label=one.title, text=str(target.get("label", value)), href=href, group=group)
    plural, number = _LINKS.get(one.name, ("", ""))
    href = f"/{plural}/{row[number]}" if plural else ""
    text = _words(one, value, zone, ruler)
    return Fact(label=one.title, text=text, href=href, group=group)


def _words(one: Spec | Computed, value: Any, zone: ZoneInfo, ruler: Ruler) -> str:
    known = {option["value"]: option["label"] for option in options(one)}
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return moment_words(value.isoformat(), zone)
    if isinstance(value, dt.date):
        return value.strftime("%-d %b %Y")
    if isinstance(value, list) and isinstance(one, Spec):
        return text_of(one, value, zone)
    if one.unit and isinstance(value, int | float) and measured(ruler, one.unit):
        return ruler.said(value, one.unit, _digits(one))
    text = known.get(str(value), str(value))
    if isinstance(value, float):
        text = f"{value:,.10g}"
    return f"{text} {one.unit}" if one.unit else text


def _digits(one: Spec | Computed) -> int | None:
    """How many digits behind the point a column asks for, if it does."""
    return one.extra.get("digits") if isinstance(one, Computed) else None
