"""The browser modules of the planning page, published side by side, beside those they build on."""

from __future__ import annotations

from fleet_app.web.components.history import sources as history
from fleet_app.web.components.live import sources as live
from fleet_app.web.components.modal import modal
from fleet_app.web.components.published import publisher
from fleet_app.web.components.records import sources as records

FROM_LIVE = ("basemap.js", "flatMap.js", "theme.js", "liveStore.js")
FROM_HISTORY = ("moments.js",)
FROM_RECORDS = ("PickerList.jsx",)
"""What the scripts here import from other packages, which publish it; the dialog is `modal`'s."""
assert set(FROM_LIVE) <= set(live.LIBRARIES)
assert set(FROM_HISTORY) <= set(history.LIBRARIES)
assert set(FROM_RECORDS) <= set(records.LIBRARIES)
assert modal.Modal.tag == "Modal"

LIBRARIES = (
    *("planBoard.js", "planGuess.js", "planWords.js", "planTime.js", "planPick.js", "planKeys.js"),
    *("planApi.js", "planDesk.js", "planEdits.js", "planLife.js", "planColours.js", "rowActs.js"),
    *("planSuggest.js", "SuggestPanel.jsx", "planFeed.js", "planBoxing.js", "planCursor.js"),
    *("planLayers.js", "planMap.js", "planDrag.js", "planPaint.js", "usePlan.js", "useActs.js"),
    *("planView.js", "planWeigh.js", "TemplatePick.jsx"),
    *("useTimeKeys.js", "planMoments.js", "planOffers.js", "planTroubles.js", "TroublePanel.jsx"),
    *("PlanIcons.jsx", "PlanParts.jsx", "PlanHead.jsx", "TrayPane.jsx", "RoutesPane.jsx"),
    *("TimelinePane.jsx", "MapPane.jsx", "JobPanel.jsx", "PickBar.jsx", "PlanDialogs.jsx"),
    *("PublishDialog.jsx", "CompareDialog.jsx", "TemplateDialog.jsx", "PlanAsk.jsx"),
)


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

PLANNING_BOARD = _publish("PlanningBoard.jsx")
