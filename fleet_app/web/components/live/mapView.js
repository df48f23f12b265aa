// The map object behind the FleetMap component: camera, pointer and keyboard, without React.

import { fetchStyle } from "./basemap.js";
import { addRuler, flatMap, readGround } from "./flatMap.js";
import { latOf, lonOf } from "./motion.js";
import { FleetOverlay } from "./overlay.js";
import { unitSystem } from "./format.js";

const FIT_ZOOM = 15.5;
const FOLLOW_ZOOM = 15;
const CALM_ZONE = 0.16;
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };

/** Create the map with its style and data; resolves to a `MapView`. */
export async function openMap(container, { store, theme, palette, handlers }) {
  const ground = await readGround(container, theme);
  return ground && new MapView(container, { store, palette, handlers, ground, theme });
}

export class MapView {
  constructor(container, { store, palette, handlers, ground, theme }) {
    Object.assign(this, { store, handlers, info: ground.info, theme, padding: NO_PADDING, selected: 0 });
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
    const map = flatMap(container, ground, "Live fleet map");
    this.map = map;
    this.size = { width: container.clientWidth, height: container.clientHeight };
    this.system = unitSystem();
    this.ruler = addRuler(map);
    this.overlay = new FleetOverlay(map, store, palette);
    this.overlay.afterDraw = () => this.keepInView();
    this.listen();
    this.unsubscribe = store.subscribe(() => this.onStore());
    this.fitOnce();
    this.expose();
  }

  remove() {
    this.unsubscribe();
    this.overlay.remove();
    this.map.remove();
    if (window.__fleet?.map === this.map) delete window.__fleet;
  }

  // What browser tests may ask the page.
  expose() {
    const { store, map, overlay } = this;
    const positionOf = (id) => this.positionOf(id);
    const pointOf = (id) => this.pointOf(id);
    window.__fleet = { store, map, overlay, positionOf, pointOf };
  }

