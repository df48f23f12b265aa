// What every map of the product shares: its ground, no tilt, no turning, and credits in a corner.

import { AttributionControl, Map as GLMap, ScaleControl } from "maplibre-gl";
import { fetchMapInfo, fetchStyle } from "./basemap.js";
import { unitSystem } from "./format.js";

const WORLD = [[-30, -40], [60, 66]];
const FLAT = {
  minZoom: 1,
  maxZoom: 20,
  maxPitch: 0,
  dragRotate: false,
  pitchWithRotate: false,
  touchPitch: false,
  attributionControl: false,
};

/** Info and style that a map in `box` needs; null when the box is gone by then. */
export async function readGround(box, theme) {
  const info = await fetchMapInfo();
  const style = await fetchStyle(theme, info);
  return box.isConnected ? { info, style } : null;
}

function credits(info) {
  const text = info?.attribution ? { customAttribution: info.attribution } : {};
  return new AttributionControl({ compact: false, ...text });
}

/** A map named `title` that shows all of the ground, unless `options` name a centre. */
export function flatMap(box, { info, style }, title, options = {}) {
  const view = options.center ? {} : { bounds: info?.bounds ?? WORLD, fitBoundsOptions: { padding: 24 } };
  const locale = { "Map.Title": title };
  const map = new GLMap({ container: box, style, locale, ...FLAT, ...view, ...options });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(credits(info), "bottom-right");
  map.on("error", ({ error }) => console.warn("map:", error?.message ?? error));
  return map;
}

/** A ruler in the reader's units in the map's corner. */
export function addRuler(map) {
  const ruler = new ScaleControl({ maxWidth: 90, unit: unitSystem() });
  map.addControl(ruler, "bottom-left");
  return ruler;
}
