// The map of a plan: roads and stops over the base map, pointing, choosing and boxes. No React.

import { LngLatBounds } from "maplibre-gl";
import { fetchStyle } from "../../live/sources/basemap.js";
import { addRuler, flatMap, readGround } from "../../live/sources/flatMap.js";
import { store } from "../../live/sources/liveStore.js";
import { boxes, drawBox } from "./planBoxing.js";
import { addTo, ARROW, depotData, SOURCES, STOPS, stopData, straight, trayData, vehicleData, wayData } from "./planLayers.js";
import { together } from "./planView.js";

const ROOM = { top: 60, right: 64, bottom: 54, left: 48 };
/** What stands above the lower edge, of which no more than a third of the map is kept free. */
const BELOW = ".live-map-notice, .plan-pick";
const CLOSEST = 15;
const FINGER = 12; // pixels around the tip of one

/** Opens the map in `box`; resolves to a `PlanMap`, or null when the box is gone by then. */
export async function openPlanMap(box, given) {
  const ground = await readGround(box, given.theme);
  return ground && new PlanMap(box, { ...given, ground });
}

export class PlanMap {
  constructor(box, { ground, theme, colours, desk, dragging, probe }) {
    Object.assign(this, { box, info: ground.info, theme, colours, desk, dragging, marked: new Set() });
    this.map = flatMap(box, ground, "Map of the plan", { boxZoom: false });
    addRuler(this.map);
    this.map.on("style.load", () => {
      this.ready = true;
      this.paint();
    });
    this.listen();
    this.fleet = store;
    this.stop = [desk.subscribe((kind) => this.hear(kind)), store.subscribe(() => this.desk.live && this.paintVehicles()), dragging.add(box, (x, y) => this.dropAt(x, y))];
    desk.map = this;
    probe?.({ map: this.map, desk, view: this });
  }

  remove() {
    for (const stop of this.stop) stop();
    cancelAnimationFrame(this.frame);
    this.ready = false;
    this.map.remove();
    if (this.desk.map === this) this.desk.map = null;
  }

  hear(kind) {
    if (kind === "board" || kind === "shapes" || kind === "view") this.paintSoon();
    if (kind === "drag" || kind === "view") this.hold();
    if (kind === "pick" || kind === "hover" || kind === "drag") this.mark();
  }

  // The map itself stays where it is while something is dragged or a box is drawn on it.
  hold() {
    const held = Boolean(this.desk.drag) || this.desk.boxing;
    if (held === this.held) return;
    this.held = held;
    this.map.dragPan[held ? "disable" : "enable"]();
    this.map.getCanvas().style.cursor = this.desk.boxing ? "crosshair" : "";
  }