  listen() {
    const { map } = this;
    map.on("click", (event) => this.onClick(event));
    map.on("mousemove", (event) => this.onPointer(event.point));
    map.getCanvasContainer().addEventListener("mouseleave", () => this.onPointer(null));
    map.on("movestart", (event) => {
      if (event.originalEvent) this.touched = true;
    });
    map.on("resize", () => this.onResize());
    map.on("dragstart", (event) => event.originalEvent && this.panned());
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) this.panned();
    });
  }

  // A panel that opens below the map makes it smaller: what was in view stays in view.
  onResize() {
    const before = this.size;
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    this.size = { width, height };
    const center = this.selected ? this.target(this.selected) : null;
    if (!center || !before) return;
    const { x, y } = this.map.project(center);
    const inView =
      Math.abs(x - width / 2) <= before.width / 2 && Math.abs(y - height / 2) <= before.height / 2;
    if (this.map.isMoving()) this.moveTo(center, this.pace(300));
    else if (inView) this.reveal(this.selected);
  }

  panned() {
    this.touched = true;
    if (this.following) this.handlers().onUserPan?.();
  }

  onClick({ point, originalEvent }) {
    const touch = originalEvent?.pointerType === "touch";
    const hit = this.overlay.hit(point.x, point.y, touch ? 14 : 5);
    if (hit?.id) this.handlers().onVehicleClick?.(hit.id);
    else if (hit?.cluster) this.openCluster(hit.cluster);
    else this.handlers().onMapClick?.();
  }

  openCluster({ ids, x, y }) {
    this.touched = true;
    const zoom = this.map.getZoom();
    const camera = this.map.cameraForBounds(this.overlay.bounds(ids), { padding: this.room(70), maxZoom: 17 });
    const target = Math.max(camera?.zoom ?? 0, zoom + 1);
    const center = camera && camera.zoom > zoom + 1 ? camera.center : [lonOf(x), latOf(y)];
    this.map.easeTo({ center, zoom: Math.min(target, 17), ...this.pace(500) });
  }

  onPointer(point) {
    this.pointer = point;
    const hit = point && this.overlay.hit(point.x, point.y);
    this.map.getCanvas().style.cursor = hit ? "pointer" : "";
    this.overlay.setHovered(hit?.id ?? 0);
    if (!hit?.id && !this.hovering) return;
    this.hovering = Boolean(hit?.id);
    this.handlers().onHover?.(hit?.id ? { id: hit.id, x: point.x, y: point.y } : null);
  }

  pace(duration) {
    return this.reduced.matches ? { duration: 0 } : { duration, essential: false };
  }

  room(margin) {
    const { top, right, bottom, left } = this.padding;
    return { top: top + margin, right: right + margin, bottom: bottom + margin, left: left + margin };
  }

  // Vehicles move under a resting pointer, and so does what the pointer is on.
  onStore() {
    this.fitOnce();
    if (this.system !== unitSystem()) this.ruler.setUnit((this.system = unitSystem()));
    if (this.pointer) this.onPointer(this.pointer);
  }

  // The first whole fleet sets the view, unless the reader has already moved the map. A delta that
  // overtook the snapshot shows a few vehicles only.
  fitOnce() {
    const { store } = this;
    if (this.fitted || this.touched || !store.complete || store.vehicles.size === 0) return;
    this.fitted = true;
    this.fit(false);
  }

  /** Bring every vehicle that passes the filter into view. */
  fit(animate = true) {
    const bounds = this.overlay.bounds() ?? this.info?.bounds;
    if (!bounds) return;
    const pace = animate ? this.pace(600) : { duration: 0 };
    this.map.fitBounds(bounds, { padding: this.room(56), maxZoom: FIT_ZOOM, ...pace });
  }

  zoomBy(step) {
    this.touched = true;
    this.map.easeTo({ zoom: this.map.getZoom() + step, ...this.pace(250) });
  }

  setPadding(padding) {
    this.padding = { ...NO_PADDING, ...padding };
    if (this.selected) this.reveal(this.selected);
  }

  setTheme(theme, palette) {
    this.overlay.setPalette(palette);
    if (theme === this.theme) return;
    this.theme = theme;
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme === theme) this.map.setStyle(style, { diff: false });
    });
  }

  setSelected(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.overlay.setSelected(id);
    if (id) {
      this.reveal(id);
      this.fetchTrail(id);
    }
  }

  async fetchTrail(id) {
    try {
      const response = await fetch(`/api/v1/vehicles/${id}/trail`, { credentials: "same-origin" });
      if (!response.ok || this.selected !== id) return;
      const { data } = await response.json();
      if (this.selected === id) this.overlay.setTrail(data?.points ?? []);
    } catch {
      // No trail is a smaller loss than a broken map: live fixes still draw one.
    }
  }

  target(id) {
    const drawn = this.overlay.drawnAtOf(id);
    return drawn && [drawn.lon, drawn.lat];
  }

  // The free part of the map, between the panels that float above it.
  window() {
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const { top, right, bottom, left } = this.padding;
    return { x: left, y: top, width: width - left - right, height: height - top - bottom };
  }

  offsetFromMiddle(center) {
    const { x, y, width, height } = this.window();
    const point = this.map.project(center);
    return { dx: (point.x - x - width / 2) / width, dy: (point.y - y - height / 2) / height };
  }

  moveTo(center, options) {
    const { x, y, width, height } = this.window();
    const canvas = this.map.getCanvas();
    const offset = [x + width / 2 - canvas.clientWidth / 2, y + height / 2 - canvas.clientHeight / 2];
    this.map.easeTo({ center, offset, ...options });
  }

  reveal(id) {
    const center = this.target(id);
    if (!center) return;
    const { dx, dy } = this.offsetFromMiddle(center);
    if (Math.abs(dx) > 0.42 || Math.abs(dy) > 0.42) this.moveTo(center, this.pace(500));
  }

  setFollow(follow) {
    this.following = follow;
    const center = follow && this.selected ? this.target(this.selected) : null;
    if (!center) return;
    this.moveTo(center, { zoom: Math.max(this.map.getZoom(), FOLLOW_ZOOM), ...this.pace(600) });
  }

  // Following moves the map in calm steps: the vehicle roams a middle zone before the map follows.
  keepInView() {
    if (!this.following || !this.selected || this.map.isMoving()) return;
    const center = this.target(this.selected);
    if (!center) return;
    const { dx, dy } = this.offsetFromMiddle(center);
    if (Math.abs(dx) > CALM_ZONE || Math.abs(dy) > CALM_ZONE) this.moveTo(center, this.pace(900));
  }

  /** For tests: the vehicle as known and as drawn; null when unknown. */
  positionOf(id) {
    const vehicle = this.store.vehicles.get(id);
    if (!vehicle) return null;
    const { lat, lon, heading, speed, recordedAt, shown } = vehicle;
    return { lat, lon, heading, speed, recordedAt, status: shown, drawn: this.overlay.drawnAtOf(id) };
  }

  /** For tests: where a vehicle is drawn in the page, in CSS px, and whether inside a cluster. */
  pointOf(id) {
    const center = this.target(id);
    if (!center) return null;
    const frame = this.map.getCanvas().getBoundingClientRect();
    const point = this.map.project(center);
    const clustered = !this.overlay.groups.singles.has(id);
    return { x: frame.left + point.x, y: frame.top + point.y, clustered };
  }
}
