"""The browser modules of the zones page, published side by side, beside those they build on."""

from __future__ import annotations

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.places import sources as places
from fleet_app.web.components.published import publisher

FROM_LIVE = ("basemap.js", "flatMap.js", "theme.js", "format.js")
FROM_PLACES = ("coordinates.js",)
"""What the scripts here import from other packages, which publish it."""
assert set(FROM_LIVE) <= set(live.LIBRARIES)
assert set(FROM_PLACES) <= set(places.LIBRARIES)

LIBRARIES = (
    "zoneShapes.js",
    "zoneDraft.js",
    "zoneLayers.js",
    "zonePaint.js",
    "zonePointers.js",
    "zonePen.js",
    "zoneMap.js",
    "zoneDesk.js",
    "useZoneLayer.js",
)


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

ZONE_MAP = _publish("ZoneMap.jsx")
ZONE_LIST = _publish("ZoneList.jsx")
SHAPE_FIELD = _publish("ShapeField.jsx")
ZONE_IMPORT = _publish("ZoneImport.jsx")
