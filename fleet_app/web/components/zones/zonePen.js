// Drawing and changing one shape on the map, by mouse, finger and keyboard. No React.

import { Draft, leastOf, sameHandle, sketch } from "./zoneDraft.js";
import { DEFAULT_WIDTH_M, featureOf, mercator, metresBetween } from "./zoneShapes.js";

const NONE = { type: "FeatureCollection", features: [] };
const SHAPE = "draft";
const HANDLES = "draft-handles";
const STILL_PX = 5;
const REACH = { mouse: 9, pen: 12, touch: 20 };
const MOST_HANDLES = 600;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const STEP_PX = 8;

function layers({ accent, surface, late }) {
  const color = ["case", ["get", "wrong"], late, accent];
  const width = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "px"], 24, ["*", ["get", "px"], 2 ** 24]];
  const areas = ["==", ["geometry-type"], "Polygon"];
  const bands = ["all", ["==", ["geometry-type"], "LineString"], ["has", "px"]];
  const lines = ["all", ["==", ["geometry-type"], "LineString"], ["!", ["has", "px"]]];
  const is = (kind) => ["==", ["get", "kind"], kind];
  return [
    { id: "draft-fill", type: "fill", filter: areas, paint: { "fill-color": color, "fill-opacity": 0.2 } },
    { id: "draft-band", type: "line", filter: bands, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": color, "line-opacity": 0.25, "line-width": width } },
    { id: "draft-line", type: "line", filter: areas, paint: { "line-color": color, "line-width": 2.5 } },
    { id: "draft-spine", type: "line", filter: bands, paint: { "line-color": color, "line-width": 2.5 } },
    { id: "draft-rubber", type: "line", filter: lines, paint: { "line-color": accent, "line-width": 2, "line-dasharray": [2, 1.5] } },
    {
      id: "draft-handle",
      source: HANDLES,
      type: "circle",
      paint: {
        "circle-radius": ["case", ["get", "picked"], 8, is("between"), 4, 6],
        "circle-color": ["case", ["get", "picked"], accent, is("middle"), accent, surface],
        "circle-opacity": ["case", is("between"), 0.75, 1],
        "circle-stroke-color": ["case", ["get", "picked"], surface, accent],
        "circle-stroke-width": ["case", is("between"), 1.5, 2.5],
      },
    },
  ];
}

const pointOf = (at, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: at } });

export class ZonePen {
  constructor(map, { palette, onShape, onMode }) {
    Object.assign(this, { map, palette, onShape, onMode });
    this.mode = "off";
    this.draft = new Draft();
    this.points = [];
    this.width = DEFAULT_WIDTH_M;
    this.onStyle = () => this.addAll();
    map.on("style.load", this.onStyle);
    if (map.isStyleLoaded() || map.style?._loaded) this.addAll();
    this.listen();
  }

  remove() {
    this.map.off("style.load", this.onStyle);
    this.map.off("moveend", this.onMoved);
    this.unlisten?.();
  }

  addAll() {
    const { map } = this;
    if (map.getSource(SHAPE)) return;
    map.addSource(SHAPE, { type: "geojson", data: NONE });
    map.addSource(HANDLES, { type: "geojson", data: NONE });
    for (const layer of layers(this.palette)) map.addLayer({ source: SHAPE, ...layer });
    this.paint();
  }

  setPalette(palette) {
    this.palette = palette;
  }

  listen() {
    const box = this.map.getCanvasContainer();
    const heard = {
      pointerdown: (event) => this.onDown(event),
      pointermove: (event) => this.onMove(event),
      pointerup: (event) => this.onUp(event),
      pointercancel: () => this.letGo(),
      dblclick: (event) => this.onDouble(event),
      contextmenu: (event) => this.onMenu(event),
    };
    for (const [name, act] of Object.entries(heard)) box.addEventListener(name, act, { capture: true });
    this.onMoved = () => this.paint();
    this.map.on("moveend", this.onMoved);
    this.unlisten = () => {
      for (const [name, act] of Object.entries(heard)) box.removeEventListener(name, act, { capture: true });
    };
  }

  // What goes on

  get busy() {
    return this.mode !== "off";
  }

  /** Begin to draw: a circle, polygon, corridor, or a hole in the polygon that is being changed. */
  draw(type) {
    this.points = [];
    this.hand = null;
    this.type = type;
    if (type !== "hole") this.draft = new Draft();
    this.setMode("drawing");
  }

  /** Change this shape. The same shape again is no change. */
  edit(shape) {
    this.draft = new Draft(shape);
    this.setMode(shape ? "editing" : "off");
  }

  stop() {
    this.points = [];
    this.draft = new Draft();
    this.setMode("off");
  }

