"""The browser modules of this package, published side by side so that they can import each other.

They also import the live store and its wording by their published place, `../../live/sources/`, so
that the page has one store.
"""

from __future__ import annotations

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.published import publisher

BORROWED = ("liveStore.js", "format.js", "theme.js")
LIBRARIES = (
    "recordFormat.js",
    "recordSort.js",
    "recordSource.js",
    "recordSelection.js",
    "recordChanges.js",
    "recordLive.js",
    "recordCells.js",
    "recordCard.js",
    "recordColumns.js",
    "recordKeys.js",
    "recordController.js",
    "filePost.js",
    "hotkeys.js",
    "listAddress.js",
    "ownText.js",
    "useOwnText.js",
)


_publish = publisher(__name__, __file__)


if missing := set(BORROWED).difference(live.LIBRARIES):
    raise RuntimeError(f"the live components no longer publish {', '.join(sorted(missing))}")
for _name in LIBRARIES:
    _publish(_name)

RECORD_GRID = _publish("RecordGrid.jsx")
FILE_POST = _publish("FilePost.jsx")
HOTKEYS = _publish("Hotkeys.jsx")
LIST_ADDRESS = _publish("ListAddress.jsx")
SEARCH_FIELD = _publish("SearchField.jsx")
DAY_FIELD = _publish("DayField.jsx")
