// The fleet on top of the map: one canvas, painted in step with the camera and, while vehicles
// glide, on its own, so that a moving fleet does not make the map below render again.

import { clusterPoints, clusterRule } from "./clusters.js";
import { ClusterSheet, clusterRadius } from "./clusterSheet.js";
import { buildAtlas, CELL, symbolOf, turning } from "./icons.js";
import { LabelSheet } from "./labelSheet.js";
import { latOf, lonOf, mercatorX, mercatorY, nextTrack, restingTrack, sampleTrack, wrapX } from "./motion.js";
import { paintAlert, paintHalo, paintTrail } from "./paint.js";
import { VehicleLabels } from "./vehicleLabels.js";

const FRAME_MS = 40;
const CLUSTER_EVERY_MS = 1000;
const MARGIN = 40;
const RAD = Math.PI / 180;
const ORDER = ["offline", "stopped", "idle", "moving"];
const FONT = '"Inter Variable", Inter, system-ui, sans-serif';

/** Size of a symbol relative to its drawing, by zoom level. */
export function symbolScale(zoom) {
  return Math.max(0.6, Math.min(1.1, 0.62 + (zoom - 9) * 0.07));
}

export class FleetOverlay {
  constructor(map, store, palette) {
    Object.assign(this, { map, store, selected: 0, hovered: 0, statuses: [], needle: "" });
    this.tracks = new Map();
    this.alerts = {};
    this.trail = [];
    this.groups = { clusters: [], singles: new Set() };
    this.groupKey = "";
    this.drawnItems = [];
    this.labels = new VehicleLabels(this);
    this.stats = { frames: 0, drawMs: 0, clusterMs: 0, visible: 0 };
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.canvas = document.createElement("canvas");
    this.canvas.className = "live-map-overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().appendChild(this.canvas);
    this.ctx = this.canvas.getContext("2d");
    this.setPalette(palette);
    this.onRender = () => this.draw();
    map.on("render", this.onRender);
    this.unsubscribe = store.subscribe((change) => this.onChange(change));
    this.syncTracks([...store.vehicles.keys()], true);
  }

  remove() {
    this.unsubscribe();
    this.map.off("render", this.onRender);
    cancelAnimationFrame(this.request);
    this.canvas.remove();
    this.removed = true;
  }

  setPalette(palette) {
    this.palette = palette;
    this.pixelRatio = window.devicePixelRatio || 1;
    this.atlas = buildAtlas(palette, this.pixelRatio);
    this.labels.setSheet(new LabelSheet(palette, FONT, this.pixelRatio));
    this.rings = new ClusterSheet(palette, FONT, this.pixelRatio);
    this.invalidate();
  }

  setFilter(statuses, needle) {
    Object.assign(this, { statuses, needle: needle.trim().toLowerCase() });
    this.invalidate(true);
  }

  setSelected(id) {
    this.selected = id;
    this.trail = [];
    this.invalidate(true);
  }

  /** The severity of the worst open alert by the id of a vehicle. */
  setAlerts(alerts) {
    this.alerts = alerts ?? {};
    this.invalidate();
  }

  setHovered(id) {
    if (this.hovered === id) return;
    this.hovered = id;
    this.invalidate();
  }

  /** Points `[lon, lat, epoch s, speed m/s]` of the selected vehicle, oldest first. */
  setTrail(points) {
    const fresh = points.map(([lon, lat, t]) => ({ mx: mercatorX(lon), my: mercatorY(lat), t }));
    const end = fresh.at(-1)?.t ?? -Infinity;
    this.trail = fresh.concat(this.trail.filter((point) => point.t > end));
    this.invalidate();
  }

  onChange({ kind, ids }) {
    if (kind === "snapshot" || kind === "delta") this.syncTracks(ids, document.hidden);
    if (kind === "roster") this.labels.forget();
    if (kind !== "tick" || ids.length > 0) this.stale = true;
    this.schedule();
  }

  syncTracks(ids, still) {
    const now = performance.now();
    for (const id of ids) {
      const vehicle = this.store.vehicles.get(id);
      const track = this.tracks.get(id);
      if (!vehicle) this.tracks.delete(id);
      else if (!track) this.tracks.set(id, restingTrack(vehicle));
      else this.tracks.set(id, nextTrack(track, vehicle, now, still || this.reduced.matches));
      if (vehicle && id === this.selected) this.extendTrail(vehicle);
    }
  }

  extendTrail({ lon, lat, recordedAt }) {
    if ((this.trail.at(-1)?.t ?? -Infinity) >= recordedAt) return;
    this.trail.push({ mx: mercatorX(lon), my: mercatorY(lat), t: recordedAt });
  }