  setMode(mode) {
    this.letGo();
    this.mode = mode;
    const drawing = mode === "drawing";
    this.map.doubleClickZoom[drawing ? "disable" : "enable"]();
    this.map.getCanvas().style.cursor = drawing ? "crosshair" : "";
    this.paint();
    this.tell();
  }

  tell() {
    const { mode, type, points, draft } = this;
    const picked = mode === "editing" && draft.canRemove(draft.picked);
    this.onMode({ mode, type, count: points.length, ready: points.length >= leastOf(type), picked, undo: draft.past.length > 0, crowded: this.crowded });
  }

  changed() {
    this.paint();
    this.tell();
    this.onShape(this.draft.shape);
  }

  /** Where a circle, or a line being drawn, is done. */
  finish() {
    if (this.mode !== "drawing") return false;
    if (this.type === "circle") return false;
    if (this.points.length < leastOf(this.type)) return false;
    const points = this.points;
    this.points = [];
    if (this.type === "hole") this.draft.addHole(points);
    else this.draft = new Draft(sketch(this.type, points, null, this.width));
    this.setMode("editing");
    this.onShape(this.draft.shape);
    return true;
  }

  /** Give up what is being drawn; true when the shape that was there before stays. */
  cancel() {
    if (this.mode !== "drawing") return false;
    this.points = [];
    this.setMode(this.type === "hole" ? "editing" : "off");
    return this.type === "hole";
  }

  /** Take the last corner, or the last change, back. */
  back() {
    if (this.mode === "drawing") {
      this.points = this.points.slice(0, -1);
      this.paint();
      this.tell();
    } else if (this.draft.back()) this.changed();
  }

  removePicked() {
    if (this.draft.picked && this.draft.remove(this.draft.picked)) this.changed();
  }

  /** Another size or other corners, typed instead of drawn. */
  replace(shape) {
    this.draft.replace(shape);
    if (this.mode === "off") this.setMode("editing");
    this.changed();
  }

  /** The keys that mean something now; true when one was used. */
  onKey(event) {
    const { key } = event;
    if (event.altKey) return false;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z" && this.busy) return this.back() ?? true;
    if (event.ctrlKey || event.metaKey) return false;
    if (this.mode === "drawing") {
      if (key === "Enter") return this.finish() || true;
      if (key === "Backspace" || key === "Delete") return this.back() ?? true;
      return false;
    }
    if (this.mode !== "editing" || !this.draft.picked) return false;
    if (key === "Delete" || key === "Backspace") return this.removePicked() ?? true;
    return ARROWS[key] ? this.nudge(ARROWS[key], event.shiftKey ? 1 : STEP_PX) : false;
  }

  nudge([dx, dy], step) {
    const { draft, map } = this;
    const held = this.handleOf(draft.picked);
    if (!held) return false;
    const { x, y } = map.project(held.at);
    draft.mark();
    draft.picked = draft.move(held, map.unproject([x + dx * step, y + dy * step]).toArray());
    this.changed();
    return true;
  }

  handleOf(handle) {
    return this.draft.handles().find((one) => sameHandle(one, handle));
  }

  // Pointers

