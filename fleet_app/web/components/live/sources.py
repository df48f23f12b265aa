"""The browser modules of this package, published side by side so that they can import each other.

Reflex files a shared asset under the module that asks for it. Asking for all of them here puts them
into one folder, where `import "./liveStore.js"` finds the one store of the page.
"""

from __future__ import annotations

from fleet_app.web.components.published import publisher

LIBRARIES = (
    "frames.js",
    "format.js",
    "motion.js",
    "clusters.js",
    "labels.js",
    "spriteSheet.js",
    "labelSheet.js",
    "clusterSheet.js",
    "liveStore.js",
    "theme.js",
    "icons.js",
    "paint.js",
    "vehicleLabels.js",
    "overlay.js",
    "basemap.js",
    "flatMap.js",
    "mapView.js",
    "gridSource.js",
    "gridColumns.jsx",
)


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

FLEET_MAP = _publish("FleetMap.jsx")
VEHICLE_GRID = _publish("VehicleGrid.jsx")
LIVE_TEXT = _publish("LiveText.jsx")
