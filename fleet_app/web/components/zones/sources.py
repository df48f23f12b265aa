"""The browser modules of the zones page, published side by side, beside those they build on."""

from __future__ import annotations

import reflex as rx
from reflex.assets import AssetPathStr

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.places import sources as places

FROM_LIVE = ("basemap.js", "flatMap.js", "theme.js", "format.js")
FROM_PLACES = ("coordinates.js",)
"""What the scripts here import from other packages, which publish it."""
assert set(FROM_LIVE) <= set(live.LIBRARIES)
assert set(FROM_PLACES) <= set(places.LIBRARIES)

LIBRARIES = (
    "zoneShapes.js",
    "zoneDraft.js",
    "zoneLayers.js",
    "zonePen.js",
    "zoneMap.js",
    "zoneDesk.js",
    "useZoneLayer.js",
)


def _publish(name: str) -> AssetPathStr:
    return rx.asset(name, shared=True)


for _name in LIBRARIES:
    _publish(_name)

ZONE_MAP = _publish("ZoneMap.jsx")
ZONE_LIST = _publish("ZoneList.jsx")
SHAPE_FIELD = _publish("ShapeField.jsx")
ZONE_IMPORT = _publish("ZoneImport.jsx")