  at(event) {
    const frame = this.map.getCanvas().getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  hit([x, y], reach) {
    let best = null;
    let nearest = reach ** 2;
    for (const handle of this.mode === "editing" ? this.shownHandles() : []) {
      const at = this.map.project(handle.at);
      const distance = (at.x - x) ** 2 + (at.y - y) ** 2 + (handle.kind === "between" ? 16 : 0);
      if (distance <= nearest) [best, nearest] = [handle, distance];
    }
    return best;
  }

  shownHandles() {
    const view = this.map.getBounds();
    const seen = this.draft.handles().filter(({ at }) => view.contains(at));
    this.crowded = seen.length > MOST_HANDLES;
    if (!this.crowded) return seen;
    return seen.filter(({ kind }) => kind !== "between" && kind !== "corner");
  }

  onDown(event) {
    if (!this.busy || event.button > 0 || !event.isPrimary) return;
    const at = this.at(event);
    this.down = { at, reach: REACH[event.pointerType] ?? REACH.mouse };
    if (this.mode === "drawing" && this.type === "circle") return this.hold(event, null);
    const handle = this.hit(at, this.down.reach);
    const whole = !handle && event.shiftKey && this.mode === "editing";
    if (handle || whole) this.hold(event, handle);
    return undefined;
  }

  // The map must not move under the hand that moves a corner.
  hold(event, handle) {
    this.map.dragPan.disable();
    this.map.boxZoom.disable();
    this.map.getCanvasContainer().setPointerCapture?.(event.pointerId);
    this.held = { handle, last: this.down.at, moved: false };
    if (this.type === "circle" && this.mode === "drawing") {
      this.points = [this.map.unproject(this.down.at).toArray()];
      this.tell();
    } else this.draft.picked = handle;
    this.paint();
  }

  letGo() {
    this.held = null;
    this.down = null;
    this.map.dragPan.enable();
    this.map.boxZoom.enable();
  }

  onMove(event) {
    if (!this.busy) return;
    const at = this.at(event);
    if (this.down && Math.hypot(at[0] - this.down.at[0], at[1] - this.down.at[1]) > STILL_PX) this.down.moved = true;
    this.hand = this.map.unproject(at).toArray();
    if (this.mode === "drawing") {
      if (event.pointerType === "mouse" || this.held) this.soon();
      return;
    }
    if (this.held && this.down.moved) this.drag(at);
    else if (!this.down) this.map.getCanvas().style.cursor = this.hit(at, REACH.mouse) ? "move" : "";
  }

  drag(at) {
    const { held, draft } = this;
    if (!held.moved) draft.mark();
    held.moved = true;
    if (held.handle) {
      held.handle = draft.move(held.handle, this.hand);
      draft.picked = held.handle;
    } else {
      const [before, now] = [held.last, at].map((point) => this.map.unproject(point));
      draft.moveAll((now.lng - before.lng) / 360, mercator(now.lat) - mercator(before.lat));
      held.last = at;
    }
    this.soon();
  }

  soon() {
    this.request ??= requestAnimationFrame(() => {
      this.request = null;
      this.paint();
    });
  }

  onUp(event) {
    const { down, held } = this;
    if (!down || !this.busy) return;
    const moved = Boolean(down.moved);
    this.letGo();
    if (this.mode === "editing") {
      if (held?.moved) this.changed();
      else {
        if (!held) this.draft.picked = null;
        this.paint();
        this.tell();
      }
    } else if (this.type === "circle") this.circleDone(this.at(event), moved);
    else if (!moved) this.addPoint(down);
  }

  // A click without a drag is a circle of a size that can be seen and pulled.
  circleDone(at, moved) {
    const center = this.points[0];
    const { x, y } = this.map.project(center);
    const edge = this.map.unproject(moved ? at : [x + 60, y]).toArray();
    this.points = [];
    this.draft = new Draft({ type: "circle", center, radius_m: Math.max(5, metresBetween(center, edge)) });
    this.setMode("editing");
    this.onShape(this.draft.shape);
  }

  addPoint({ at, reach }) {
    const near = (point) => {
      const { x, y } = this.map.project(point);
      return Math.hypot(x - at[0], y - at[1]) <= reach;
    };
    const { points, type } = this;
    if (points.length >= 3 && type !== "corridor" && near(points[0])) return this.finish();
    if (points.length && near(points.at(-1))) return undefined; // the second half of a double click
    this.points = [...points, this.map.unproject(at).toArray()];
    this.hand = null;
    this.paint();
    return this.tell();
  }

  onDouble(event) {
    if (this.mode !== "drawing" || this.type === "circle") return;
    event.stopPropagation();
    this.finish();
  }

  onMenu(event) {
    if (!this.busy) return;
    event.preventDefault();
    const handle = this.hit(this.at(event), REACH.touch);
    if (handle?.kind === "corner" && this.draft.remove(handle)) this.changed();
  }

  // Painting

  paint() {
    const { map } = this;
    if (!map.getSource(SHAPE)) return;
    map.getSource(SHAPE).setData({ type: "FeatureCollection", features: this.features() });
    map.getSource(HANDLES).setData({ type: "FeatureCollection", features: this.handleFeatures() });
  }

  features() {
    const wrong = Boolean(this.wrong);
    const found = this.draft.shape ? [featureOf(this.draft.shape, { wrong })] : [];
    if (this.mode !== "drawing" || !this.points.length) return found;
    const drawn = sketch(this.type, this.points, this.hand, this.width);
    if (drawn) found.push(featureOf(drawn, { wrong: false }));
    const line = this.hand ? [...this.points, this.hand] : this.points;
    if (line.length > 1) found.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } });
    return found;
  }

  handleFeatures() {
    if (this.mode === "drawing") return this.points.map((at) => pointOf(at, { kind: "corner", picked: false }));
    if (this.mode !== "editing") return [];
    const { picked } = this.draft;
    return this.shownHandles().map((one) => pointOf(one.at, { kind: one.kind, picked: sameHandle(one, picked) }));
  }

  /** Paint the shape as one that cannot be a zone. */
  setWrong(wrong) {
    if (Boolean(this.wrong) === wrong) return;
    this.wrong = wrong;
    this.paint();
  }
}
