"""Filters of moments as people mean them: days of their fleet's place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.fields import FieldType
from fleet_app.records.kinds import Kind
from fleet_app.records.query import columns_of, parse_query

DAY = len("2026-11-22")


def in_moments(kind: Kind, filters: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    """The filters by name for the API, which takes a day for one of UTC: days of `zone` become
    the moments at which they begin or end."""
    columns = columns_of(kind)
    moments = {name for name, one in columns.items() if one.type is FieldType.MOMENT}
    return {
        name: _spelled_out(kind, name, text, zone) if name.partition(".")[0] in moments else text
        for name, text in sorted(filters.items())
    }


def moment_words(text: str, zone: ZoneInfo) -> str:
    """A day as such, a moment as the clock of `zone` shows it; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == DAY:
            return f"{moment:%-d %b %Y}"
        local = moment.astimezone(zone) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return text
    return f"{local:%-d %b %Y, %H:%M}"


def _spelled_out(kind: Kind, name: str, text: str, zone: ZoneInfo) -> str:
    try:
        (found,) = parse_query(kind, [(name, text)], zone=zone).filters
    except InvalidInput:  # the list refuses it, and says so
        return text
    values = found.value if isinstance(found.value, tuple) else (found.value,)
    if not all(isinstance(one, datetime) for one in values):
        return text
    return ",".join(one.isoformat() for one in values)
