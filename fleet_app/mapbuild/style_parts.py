"""Building blocks of the basemap style: fonts, filters, sizes, layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


Colours = Mapping[str, str]


# The first family is no real font: MapLibre reads weight and slant from its name, and the browser
# passes on to the first family of the list that it has.
_FAMILIES = [
    "Inter Variable",
    "Inter",
    "system-ui",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "sans-serif",
]


REGULAR = ["Fleet Regular", *_FAMILIES]


MEDIUM = ["Fleet Medium", *_FAMILIES]


SEMIBOLD = ["Fleet Semibold", *_FAMILIES]


ITALIC = ["Fleet Italic", *_FAMILIES]


CLASS = ["get", "class"]


NAME = ["get", "name"]


def zoomed(*stops: float, base: float = 1.5) -> list[Any]:
    """A size that grows with the zoom, from (zoom, size) pairs in a row."""
    return ["interpolate", ["exponential", base], ["zoom"], *stops]


def among(*values: str, key: str = "class") -> list[Any]:
    return ["in", ["get", key], ["literal", list(values)]]


def flag(key: str) -> list[Any]:
    return ["has", key]


def layer(identifier: str, kind: str, source_layer: str, **rest: Any) -> Json:
    options = {key.replace("_", "-"): value for key, value in rest.items() if value is not None}
    return {
        "id": identifier,
        "type": kind,
        "source": "basemap",
        "source-layer": source_layer,
        **options,
    }
