// The map of one route: its way, its stops, its vehicle. No React.

import { fetchStyle } from "../../live/sources/basemap.js";
import { flatMap, readGround } from "../../live/sources/flatMap.js";
import { paletteOf } from "../../live/sources/theme.js";
import { boundsOf, placesOf, pointsOf, stopData, vehicleData, wayData } from "./routeData.js";
import { addTo } from "./routeLayers.js";

const ROOM = 34;
const CLOSEST = 16;

/** Opens the map in `box`; resolves to a `RouteMap`, or null when the box is gone by then. */
export async function openRouteMap(box, theme) {
  const ground = await readGround(box, theme);
  return ground && new RouteMap(box, ground, theme);
}

class RouteMap {
  constructor(box, ground, theme) {
    Object.assign(this, { box, info: ground.info, theme, shown: null, fitted: null });
    // The page around it must still scroll.
    this.map = flatMap(box, ground, "Map of the route", { cooperativeGestures: true });
    this.map.on("style.load", () => {
      this.ready = true;
      this.paint();
    });
  }

  remove() {
    this.ready = false;
    this.map.remove();
  }

  /** Draws what is known: `{tour, road, seen}`. */
  show(shown) {
    this.shown = { ...shown };
    this.paint();
  }

  paint() {
    if (!this.ready || !this.shown?.tour) return;
    const { tour, road, seen } = this.shown;
    addTo(this.map, paletteOf(this.box));
    const places = placesOf(tour);
    this.map.getSource("route-way").setData(wayData(places, road));
    this.map.getSource("route-stops").setData(stopData(places));
    this.map.getSource("route-vehicle").setData(vehicleData(seen));
    const order = pointsOf(places) ?? String(places.length);
    if (this.fitted !== order) this.fit(false);
    this.fitted = order;
  }

  /** Brings the whole route into view. */
  fit(animate = true) {
    const { tour, seen } = this.shown ?? {};
    const bounds = boundsOf(placesOf(tour), seen);
    if (!bounds) return;
    const still = !animate || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, { padding: ROOM, maxZoom: CLOSEST, duration: still ? 0 : 350 });
  }

  zoomBy(step) {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: 200 });
  }

  setTheme(theme) {
    if (theme === this.theme) return;
    this.theme = theme;
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme !== theme) return;
      this.ready = false;
      this.map.setStyle(style, { diff: false });
    });
  }
}
