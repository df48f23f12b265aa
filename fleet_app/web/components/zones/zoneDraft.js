// A shape while it is drawn or changed: its handles, what moving them does, and the way back.

import { metresBetween, movedBy, positionAt } from "./zoneShapes.js";

const MOST_BACK = 100;
const SMALLEST_M = 5;

const halfway = ([lon, lat], [lon2, lat2]) => [(lon + lon2) / 2, (lat + lat2) / 2];
const without = (list, index) => list.filter((_, n) => n !== index);
const put = (list, index, one) => list.map((old, n) => (n === index ? one : old));
const inserted = (list, index, one) => [...list.slice(0, index), one, ...list.slice(index)];

/** Whether two handles are the same one. */
export const sameHandle = (one, other) =>
  Boolean(one && other) && one.kind === other.kind && one.ring === other.ring && one.index === other.index;

export class Draft {
  constructor(shape = null) {
    this.shape = shape;
    this.past = [];
    this.picked = null;
  }

  /** The rings or the line whose corners can be moved; a circle has none. */
  get lines() {
    if (!this.shape || this.shape.type === "circle") return [];
    return this.shape.type === "polygon" ? [this.shape.outline, ...this.shape.holes] : [this.shape.line];
  }

  /** Everything that can be taken hold of: `{kind, ring, index, at}`. */
  handles() {
    const { shape } = this;
    if (!shape) return [];
    if (shape.type === "circle") {
      const edge = { kind: "edge", ring: 0, index: 0, at: positionAt(shape.center, shape.radius_m, 90) };
      return [edge, { kind: "middle", ring: 0, index: 0, at: shape.center }];
    }
    const found = [];
    this.lines.forEach((line, ring) => {
      line.forEach((at, index) => {
        const next = line[index + 1] ?? (shape.type === "polygon" ? line[0] : null);
        if (next) found.push({ kind: "between", ring, index, at: halfway(at, next) });
      });
    });
    this.lines.forEach((line, ring) => line.forEach((at, index) => found.push({ kind: "corner", ring, index, at })));
    return found;
  }

  /** Remember the shape as it is, for `back`. */
  mark() {
    this.past = [...this.past.slice(1 - MOST_BACK), this.shape];
  }

  /** Undo the last change of the shape; false when there is none. */
  back() {
    if (!this.past.length) return false;
    this.shape = this.past.at(-1);
    this.past = this.past.slice(0, -1);
    this.picked = null;
    return true;
  }

  setLine(ring, line) {
    const { shape } = this;
    if (shape.type === "corridor") this.shape = { ...shape, line };
    else if (ring === 0) this.shape = { ...shape, outline: line };
    else this.shape = { ...shape, holes: put(shape.holes, ring - 1, line) };
  }

  /** Move a handle to a position; between two corners a new one comes up. Returns the handle then held. */
  move(handle, at) {
    const { kind, ring, index } = handle;
    if (kind === "edge") {
      this.shape = { ...this.shape, radius_m: Math.max(SMALLEST_M, metresBetween(this.shape.center, at)) };
      return handle;
    }
    if (kind === "middle") {
      this.shape = { ...this.shape, center: at };
      return handle;
    }
    const line = this.lines[ring];
    if (kind === "between") {
      this.setLine(ring, inserted(line, index + 1, at));
      return { kind: "corner", ring, index: index + 1, at };
    }
    this.setLine(ring, put(line, index, at));
    return handle;
  }

  /** Move the whole shape by parts of the map's width. */
  moveAll(dx, dy) {
    this.shape = movedBy(this.shape, dx, dy);
  }

  /** Whether a corner can go: an outline keeps three, a line two; a hole goes as a whole. */
  canRemove(handle) {
    if (handle?.kind !== "corner" || !this.shape) return false;
    return handle.ring > 0 || this.lines[0].length > (this.shape.type === "polygon" ? 3 : 2);
  }

  /** Take a corner away; false when the shape needs it. */
  remove(handle) {
    if (!this.canRemove(handle)) return false;
    this.mark();
    const line = without(this.lines[handle.ring], handle.index);
    if (handle.ring > 0 && line.length < 3) {
      this.shape = { ...this.shape, holes: without(this.shape.holes, handle.ring - 1) };
    } else this.setLine(handle.ring, line);
    this.picked = null;
    return true;
  }

  /** Cut a hole. */
  addHole(ring) {
    this.mark();
    this.shape = { ...this.shape, holes: [...this.shape.holes, ring] };
  }

  /** Another shape or size in place of this one. */
  replace(shape) {
    this.mark();
    this.shape = shape;
    this.picked = null;
  }
}

/** What is drawn so far, as a shape to paint; null while it is too little. `at` is where the hand is. */
export function sketch(type, points, at, width) {
  const line = at ? [...points, at] : points;
  if (type === "circle") {
    const radius = points.length && at ? metresBetween(points[0], at) : 0;
    return radius > 0 ? { type, center: points[0], radius_m: radius } : null;
  }
  if (type === "corridor") return line.length > 1 ? { type, line, width_m: width } : null;
  return line.length > 2 ? { type: "polygon", outline: line, holes: [] } : null;
}

/** How many corners something needs at least. */
export const leastOf = (type) => ({ circle: 1, corridor: 2 })[type] ?? 3;

/** Lines of "60.17000, 24.94000", latitude first, as people read positions. */
export const cornersText = (line) => line.map(([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join("\n");
