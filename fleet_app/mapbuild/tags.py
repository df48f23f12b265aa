"""Readings of OpenStreetMap tag values, which people type by hand: tolerant, bounded, total."""

from __future__ import annotations

import re
from collections.abc import Mapping

Tags = Mapping[str, str]

METRES_PER_FOOT = 0.3048
METRES_PER_LEVEL = 3.2
MAX_HEIGHT_M = 1_000.0
MAX_LEVELS = 200.0
MAX_NAME_LENGTH = 120

_NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
_METRIC = re.compile(rf"^{_NUMBER}\s*(?:m|metres?|meters?)?$", re.ASCII)
_FEET_WORD = re.compile(rf"^{_NUMBER}\s*(?:ft|feet|foot)$", re.ASCII)
_FEET_INCHES = re.compile(rf"^{_NUMBER}\s*'(?:\s*{_NUMBER}\s*(?:\"|''))?$", re.ASCII)
_LEVELS = re.compile(rf"^{_NUMBER}\s*(?:[;,\-+].*)?$", re.ASCII)

_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_NO = frozenset({"", "no", "false", "0"})


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def length_m(value: str) -> float | None:
    """A length in metres from "12", "12.5 m", "40 ft" or 12'6"; None for anything else."""
    text = value.strip().lower()
    if match := _METRIC.match(text):
        return _float(match[1])
    if match := _FEET_WORD.match(text):
        return _float(match[1]) * METRES_PER_FOOT
    if match := _FEET_INCHES.match(text):
        inches = _float(match[2]) if match[2] else 0.0
        return (_float(match[1]) + inches / 12) * METRES_PER_FOOT
    return None


def levels(value: str) -> float | None:
    """A number of storeys from "5", "5.5" or the first of "3;4"; None if there is none."""
    match = _LEVELS.match(value.strip())
    count = _float(match[1]) if match else 0.0
    return count if 0 < count <= MAX_LEVELS else None


def building_height_m(tags: Tags) -> float | None:
    """Height above ground in metres: as tagged, else from storeys, else None. One decimal."""
    tagged = length_m(tags.get("height", ""))
    if tagged is not None and 0 < tagged <= MAX_HEIGHT_M:
        return round(tagged, 1)
    storeys = levels(tags.get("building:levels", ""))
    return round(storeys * METRES_PER_LEVEL, 1) if storeys else None


def is_set(value: str | None) -> bool:
    """True for a tag that says yes in any of its ways ("yes", "viaduct", "culvert")."""
    return (value or "").strip().lower() not in _NO


def oneway(tags: Tags) -> int:
    """1: traffic runs with the line, -1: against it, 0: both ways."""
    value = tags.get("oneway", "").strip().lower()
    if value in _FORWARD:
        return 1
    if value in _BACKWARD:
        return -1
    implied = tags.get("junction") in {"roundabout", "circular"}
    implied = implied or tags.get("highway") in {"motorway", "motorway_link"}
    return 1 if implied and value not in _NO - {""} else 0


def layer(tags: Tags) -> int:
    """Stacking of ways that cross, -5 to 5; a bridge or tunnel without a number is 1 or -1."""
    try:
        return max(-5, min(5, int(tags.get("layer", "").strip())))
    except ValueError:
        return int(is_set(tags.get("bridge"))) - int(is_set(tags.get("tunnel")))


def name(tags: Tags) -> str:
    """The name as people there write it, one line, "" if there is none."""
    return " ".join(tags.get("name", "").split())[:MAX_NAME_LENGTH]


def ref(tags: Tags) -> str:
    """A road's number, the first if several are tagged, "" if there is none."""
    return " ".join(tags.get("ref", "").split(";")[0].split())[:MAX_NAME_LENGTH]
