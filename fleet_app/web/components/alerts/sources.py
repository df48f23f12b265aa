"""The browser modules about alerts, published side by side, beside those they build on."""

from __future__ import annotations

from fleet_app.web.components.grid import sources as grid
from fleet_app.web.components.live import sources as live
from fleet_app.web.components.places import sources as places
from fleet_app.web.components.published import publisher

assert "theme.js" in live.LIBRARIES
assert "hotkeys.js" in grid.LIBRARIES
assert "pinMap.js" in places.LIBRARIES

LIBRARIES = ("alertList.js", "alertNews.js", "ruleText.js")


_publish = publisher(__name__, __file__)


for _name in LIBRARIES:
    _publish(_name)

ALERT_LIST = _publish("AlertList.jsx")
ALERT_MAP = _publish("AlertMap.jsx")
ALERT_SIGNALS = _publish("AlertSignals.jsx")
RULE_FORM = _publish("RuleForm.jsx")
