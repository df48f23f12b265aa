// The names beside the vehicles on the map, where there is room for them.

import { clusterRadius } from "./clusterSheet.js";
import { speedText } from "./format.js";
import { labelOffset, placeLabels } from "./labels.js";

const LABEL_EVERY_MS = 350;
const LABEL_ZOOM = 13;
const LABEL_FEW = 60;

export class VehicleLabels {
  constructor(overlay) {
    this.overlay = overlay;
    this.forget();
  }

  /** Place them all anew, as after another roster. */
  forget() {
    this.sides = new Map();
  }

  /** Where the texts are painted before they are copied onto the map. */
  setSheet(sheet) {
    this.sheet = sheet;
  }

  textOf({ id, vehicle }) {
    const { name } = this.overlay.store.factsOf(id);
    if (id !== this.overlay.selected) return name;
    return vehicle.shown === "moving" ? `${name} · ${speedText(vehicle.speed)}` : name;
  }

  /** Paint the names of what is drawn, as many as have room. */
  draw(camera, now) {
    const { drawnItems, selected, hovered, scale } = this.overlay;
    const wanted = camera.zoom >= LABEL_ZOOM || drawnItems.length <= LABEL_FEW;
    const labelled = drawnItems.filter(({ id }) => wanted || id === selected || id === hovered);
    const radius = 15 * scale;
    for (const item of labelled) {
      item.first = item.id === selected || item.id === hovered;
      item.label = this.sheet.measure(this.textOf(item), item.id === selected);
      item.width = item.label.width;
      item.height = item.label.height;
    }
    const key = `${camera.zoom.toFixed(2)}|${labelled.length}|${selected}|${hovered}`;
    if (key !== this.key || now - (this.placedAt ?? 0) > LABEL_EVERY_MS) {
      this.sides = placeLabels(labelled, radius, this.sides, this.clusterBoxes());
      this.key = key;
      this.placedAt = now;
    }
    // All painting into the sheet comes before the first blit from it.
    for (const item of labelled) if (this.sides.has(item.id)) this.sheet.placeOf(item.label);
    for (const item of labelled) this.drawOne(item, radius);
  }

  clusterBoxes() {
    return this.overlay.groups.clusters.filter(({ seen }) => seen).map(({ sx, sy, count }) => {
      const radius = clusterRadius(count);
      return [sx - radius, sy - radius, sx + radius, sy + radius];
    });
  }

  drawOne(item, radius) {
    const { ctx, selected } = this.overlay;
    const side = this.sides.get(item.id);
    if (side === undefined) return;
    const reach = item.id === selected ? radius + 10 : radius;
    const [dx, dy] = labelOffset(side, item.width, item.height, reach);
    ctx.globalAlpha = item.vehicle.shown === "offline" ? 0.75 : 1;
    this.sheet.blit(ctx, this.sheet.placeOf(item.label), item.x + dx, item.y + dy);
    ctx.globalAlpha = 1;
  }
}
