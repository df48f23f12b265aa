"""The active filters of a list in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fleet_app.kernel.units import METRIC, Ruler
from fleet_app.records.kinds import Kind
from fleet_app.records.query import IMPORT
from fleet_app.web.states.records.measures import filter_shown, filter_unit
from fleet_app.web.states.records.moments import moment_words

NO_POINT = {"lat": "Not on the map", "pickup_lat": "Pick-up not on the map"}
"""What it means that these columns are empty."""


@dataclass(frozen=True)
class Place:
    """Where a list is looked at: the time zone and the units of its fleet."""

    zone: ZoneInfo
    ruler: Ruler = METRIC


def chip_of(
    kind: Kind, name: str, text: str, titles: Mapping[str, dict[str, Any]], place: Place
) -> dict[str, str]:
    """A filter, its text and the words for it."""
    if name == IMPORT:
        return {"name": name, "label": f"From the import {text}"}
    base, _, test = name.partition(".")
    column = titles.get(base, {"title": base, "options": []})
    words = {one["value"]: one["label"] for one in column["options"]}
    if test == "empty":
        said = NO_POINT.get(base, f"{column['title']}: none")
        label = said if text == "true" else f"{column['title']}: any"
        return {"name": name, "label": label}
    value = ", ".join(words.get(one, one) for one in text.split(","))
    if column.get("value") == "moment":
        value = moment_words(value, place.zone)
    if test and column.get("value") in ("integer", "number") and column.get("unit"):
        unit = filter_unit(column["unit"], place.ruler)
        value = f"{filter_shown(kind, name, value, place.ruler)} {unit}"
    relation = {"from": "from", "to": "up to", "contains": "contains"}.get(test)
    label = f"{column['title']} {relation} {value}" if relation else f"{column['title']}: {value}"
    return {"name": name, "label": label}
