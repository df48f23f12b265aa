"""The browser modules of the player, published side by side so that they can import each other."""

from __future__ import annotations

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.published import publisher

LIBRARIES = (
    *("track.js", "player.js", "moments.js", "facts.js", "loading.js", "places.js", "colours.js"),
    *("pathLayers.js", "pastMap.js", "chart.js", "snapped.js", "pastNews.js", "usePast.js"),
    *("PastIcons.jsx", "TripList.jsx", "PlayerBar.jsx", "PastCharts.jsx", "PastMapPane.jsx"),
)
FROM_LIVE = ("basemap.js", "flatMap.js", "format.js", "liveStore.js", "motion.js", "theme.js")
"""What the player shares with the live map: base map, units, colours."""


_publish = publisher(__name__, __file__)


if not set(FROM_LIVE) <= set(live.LIBRARIES):
    raise RuntimeError("the live components no longer publish what the player shares with them")
for _name in LIBRARIES:
    _publish(_name)

HISTORY_PLAYER = _publish("HistoryPlayer.jsx")
