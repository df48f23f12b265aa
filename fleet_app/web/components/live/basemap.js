// The map under the fleet: our own style files over a PMTiles archive, or a plain background.

import { Protocol } from "pmtiles";
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";

setWorkerUrl(workerUrl);

const PLAIN = { light: "#eef1f4", dark: "#12171f" };
let registered = false;

function registerProtocol() {
  if (registered) return;
  registered = true;
  addProtocol("pmtiles", new Protocol().tile);
}

/** Bounds, centre and attribution of the installed map; null when there is none. */
export async function fetchMapInfo() {
  try {
    const response = await fetch("/map/info", { credentials: "same-origin" });
    if (!response.ok) return null;
    const { data } = await response.json();
    return data && data.available !== false ? data : null;
  } catch {
    return null;
  }
}

// The address in the info carries the map's version, so that a browser may keep what it fetched.
function absolute(style, origin, address = "/map/basemap.pmtiles") {
  const basemap = `pmtiles://${new URL(address, origin).href}`;
  const text = JSON.stringify(style)
    .replaceAll("pmtiles://{basemap}", basemap)
    .replaceAll("{basemap}", basemap)
    .replaceAll("{origin}", origin);
  const ready = JSON.parse(text);
  for (const key of ["glyphs", "sprite"]) {
    if (typeof ready[key] === "string" && ready[key].startsWith("/")) ready[key] = origin + ready[key];
  }
  return ready;
}

/** A style without any map, for places that have none installed. */
export function plainStyle(theme) {
  const background = { id: "background", type: "background" };
  background.paint = { "background-color": PLAIN[theme] };
  return { version: 8, sources: {}, layers: [background] };
}

/** The style of a theme (`light`, `dark`); plain when the map or the style is missing. */
export async function fetchStyle(theme, info) {
  if (!info) return plainStyle(theme);
  registerProtocol();
  try {
    const response = await fetch(`/map/style-${theme}.json`);
    if (!response.ok) return plainStyle(theme);
    return absolute(await response.json(), window.location.origin, info.url);
  } catch {
    return plainStyle(theme);
  }
}
