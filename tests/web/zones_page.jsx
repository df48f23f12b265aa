// The zones page's components, as `zones_page.py` serves them to a test.
import { createElement as h, useState } from "react";
import { createRoot } from "react-dom/client";
import { ZoneMap } from "./public/external/fleet_app/web/components/zones/sources/ZoneMap.jsx";
import { ZoneList } from "./public/external/fleet_app/web/components/zones/sources/ZoneList.jsx";
import { ShapeField } from "./public/external/fleet_app/web/components/zones/sources/ShapeField.jsx";
import { ZoneImport } from "./public/external/fleet_app/web/components/zones/sources/ZoneImport.jsx";
import * as shapes from "./public/external/fleet_app/web/components/zones/sources/zoneShapes.js";
import { Draft } from "./public/external/fleet_app/web/components/zones/sources/zoneDraft.js";
import { grouped, placeIn } from "./public/external/fleet_app/web/components/zones/sources/zoneDesk.js";

window.scripts = { shapes, Draft, grouped, placeIn };
window.heard = [];
const hear = (name) => (...given) => window.heard.push([name, ...given]);

function Page() {
  const [form, setForm] = useState(null);
  const [problem, setProblem] = useState("");
  const [importing, setImporting] = useState(false);
  const [turn, setTurn] = useState(0);
  window.page = { setForm, setProblem, setImporting, setTurn };
  const choose = (id) => {
    hear("choose")(id);
    const zone = window.__zones.desk.zone(id);
    const values = { ...shapes.textsOf(zone.shape), geometry: zone.shape.type === "polygon" ? JSON.stringify(shapes.featureOf(zone.shape).geometry) : "" };
    setForm({ id, stamp: String(Date.now()), values });
  };
  const close = () => {
    hear("close")();
    setForm(null);
  };
  const draw = (type) => {
    hear("draw")(type);
    setForm({ id: 0, stamp: String(Date.now()), values: { ...shapes.textsOf(null), kind: type } });
  };
  const field = form && h(ShapeField, { values: form.values, stamp: form.stamp, record: form.id, problem, onCheck: hear("check") });
  const list = h(ZoneList, { may: ["create", "update", "delete"], onChoose: choose, onCopy: hear("copy"), onDelete: hear("delete"), onImport: hear("import") });
  return h("div", { className: "content", style: { height: "100vh" } }, h("div", { className: "zones-page" },
    h("div", { className: "zones-map" }, h(ZoneMap, { url: "/api/v1/geofences/shapes", turn, mayCreate: true, onDraw: draw, onChoose: choose, onClose: close })),
    h("aside", { className: "zones-panel" },
      h("div", { className: "zones-list", hidden: Boolean(form) }, list),
      field && h("form", { id: "form", className: "zone-editor" }, h("fieldset", { className: "form-card" }, field))),
    importing && h("dialog", { open: true }, h(ZoneImport, { url: "/api/v1/geofences/import", onClose: hear("close_import"), onDone: hear("done") })),
  ));
}

createRoot(document.getElementById("root")).render(h(Page));