  invalidate(regroup = false) {
    this.stale = true;
    if (regroup) this.groupKey = "";
    this.schedule();
  }

  // Slow machines get fewer frames instead of a blocked page.
  schedule() {
    if (this.request || this.removed) return;
    const step = (now) => {
      this.request = 0;
      const pause = Math.max(FRAME_MS, this.stats.drawMs * 3) - 4;
      if (now - (this.drawnAt ?? 0) < pause) this.request = requestAnimationFrame(step);
      else this.draw();
    };
    this.request = requestAnimationFrame(step);
  }

  /** The camera as an affine map from mercator units to CSS px (the map is never tilted). */
  camera() {
    const centre = this.map.getCenter();
    const at = this.map.project(centre);
    const canvas = this.map.getCanvas();
    const zoom = this.map.getZoom();
    return {
      cx: mercatorX(centre.lng),
      cy: mercatorY(centre.lat),
      px: at.x,
      py: at.y,
      size: 512 * 2 ** zoom,
      zoom,
      width: canvas.clientWidth,
      height: canvas.clientHeight,
    };
  }

  resize({ width, height }) {
    const ratio = window.devicePixelRatio || 1;
    if (ratio !== this.pixelRatio) this.setPalette(this.palette);
    if (this.canvas.width === Math.round(width * ratio) && this.canvas.height === Math.round(height * ratio)) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  /** Paint everything now. */
  draw() {
    const started = performance.now();
    const camera = this.camera();
    this.resize(camera);
    this.regroup(camera.zoom, started);
    const { ctx } = this;
    ctx.setTransform(this.pixelRatio, 0, 0, this.pixelRatio, 0, 0);
    ctx.clearRect(0, 0, camera.width, camera.height);
    const moving = this.collect(camera, started);
    this.drawTrail(camera);
    this.drawClusters(camera);
    this.drawVehicles(camera);
    this.labels.draw(camera, started);
    this.drawnAt = started;
    this.stale = false;
    this.measure(started);
    this.afterDraw?.();
    if (moving) this.schedule();
  }

  measure(started) {
    const spent = performance.now() - started;
    this.stats.frames += 1;
    this.stats.drawMs += (spent - this.stats.drawMs) * 0.1;
    this.stats.visible = this.drawnItems.length;
  }

  /** Decide which vehicles stand alone; at most once a second unless the zoom level changes. */
  regroup(zoom, now) {
    const level = Math.floor(zoom * 2) / 2;
    const key = `${level}`;
    const due = now - (this.groupedAt ?? -Infinity) >= CLUSTER_EVERY_MS && this.stale;
    if (key === this.groupKey && !due) return;
    this.groupKey = key;
    this.groupedAt = now;
    const points = [];
    for (const vehicle of this.store.vehicles.values()) {
      if (vehicle.id === this.selected || !this.store.matches(vehicle, this.statuses, this.needle)) continue;
      const track = this.tracks.get(vehicle.id);
      if (track) points.push({ id: vehicle.id, x: track.x1, y: track.y1, status: vehicle.shown });
    }
    points.sort((a, b) => a.id - b.id);
    this.groups = clusterPoints(points, level, clusterRule(level));
    if (this.selected) this.groups.singles.add(this.selected);
    this.matched = points.length;
    this.stats.clusterMs = performance.now() - now;
  }

  /** Sample every lone vehicle and keep those in view; true while any of them glides. */
  collect(camera, now) {
    const items = [];
    const at = {};
    let moving = false;
    for (const id of this.groups.singles) {
      const track = this.tracks.get(id);
      const vehicle = this.store.vehicles.get(id);
      if (!track || !vehicle) continue;
      sampleTrack(track, now, at);
      const x = camera.px + wrapX(at.x - camera.cx) * camera.size;
      const y = camera.py + (at.y - camera.cy) * camera.size;
      if (x < -MARGIN || y < -MARGIN || x > camera.width + MARGIN || y > camera.height + MARGIN) continue;
      moving ||= at.active;
      items.push({ id, x, y, h: at.h, vehicle, at: track.at });
    }
    this.drawnItems = items;
    return moving;
  }

  drawTrail(camera) {
    const item = this.selected && this.drawnItems.find(({ id }) => id === this.selected);
    const points = [];
    for (const { mx, my, t } of this.trail) {
      if (item && t >= item.at) break;
      points.push({
        x: camera.px + wrapX(mx - camera.cx) * camera.size,
        y: camera.py + (my - camera.cy) * camera.size,
        t,
      });
    }
    if (item) points.push({ x: item.x, y: item.y, t: item.at });
    paintTrail(this.ctx, points, this.palette);
  }

  drawClusters(camera) {
    for (const cluster of this.groups.clusters) {
      cluster.sx = camera.px + wrapX(cluster.x - camera.cx) * camera.size;
      cluster.sy = camera.py + (cluster.y - camera.cy) * camera.size;
      cluster.seen =
        cluster.sx > -MARGIN && cluster.sy > -MARGIN &&
        cluster.sx < camera.width + MARGIN && cluster.sy < camera.height + MARGIN;
      if (cluster.seen) this.rings.placeOf(cluster);
    }
    for (const cluster of this.groups.clusters) {
      if (cluster.seen) this.rings.blit(this.ctx, this.rings.placeOf(cluster), cluster.sx, cluster.sy);
    }
  }

  drawVehicles(camera) {
    const crowd = this.drawnItems.length > 1500 ? 0.82 : 1;
    this.scale = symbolScale(camera.zoom) * crowd;
    for (const { id, x, y } of this.drawnItems) {
      if (this.alerts[id]) paintAlert(this.ctx, x, y, 19 * this.scale + 2, this.palette[this.alerts[id]], this.palette.halo);
    }
    const layers = Object.fromEntries(ORDER.map((status) => [status, []]));
    const last = [];
    for (const item of this.drawnItems) {
      if (item.id === this.selected || item.id === this.hovered) last.push(item);
      else layers[item.vehicle.shown].push(item);
    }
    for (const status of ORDER) for (const item of layers[status]) this.drawSymbol(item, this.scale);
    this.resetTransform();
    for (const item of last) {
      if (item.id === this.selected) paintHalo(this.ctx, item.x, item.y, 22 * this.scale + 3, this.palette);
    }
    for (const item of last) this.drawSymbol(item, this.scale * 1.12);
    this.resetTransform();
  }

  resetTransform() {
    this.ctx.setTransform(this.pixelRatio, 0, 0, this.pixelRatio, 0, 0);
    this.ctx.globalAlpha = 1;
  }

  drawSymbol({ x, y, h, vehicle }, size) {
    const { ctx, atlas, store } = this;
    const status = vehicle.shown;
    const type = symbolOf(store.factsOf(vehicle.id).type);
    const turns = turning(type, status);
    ctx.globalAlpha = status === "offline" ? 0.82 : store.isStale(vehicle) ? 0.5 : 1;
    if (!turns.outline || !turns.glyph) {
      this.blit(atlas.outline, atlas.row[status], x, y, turns.outline ? h : 0, size);
    }
    this.blit(atlas.column[type], atlas.row[status], x, y, turns.glyph ? h : 0, size);
  }

  blit(column, row, x, y, heading, size) {
    const { ctx, atlas, pixelRatio } = this;
    const cos = Math.cos(heading * RAD) * size * pixelRatio;
    const sin = Math.sin(heading * RAD) * size * pixelRatio;
    ctx.setTransform(cos, sin, -sin, cos, x * pixelRatio, y * pixelRatio);
    ctx.drawImage(atlas.canvas, column, row, atlas.step, atlas.step, -CELL / 2, -CELL / 2, CELL, CELL);
  }

  /** What lies at a point: `{id}`, `{cluster}` or null. `reach` in px beyond the symbol. */
  hit(x, y, reach = 4) {
    let best = null;
    let nearest = (15 * (this.scale ?? 1) + reach) ** 2;
    for (const item of this.drawnItems) {
      const distance = (item.x - x) ** 2 + (item.y - y) ** 2;
      if (distance <= nearest) [best, nearest] = [{ id: item.id }, distance];
    }
    if (best) return best;
    for (const cluster of this.groups.clusters) {
      const far = Math.hypot((cluster.sx ?? Infinity) - x, (cluster.sy ?? Infinity) - y);
      if (far <= clusterRadius(cluster.count) + reach) return { cluster };
    }
    return null;
  }

  /** Where a vehicle is drawn now, in degrees; null when unknown. */
  drawnAtOf(id) {
    const track = this.tracks.get(id);
    if (!track) return null;
    const { x, y } = sampleTrack(track, performance.now());
    return { lat: latOf(y), lon: lonOf(x) };
  }

  /** Bounds `[[west, south], [east, north]]` of the vehicles that pass the filter, or null. */
  bounds(ids = null) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const vehicle of ids ? ids.map((id) => this.store.vehicles.get(id)) : this.store.vehicles.values()) {
      if (!vehicle || !(ids || this.store.matches(vehicle, this.statuses, this.needle))) continue;
      box[0] = Math.min(box[0], vehicle.lon);
      box[1] = Math.min(box[1], vehicle.lat);
      box[2] = Math.max(box[2], vehicle.lon);
      box[3] = Math.max(box[3], vehicle.lat);
    }
    return box[0] === Infinity ? null : [[box[0], box[1]], [box[2], box[3]]];
  }
}
