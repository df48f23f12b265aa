// The map of the zones page: camera, zones, and the pen that draws and changes one. No React.

import { Marker } from "maplibre-gl";
import { fetchStyle } from "../../live/sources/basemap.js";
import { addRuler, flatMap, readGround } from "../../live/sources/flatMap.js";
import { ZoneLayers } from "./zoneLayers.js";
import { ZonePen } from "./zonePen.js";
import { boundsOf } from "./zoneShapes.js";

const CLOSEST = 17;
/** What the ruler and the credits cover below. */
const RULER = 34;

/** Opens the map in `box`; resolves to a `ZoneMap`, or null when the box is gone by then. */
export async function openZoneMap(box, { theme, palette, desk }) {
  const ground = await readGround(box, theme);
  return ground && new ZoneMap(box, { ground, theme, palette, desk });
}

export class ZoneMap {
  constructor(container, { ground, theme, palette, desk }) {
    Object.assign(this, { info: ground.info, theme, desk });
    const map = flatMap(container, ground, "Map with the zones");
    this.map = map;
    addRuler(map);
    this.layers = new ZoneLayers(map, { palette, namesFrom: 8 });
    this.pen = new ZonePen(map, { palette, onShape: (shape) => desk.drawn(shape), onMode: (mode) => desk.setMode(mode) });
    map.on("click", ({ point }) => this.pen.busy || desk.onMapChoice(this.layers.at(point)));
    map.on("mousemove", ({ point }) => this.point(point));
    map.on("movestart", ({ originalEvent }) => {
      if (originalEvent) this.touched = true;
    });
    window.__zones = { map, desk, pen: this.pen, layers: this.layers }; // what browser tests may ask
  }

  remove() {
    this.layers.remove();
    this.pen.remove();
    this.map.remove();
    if (window.__zones?.map === this.map) delete window.__zones;
  }

  point(point) {
    if (this.pen.busy) return;
    this.map.getCanvas().style.cursor = this.layers.at(point) ? "pointer" : "";
  }

  /** Show these zones; the first ones set the view, unless somebody moved the map already. */
  set(zones) {
    this.layers.set(zones);
    if (this.fitted || this.touched || this.pen.busy || !zones.length) return;
    this.fitted = true;
    this.fit(zones, false);
  }

  /** Bring all of these into view. */
  fit(zones, animate = true) {
    const boxes = zones.filter(({ shape }) => shape).map(({ shape }) => boundsOf(shape));
    if (!boxes.length) return;
    const west = Math.min(...boxes.map((box) => box[0]));
    const south = Math.min(...boxes.map((box) => box[1]));
    const east = Math.max(...boxes.map((box) => box[2]));
    const north = Math.max(...boxes.map((box) => box[3]));
    const bottom = this.pen.busy ? this.covered.bottom : RULER; // nothing is hinted at while nothing is drawn
    this.lookAt([west, south, east, north], { animate, bottom });
  }

  lookAt([west, south, east, north], { animate = true, bottom = this.covered.bottom } = {}) {
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const side = Math.min(70, clientWidth / 6, clientHeight / 8);
    const { top } = this.covered;
    const padding = { top: top + side / 2, bottom: bottom + side / 2, left: side, right: side };
    const pace = animate ? this.pace() : { duration: 0 };
    this.map.fitBounds([[west, south], [east, north]], { padding, maxZoom: CLOSEST, ...pace });
  }

  /** Pixels above and below that the tools and the hint cover. */
  get covered() {
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const low = clientHeight < 460;
    return { top: low ? 50 : 60, bottom: low ? (clientWidth < 600 ? 100 : 70) : 90 };
  }

  /** Bring a shape into view unless it is there, at a size that can be worked on. */
  reveal(shape) {
    const [west, south, east, north] = boundsOf(shape);
    const from = this.map.project([west, north]);
    const to = this.map.project([east, south]);
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const { top, bottom } = this.covered;
    const inside = from.x >= 10 && from.y >= top && to.x <= width - 60 && to.y <= height - bottom;
    if (!inside || Math.max(to.x - from.x, to.y - from.y) < 60) this.lookAt([west, south, east, north]);
  }

  pace() {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return { duration: still ? 0 : 450 };
  }

  zoomBy(step) {
    this.touched = true;
    this.map.easeTo({ zoom: this.map.getZoom() + step, ...this.pace() });
  }

  setTheme(theme, palette) {
    this.layers.setPalette(palette);
    this.pen.setPalette(palette);
    if (theme === this.theme) return;
    this.theme = theme;
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme === theme) this.map.setStyle(style, { diff: false });
    });
  }

  /** Point at the place that a message about the shape names; null takes the mark away. */
  mark(at) {
    this.marker?.remove();
    this.marker = null;
    if (!at) return;
    const element = document.createElement("div");
    element.className = "zone-trouble";
    element.textContent = "!";
    element.setAttribute("aria-hidden", "true"); // the message itself stands at the shape's field
    this.marker = new Marker({ element, anchor: "center" }).setLngLat(at).addTo(this.map);
  }
}
