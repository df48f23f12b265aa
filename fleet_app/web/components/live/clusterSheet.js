// Clusters as pictures: a count inside a ring that shows the shares of the statuses.

import { SpriteSheet } from "./spriteSheet.js";

const TAU = Math.PI * 2;
const RING = ["moving", "idle", "stopped", "offline"];
const SHADOW = 5;

/** The radius of a cluster in CSS px. */
export function clusterRadius(count) {
  return Math.round(Math.min(30, 14 + 3.2 * Math.log2(count / 2)));
}

// A gradient, since blurred shadows are slow to draw by the hundred.
function paintShadow(ctx, radius) {
  const fade = ctx.createRadialGradient(0, 0, radius - 2, 0, 0, radius + SHADOW);
  fade.addColorStop(0, "rgba(8, 15, 30, 0.35)");
  fade.addColorStop(1, "rgba(8, 15, 30, 0)");
  ctx.fillStyle = fade;
  ctx.beginPath();
  ctx.arc(0, 0, radius + SHADOW, 0, TAU);
  ctx.fill();
}

function paintRing(ctx, radius, cluster, palette) {
  let angle = -Math.PI / 2;
  for (const status of RING) {
    const turn = ((cluster.statuses[status] ?? 0) / cluster.count) * TAU;
    if (turn === 0) continue;
    ctx.beginPath();
    ctx.moveTo(0, 0);
    ctx.arc(0, 0, radius, angle, angle + turn);
    ctx.closePath();
    ctx.fillStyle = palette[status];
    ctx.fill();
    angle += turn;
  }
}

function disc(ctx, radius, colour) {
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, TAU);
  ctx.fillStyle = colour;
  ctx.fill();
}

export class ClusterSheet extends SpriteSheet {
  constructor(palette, family, pixelRatio) {
    super(pixelRatio, 1024, 800);
    Object.assign(this, { palette, family });
  }

  /** Where a cluster `{count, statuses}` is painted. */
  placeOf(cluster) {
    const key = `${cluster.count}:${RING.map((status) => cluster.statuses[status] ?? 0)}`;
    const side = 2 * (clusterRadius(cluster.count) + SHADOW);
    return this.place(key, side, side, (ctx) => {
      ctx.translate(side / 2, side / 2);
      this.paint(ctx, cluster);
    });
  }

  paint(ctx, cluster) {
    const radius = clusterRadius(cluster.count);
    paintShadow(ctx, radius);
    disc(ctx, radius + 1.5, this.palette.halo);
    paintRing(ctx, radius, cluster, this.palette);
    disc(ctx, radius - 4, this.palette.surface);
    ctx.fillStyle = this.palette.ink;
    ctx.font = `600 ${cluster.count > 999 ? 11 : 12.5}px ${this.family}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(cluster.count.toLocaleString("en-GB"), 0, 0.5);
  }
}
