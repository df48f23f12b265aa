// What map, list and form of the zones page share: the zones, the chosen one, and the one being drawn.

import { shapeIn } from "./zoneShapes.js";

const AGAIN_MS = 400;
const IDLE = { mode: "off", type: "", count: 0, ready: false, picked: false, undo: false, crowded: false };
const FAILED = "The zones cannot be read at the moment. Trying again…";
const RETRY_MS = 4000;
const PLACE = /(-?\d{1,2}\.\d{5}), (-?\d{1,3}\.\d{5})/;

/** The place `[lon, lat]` that a message names, latitude first as people read it; or null. */
export function placeIn(message) {
  const found = PLACE.exec(message ?? "");
  return found ? [Number(found[2]), Number(found[1])] : null;
}

function zoneOf({ properties, geometry }) {
  const [lon, lat] = geometry?.coordinates ?? [];
  const shape = shapeIn({ ...properties, lon, lat, geometry });
  return { ...properties, name: properties.name ?? "", group: properties.group ?? "", active: properties.active !== false, shape };
}

/** Zones of the server's GeoJSON. One without a shape of ours is listed and not painted. */
export const zonesIn = (answer) => (answer?.features ?? []).map(zoneOf);

/** Groups of zones that contain the words, by name; those without a group come last. */
export function grouped(zones, words = "") {
  const needles = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = zones.filter(({ name, group }) => {
    const text = `${name} ${group}`.toLowerCase();
    return needles.every((needle) => text.includes(needle));
  });
  const groups = new Map();
  for (const zone of found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))) {
    if (!groups.has(zone.group)) groups.set(zone.group, []);
    groups.get(zone.group).push(zone);
  }
  return [...groups].sort(([a], [b]) => !a - !b || a.localeCompare(b)).map(([name, members]) => ({ name, zones: members }));
}

export class ZoneDesk {
  constructor() {
    this.heard = new Set();
    this.clear();
  }

  clear() {
    Object.assign(this, { zones: [], loaded: false, problem: "", chosen: 0, mode: IDLE, open: null, shape: null, changed: false, fresh: false, map: null, url: "" });
    this.tell();
  }

  subscribe = (hear) => {
    this.heard.add(hear);
    return () => this.heard.delete(hear);
  };

  /** A number that moves with every change, for React. */
  version = () => this.turn;

  tell() {
    this.turn = (this.turn ?? 0) + 1;
    for (const hear of this.heard) hear();
  }

  // Zones

  /** Read the zones of another address, or the same ones again soon. */
  read(url, soon = false) {
    if (url !== this.url) Object.assign(this, { url, zones: [], loaded: false });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), soon ? AGAIN_MS : 0);
  }

  async fetch() {
    const { url } = this;
    if (!url) return;
    try {
      const response = await fetch(url, { credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      const zones = zonesIn(await response.json());
      if (url !== this.url) return;
      Object.assign(this, { zones, loaded: true, problem: "" });
      this.map?.set(zones);
      this.map?.layers.choose(this.chosen);
    } catch {
      if (url !== this.url) return;
      this.problem = FAILED;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.fetch(), RETRY_MS);
    }
    this.tell();
  }

  zone(id) {
    return this.zones.find((one) => one.id === id);
  }

  /** Mark a zone on map and list; `look` brings it into view. */
  choose(id, look = false) {
    this.chosen = id;
    this.map?.layers.choose(id);
    const shape = look && this.zone(id)?.shape;
    if (shape) this.map?.reveal(shape);
    this.tell();
  }

  onMapChoice(id) {
    this.choice?.(id);
  }

  attach(map) {
    this.map = map;
    if (!map) return;
    map.set(this.zones);
    map.layers.choose(this.chosen);
    if (this.open) this.show();
    else if (this.waiting) map.pen.draw(this.waiting);
    this.waiting = "";
  }

  // The shape in the form

  /** Begin to draw a new zone; its form follows. */
  draw(type) {
    Object.assign(this, { fresh: true, shape: null, changed: false });
    if (!this.map) this.waiting = type;
    this.choose(0);
    this.map?.layers.hide(0);
    this.map?.pen.draw(type);
    this.map?.map.getCanvas().focus();
    this.tell();
  }

  /** The form shows a zone: `id` 0 for a new one, with its shape or none. */
  enter(id, shape) {
    this.open = { id };
    if (shape || !this.fresh) {
      Object.assign(this, { shape, changed: false });
      this.show();
    }
    this.fresh = false;
    this.tell();
  }

  show() {
    const { map, open, shape } = this;
    if (!map) return;
    if (open.id) this.choose(open.id);
    map.layers.hide(open.id);
    map.pen.edit(shape);
    if (shape) map.reveal(shape);
  }

  /** The form is gone, or about to come back with something else. */
  leave() {
    this.open = null;
    if (this.fresh) return; // the next zone is being drawn already
    Object.assign(this, { shape: null, changed: false });
    this.map?.layers.hide(0);
    this.map?.pen.stop();
    this.trouble("");
    this.tell();
  }

  /** The pen says what the shape is now; back at the beginning it is as it was. */
  drawn(shape) {
    this.shape = shape;
    this.changed = !this.map || this.map.pen.draft.past.length > 0 || !this.open?.id;
    this.tell();
    this.onDrawn?.(shape);
  }

  setMode(mode) {
    this.mode = mode;
    this.tell();
  }

  /** Give the shape another size or other corners. */
  replace(shape) {
    if (this.map) this.map.pen.replace(shape);
    else this.drawn(shape);
  }

  /** Show at the shape what is wrong with it; empty when nothing is. */
  trouble(message) {
    this.map?.pen.setWrong(Boolean(message));
    this.map?.mark(placeIn(message));
  }

  /** What is unsaved: a drawing, or a form that says so. */
  get unsaved() {
    const drawn = this.mode.mode === "drawing" ? this.mode.count > 0 : this.changed;
    return Boolean(drawn) || document.querySelector("[data-testid=record-form]")?.dataset.dirty === "true";
  }
}

/** The one of the page. */
export const desk = new ZoneDesk();
