"""What every map file carries with it: scripts and styles from this installation, never an address.

Leaflet is a copy of its release in `leaflet/` (docs/decisions/0008-map-files.md); the heat layer
comes in folium's wheel.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_HERE = files("fleet_app.analytics.map_files")
_ADDRESS = re.compile(r"url\([^)]*\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@cache
def leaflet_script() -> str:
    """Leaflet with its licence. It is told of no source map, which would be asked for."""
    licence = (_HERE / "leaflet" / "LICENSE").read_text("utf-8").strip()
    code = (_HERE / "leaflet" / "leaflet.js").read_text("utf-8")
    return f"/*\n{licence}\n*/\n{_SOURCE_MAP.sub('', code)}"


@cache
def leaflet_style() -> str:
    """Leaflet's style sheet without its images: no control or marker that we draw has one."""
    return _ADDRESS.sub("none", (_HERE / "leaflet" / "leaflet.css").read_text("utf-8"))


@cache
def heat_script() -> str:
    """The heat layer as folium brings it."""
    return (files("folium") / "templates" / "leaflet_heat.min.js").read_text("utf-8")


@cache
def page_style() -> str:
    """How our files look."""
    return (_HERE / "page" / "page.css").read_text("utf-8")


@cache
def elements_script() -> str:
    """Draws what folium has no element for."""
    return (_HERE / "page" / "elements.js").read_text("utf-8")