  // A step and what follows from it are one picture.
  paintSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    if (!this.ready) return;
    if (!this.map.hasImage(ARROW)) this.map.addImage(ARROW, arrow(), { sdf: true, pixelRatio: 2 });
    addTo(this.map, this.colours);
    const { board, focus, live } = this.desk;
    if (!board) return;
    const given = { colours: this.colours, focus, live, shapeOf: (row) => this.desk.shapeOf(row) };
    const data = { "plan-ways": wayData(board, given), "plan-depots": depotData(board), "plan-tray": trayData(board), "plan-stops": stopData(board, given), "plan-vehicles": vehicleData(board, given, this.fleet.vehicles) };
    for (const name of SOURCES) this.map.getSource(name)?.setData(data[name]);
    this.mark();
    if (this.fitted !== board.id) this.fit({ animate: false });
  }

  paintVehicles() {
    const { board, focus, live } = this.desk;
    if (!this.ready || !board) return;
    this.map.getSource("plan-vehicles")?.setData(vehicleData(board, { colours: this.colours, focus, live }, this.fleet.vehicles));
  }

  // What is chosen or pointed at lights up.
  mark() {
    const { chosen, hover, board, drop } = this.desk;
    if (!this.ready || !board || !this.map.getSource("plan-stops")) return;
    const row = board.rowOf.get(drop?.row || hover?.row);
    const wanted = new Map([...chosen].map((id) => [id, { chosen: true }]));
    if (hover?.id) wanted.set(hover.id, { ...wanted.get(hover.id), hover: true });
    for (const id of this.marked) if (!wanted.has(id)) for (const source of STOPS) this.map.removeFeatureState({ source, id });
    for (const [id, one] of wanted) for (const source of STOPS) this.map.setFeatureState({ source, id }, { chosen: false, hover: false, ...one });
    this.marked = new Set(wanted.keys());
    if (this.lit !== undefined && this.lit !== row?.index) this.map.removeFeatureState({ source: "plan-ways", id: this.lit + 1 });
    if (row) this.map.setFeatureState({ source: "plan-ways", id: row.index + 1 }, { hover: true });
    this.lit = row?.index;
  }

  listen() {
    const { map } = this;
    map.on("mousemove", (event) => this.onPointer(event));
    map.getCanvasContainer().addEventListener("mouseleave", () => this.desk.point(null));
    map.on("mousedown", (event) => this.meant(event.originalEvent, event.point) && event.preventDefault());
    map.getCanvasContainer().addEventListener("pointerdown", (event) => this.onDown(event));
    map.on("click", (event) => this.onClick(event));
  }

  hit({ x, y }, layers, reach = 4) {
    const known = layers.filter((id) => drawn(this.map, id));
    const box = [[x - reach, y - reach], [x + reach, y + reach]];
    return known.length ? this.map.queryRenderedFeatures(box, { layers: known })[0] ?? null : null;
  }

  onPointer({ point, originalEvent }) {
    if (this.desk.drag) return;
    const stop = this.hit(point, STOPS);
    const way = stop ? null : this.hit(point, ["plan-hit"], 1);
    this.map.getCanvas().style.cursor = this.desk.boxing ? "crosshair" : stop ? "grab" : way ? "pointer" : "";
    const { clientX: x, clientY: y } = originalEvent;
    if (stop) this.desk.point({ id: stop.properties.id, row: stop.properties.row ?? "", from: "map", x, y });
    else this.desk.point(way ? { id: 0, row: way.properties.row, from: "map", x, y } : null);
  }

  // What a press is for: a box, a stop to be dragged, or nothing, and then the map goes along.
  meant(event, point) {
    if (event.button !== 0 || event.isPrimary === false) return null;
    if (boxes(this.desk, event)) return { box: true };
    const stop = this.hit(point, STOPS, event.pointerType === "touch" ? FINGER : 4);
    return stop && { id: stop.properties.id };
  }

  onDown(event) {
    const { left, top } = this.box.getBoundingClientRect();
    const meant = this.meant(event, { x: event.clientX - left, y: event.clientY - top });
    if (meant?.box) this.beginBox(event);
    else if (meant) this.dragging.grab(event, meant.id);
  }

  onClick({ point, originalEvent }) {
    const { desk } = this;
    const add = originalEvent.ctrlKey || originalEvent.metaKey || originalEvent.shiftKey || desk.adding;
    const stop = this.hit(point, STOPS, originalEvent.pointerType === "touch" ? FINGER : 4);
    if (stop) {
      const { id } = stop.properties;
      const chosen = new Set(add ? desk.chosen : []);
      if (add && chosen.has(id)) chosen.delete(id);
      else chosen.add(id);
      desk.choose({ chosen, anchor: `stop ${id}` });
      desk.reveal?.(id);
      return;
    }
    const way = this.hit(point, ["plan-hit"], 1);
    if (way) desk.setFocus(way.properties.row);
    else if (!add) {
      desk.chooseNothing();
      if (desk.focus) desk.setFocus(desk.focus);
    }
  }

  /** Chooses what is drawn within a box; what is pale is not meant. */
  beginBox(event) {
    const layers = STOPS.filter((id) => drawn(this.map, id));
    const inside = ({ left, top, right, bottom }) => this.map.queryRenderedFeatures([[left, top], [right, bottom]], { layers }).filter(({ properties }) => !properties.pale).map(({ properties }) => properties.id);
    drawBox(event, { desk: this.desk, layer: this.box, inside, live: false });
  }

  /** A stop dropped onto another one follows it; onto a road it goes where it costs least. */
  dropAt(clientX, clientY) {
    const { left, top } = this.box.getBoundingClientRect();
    const point = { x: clientX - left, y: clientY - top };
    const { board, drag } = this.desk;
    const stop = this.hit(point, ["plan-stops"], 7);
    const at = stop && !drag?.ids.includes(stop.properties.id) ? board.where.get(stop.properties.id) : null;
    if (at?.row) return { row: at.row.key, place: at.place + 1 };
    const way = this.hit(point, ["plan-hit"], 2);
    return way ? { row: way.properties.row, place: null } : null;
  }

  // The view

  /** Brings everything into view, or some stops, or a row. */
  fit({ ids = null, row = null, animate = true } = {}) {
    const { board } = this.desk;
    const rows = row ? [board.rowOf.get(row)] : board.rows;
    const places = ids ? ids.map((id) => placeOf(board, id)) : [...rows.filter(({ stops }) => stops.length).flatMap(straight), ...(row ? [] : board.tray.map(({ order }) => [order.lon, order.lat]))];
    const placed = places.filter((place) => place && Number.isFinite(place[0]) && Number.isFinite(place[1]));
    if (!placed.length) return;
    const known = ids || row ? placed : together(placed);
    if (!ids && !row) this.fitted = board.id;
    const bounds = known.reduce((all, place) => all.extend(place), new LngLatBounds(known[0], known[0]));
    const still = !animate || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, { padding: this.room, maxZoom: CLOSEST, duration: still ? 0 : 450 });
  }

  /** What is to stay free at each side, in pixels: less of a small map, and what stands over it. */
  get room() {
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const tight = Math.min(1, clientWidth / 420, clientHeight / 320);
    const room = Object.fromEntries(Object.entries(ROOM).map(([side, pixels]) => [side, pixels * tight]));
    const over = [...(this.box.parentElement?.querySelectorAll(BELOW) ?? [])].map((one) => one.offsetHeight);
    return { ...room, bottom: room.bottom + Math.min(Math.max(0, ...over), clientHeight / 3) };
  }

  /** Brings stops into view, if they are not: no nearer than it is, where it can. */
  bring(ids) {
    const { board } = this.desk;
    const known = ids.map((id) => placeOf(board, id)).filter((place) => place && Number.isFinite(place[0]) && Number.isFinite(place[1]));
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const { top, right, bottom, left } = this.room;
    const seen = known.every((place) => {
      const { x, y } = this.map.project(place);
      return x >= left / 2 && x <= width - right && y >= top / 2 && y <= height - bottom;
    });
    if (!known.length || seen) return;
    if (ids.length > 1) return this.fit({ ids });
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.easeTo({ center: known[0], offset: [0, (top - bottom) / 2], duration: still ? 0 : 450 });
  }

  zoomBy(step) {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: 200 });
  }

  setTheme(theme, colours) {
    if (theme === this.theme && colours === this.colours) return;
    Object.assign(this, { theme, colours, ready: false });
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme === theme && this.colours === colours) this.map.setStyle(style, { diff: false });
    });
  }
}

const ARROW_PX = 36;

/** An arrow that points up, to be coloured by the map. */
function arrow() {
  const canvas = Object.assign(document.createElement("canvas"), { width: ARROW_PX, height: ARROW_PX });
  const pen = canvas.getContext("2d");
  const points = [[18, 4], [29, 31], [18, 25], [7, 31]];
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.closePath();
  pen.fill();
  return pen.getImageData(0, 0, ARROW_PX, ARROW_PX);
}

const drawn = (map, id) => Boolean(map.getLayer(id));

function placeOf(board, id) {
  const at = board.where.get(id);
  const order = at && (at.row ? at.row.stops[at.place] : board.tray[at.place]).order;
  return order && [order.lon, order.lat];
}
