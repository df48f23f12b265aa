"""Zones as they come from and go to files: a name, a shape, and whatever else was said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fleet_app.location.zones.shapes import Shape

MAX_FILE_BYTES = 32 * 2**20
MAX_ZONES = 25_000
"""In one file."""


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """One zone of a file; the shape is checked. `properties` are the file's own words."""

    name: str
    shape: Shape
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What a file held, and for people what was wrong with the rest."""

    zones: list[DrawnZone] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
