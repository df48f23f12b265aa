"""The browser modules of this package, published side by side so that they can import each other.

Reflex files a shared asset under the module that asks for it. Asking for all of them here puts them
into one folder, where `import "./liveStore.js"` finds the one store of the page.
"""

from __future__ import annotations

import reflex as rx
from reflex.assets import AssetPathStr

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
    "overlay.js",
    "basemap.js",
    "flatMap.js",
    "mapView.js",
    "gridSource.js",
    "gridColumns.jsx",
)


def _publish(name: str) -> AssetPathStr:
    return rx.asset(name, shared=True)


for _name in LIBRARIES:
    _publish(_name)

FLEET_MAP = _publish("FleetMap.jsx")
VEHICLE_GRID = _publish("VehicleGrid.jsx")
LIVE_TEXT = _publish("LiveText.jsx")
