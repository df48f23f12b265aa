"""The browser modules of this package, published side by side, beside those of the live map."""

from __future__ import annotations

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.published import publisher

FROM_LIVE = ("basemap.js", "flatMap.js", "theme.js")
"""What the scripts here import from the live map, whose package publishes it."""
assert set(FROM_LIVE) <= set(live.LIBRARIES)

LIBRARIES = ("coordinates.js", "placeSearch.js", "pinMap.js")


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

ADDRESS_FIELD = _publish("AddressField.jsx")
