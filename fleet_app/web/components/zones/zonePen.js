// Drawing and changing one shape on the map: what is drawn, and the keys. No React.

import { Draft, leastOf, sameHandle, sketch } from "./zoneDraft.js";
import { addDraft, handleFeature, hasDraft, lineFeature, paintDraft } from "./zonePaint.js";
import { ZonePointers } from "./zonePointers.js";
import { DEFAULT_WIDTH_M, featureOf, metresBetween } from "./zoneShapes.js";

const MOST_HANDLES = 600;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const STEP_PX = 8;

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
    this.pointers = new ZonePointers(map, this);
    this.onMoved = () => this.paint();
    map.on("moveend", this.onMoved);
  }

  remove() {
    this.map.off("style.load", this.onStyle);
    this.map.off("moveend", this.onMoved);
    this.pointers.remove();
  }

  addAll() {
    if (addDraft(this.map, this.palette)) this.paint();
  }

  setPalette(palette) {
    this.palette = palette;
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
    this.pointers.letGo();
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

  shownHandles() {
    const view = this.map.getBounds();
    const seen = this.draft.handles().filter(({ at }) => view.contains(at));
    this.crowded = seen.length > MOST_HANDLES;
    if (!this.crowded) return seen;
    return seen.filter(({ kind }) => kind !== "between" && kind !== "corner");
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

  // Painting

  paint() {
    if (hasDraft(this.map)) paintDraft(this.map, this.features(), this.handleFeatures());
  }

  features() {
    const wrong = Boolean(this.wrong);
    const found = this.draft.shape ? [featureOf(this.draft.shape, { wrong })] : [];
    if (this.mode !== "drawing" || !this.points.length) return found;
    const drawn = sketch(this.type, this.points, this.hand, this.width);
    if (drawn) found.push(featureOf(drawn, { wrong: false }));
    const line = this.hand ? [...this.points, this.hand] : this.points;
    if (line.length > 1) found.push(lineFeature(line));
    return found;
  }

  handleFeatures() {
    if (this.mode === "drawing") return this.points.map((at) => handleFeature(at, "corner"));
    if (this.mode !== "editing") return [];
    const { picked } = this.draft;
    return this.shownHandles().map((one) => handleFeature(one.at, one.kind, sameHandle(one, picked)));
  }

  /** Paint the shape as one that cannot be a zone. */
  setWrong(wrong) {
    if (Boolean(this.wrong) === wrong) return;
    this.wrong = wrong;
    this.paint();
  }
}
