"""The browser modules about alerts, published side by side, beside those they build on."""

from __future__ import annotations

import reflex as rx
from reflex.assets import AssetPathStr

from fleet_app.web.components.grid import sources as grid
from fleet_app.web.components.live import sources as live
from fleet_app.web.components.places import sources as places

assert "theme.js" in live.LIBRARIES
assert "hotkeys.js" in grid.LIBRARIES
assert "pinMap.js" in places.LIBRARIES

LIBRARIES = ("alertList.js", "alertNews.js", "ruleText.js")


def _publish(name: str) -> AssetPathStr:
    return rx.asset(name, shared=True)


for _name in LIBRARIES:
    _publish(_name)

ALERT_LIST = _publish("AlertList.jsx")
ALERT_MAP = _publish("AlertMap.jsx")
ALERT_SIGNALS = _publish("AlertSignals.jsx")
RULE_FORM = _publish("RuleForm.jsx")
