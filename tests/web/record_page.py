"""The record components on a page that keeps their properties and hears their events."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Locator, Page

from tests.web.component_page import PUBLISHED
from tests.web.record_rows import COLUMNS

SCRIPT = f"""
import {{ useState }} from "react";
import {{ createRoot }} from "react-dom/client";
import {{ RecordGrid }} from "./{PUBLISHED}/grid/sources/RecordGrid.jsx";
import {{ FilePost }} from "./{PUBLISHED}/grid/sources/FilePost.jsx";
import {{ Hotkeys }} from "./{PUBLISHED}/grid/sources/Hotkeys.jsx";
import {{ store }} from "./{PUBLISHED}/live/sources/liveStore.js";

window.heard = [];
window.liveStore = store;
const hear = (name) => (value) => window.heard.push([name, value]);

// As a Reflex page does: some events come back as properties, a moment later.
const EVENTS = ["onOpen", "onSelect", "onSort", "onLayout", "onTotal", "onShowAll",
  "onDone", "onProblem", "onKey"];
const KEPT = {{ onSelect: "selected", onSort: "sort", onOpen: "openId" }};

function Stage({{ kind, given }}) {{
  const [props, setProps] = useState(given);
  window.setProps = (change) => setProps((old) => ({{ ...old, ...change }}));
  const events = {{}};
  for (const name of EVENTS) {{
    events[name] = (value) => {{
      hear(name)(value);
      if (KEPT[name]) setTimeout(() => window.setProps({{ [KEPT[name]]: value }}), 1000);
    }};
  }}
  const height = kind === "grid" ? "100dvh" : "auto";
  const Kind = {{ grid: RecordGrid, file: FilePost, keys: Hotkeys }}[kind];
  return (
    <div style={{{{ height, padding: kind === "grid" ? 0 : 16 }}}}>
      <h1 className="grid-unseen">Records</h1>
      <Kind {{...props}} {{...events}} />
      {{kind === "keys" && <input aria-label="Search" data-hotkey-search="" />}}
    </div>
  );
}}

window.stage = (kind, given) =>
  createRoot(document.getElementById("root")).render(<Stage kind={{kind}} given={{given}} />);
window.ready = true;
"""

GRID = {
    "url": "/api/v1/deliveries",
    "columns": COLUMNS,
    "shown": [],
    "query": "",
    "sort": "tracking_number",
    "version": 0,
    "selected": [],
    "openId": 0,
    "selectable": True,
    "filtered": False,
    "live": "",
    "changes": None,
    "timeZone": "Europe/Helsinki",
}


class Stage:
    """One component on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = page.get_by_test_id("record-count")

    async def show(self, site: str, kind: str, **given: Any) -> None:
        """Open the page with one component."""
        await self.page.goto(site)
        await self.page.wait_for_function("window.ready")
        props = {**GRID, **given} if kind == "grid" else given
        await self.page.evaluate(f"stage({json.dumps(kind)}, {json.dumps(props)})")

    async def change(self, **change: Any) -> None:
        """Change properties, as the state of a page does."""
        await self.page.evaluate(f"setProps({json.dumps(change)})")

    async def heard(self, name: str) -> list[Any]:
        """The values of one event so far."""
        return [value for event, value in await self.page.evaluate("heard") if event == name]

    def row(self, record_id: int) -> Locator:
        """The row of a record: its cells that scroll sideways."""
        return self.page.locator(f'.ag-row[row-id="{record_id}"]')

    def cell(self, record_id: int, column: str) -> Locator:
        """One cell."""
        return self.page.locator(f'.ag-row[row-id="{record_id}"] [col-id="{column}"]')
