// A small map with one pin that can be set, dragged, and moved with the arrow keys. No React.

import { Marker } from "maplibre-gl";
import { fetchStyle } from "../../live/sources/basemap.js";
import { flatMap, readGround } from "../../live/sources/flatMap.js";

const CLOSE = 16;
const STEP_PX = 12;
const FINE_STEP_PX = 2;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const SHAPE =
  '<svg viewBox="0 0 28 38" width="28" height="38" aria-hidden="true">' +
  '<path class="places-pin-body" d="M14 1C6.8 1 1 6.7 1 13.8 1 23 14 37 14 37s13-14 13-23.2C27 6.7 21.2 1 14 1Z"/>' +
  '<circle class="places-pin-eye" cx="14" cy="14" r="5"/></svg>';

/** Opens the map in `box`; resolves to a `PinMap`, or null when the box is gone by then. */
export async function openPinMap(box, { theme, point, fixed, title, onMove }) {
  const ground = await readGround(box, theme);
  return ground && new PinMap(box, { ground, theme, point, fixed, title, onMove });
}

export class PinMap {
  constructor(box, { ground, theme, point, fixed, title, onMove }) {
    Object.assign(this, { info: ground.info, theme, onMove, fixed });
    const start = point ? { center: [point.lon, point.lat], zoom: CLOSE } : {};
    const named = title ?? "Map with the pin of the address";
    // The page around it must still scroll.
    this.map = flatMap(box, ground, named, { ...start, cooperativeGestures: true });
    this.map.on("click", ({ lngLat }) => this.fixed || this.moved(lngLat));
    this.setPoint(point, false);
  }

  remove() {
    this.map.remove();
  }

  get center() {
    const { lat, lng } = this.map.getCenter();
    return this.map.getZoom() > 4 ? { lat, lon: lng } : null;
  }

  /** Show the pin at a point, or none; `look` moves the view there. */
  setPoint(point, look = true) {
    if (!point) {
      this.marker?.remove();
      this.marker = null;
      return;
    }
    const at = [point.lon, point.lat];
    if (this.marker) this.marker.setLngLat(at);
    else this.marker = this.newMarker(at);
    if (look) this.map.easeTo({ center: at, zoom: Math.max(CLOSE, this.map.getZoom()), ...this.pace() });
  }

  setFixed(fixed) {
    this.fixed = fixed;
    this.marker?.setDraggable(!fixed);
    this.describe();
  }

  setTheme(theme) {
    if (theme === this.theme) return;
    this.theme = theme;
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme === theme) this.map.setStyle(style, { diff: false });
    });
  }

  zoomBy(step) {
    this.map.easeTo({ zoom: this.map.getZoom() + step, ...this.pace() });
  }

  pace() {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return { duration: still ? 0 : 350 };
  }

  newMarker(at) {
    const element = document.createElement("div");
    element.className = "places-pin";
    element.innerHTML = SHAPE;
    element.addEventListener("keydown", (event) => this.onKey(event));
    const marker = new Marker({ element, anchor: "bottom", draggable: !this.fixed });
    marker.setLngLat(at).addTo(this.map);
    marker.on("dragend", () => this.moved(marker.getLngLat()));
    this.element = element;
    this.describe();
    return marker;
  }

  describe() {
    if (!this.element) return;
    this.element.setAttribute("role", this.fixed ? "img" : "button");
    this.element.setAttribute("aria-label", this.fixed ? "Pin" : "Pin. Drag it, or move it with the arrow keys.");
    if (this.fixed) this.element.removeAttribute("tabindex");
    else this.element.tabIndex = 0;
  }

  onKey(event) {
    const way = ARROWS[event.key];
    if (!way || this.fixed) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? FINE_STEP_PX : STEP_PX;
    const { x, y } = this.map.project(this.marker.getLngLat());
    this.moved(this.map.unproject([x + way[0] * step, y + way[1] * step]));
  }

  moved({ lat, lng }) {
    const lon = ((((lng + 180) % 360) + 360) % 360) - 180;
    this.setPoint({ lat, lon }, false);
    this.onMove({ lat, lon });
  }
}
