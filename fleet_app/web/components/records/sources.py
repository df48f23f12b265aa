"""The browser modules of the record screens, published side by side."""

from __future__ import annotations

import reflex as rx
from reflex.assets import AssetPathStr

LIBRARIES = ("formKeeper.js", "recordPicker.js", "PickerList.jsx")


def _publish(name: str) -> AssetPathStr:
    return rx.asset(name, shared=True)


for _name in LIBRARIES:
    _publish(_name)

FORM_KEEPER = _publish("FormKeeper.jsx")
RECORD_PICKER = _publish("RecordPicker.jsx")
MANY_PICKER = _publish("ManyPicker.jsx")
TAGS_INPUT = _publish("TagsInput.jsx")
COLOR_INPUT = _publish("ColorInput.jsx")
CHANGE_WATCH = _publish("ChangeWatch.jsx")
NEWS_WATCH = _publish("NewsWatch.jsx")
STEP_PANEL = _publish("StepPanel.jsx")
SHORTCUTS_HELP = _publish("ShortcutsHelp.jsx")
TAB_REVEAL = _publish("TabReveal.jsx")
