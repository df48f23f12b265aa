"""The browser modules of the record screens, published side by side."""

from __future__ import annotations

from fleet_app.web.components.published import publisher

LIBRARIES = ("formKeeper.js", "recordPicker.js", "PickerList.jsx")


_publish = publisher(__name__, __file__)


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
