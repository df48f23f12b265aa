// Painting of what lies on the map besides the vehicle symbols. CSS pixels; no state but caches.

const TAU = Math.PI * 2;
const RING = ["moving", "idle", "stopped", "offline"];
const GAP_SECONDS = 300;

/** The radius of a cluster in CSS px. */
export function clusterRadius(count) {
  return Math.min(30, 14 + 3.2 * Math.log2(count / 2));
}

/** A count inside a ring that shows the shares of the statuses. */
export function paintCluster(ctx, x, y, cluster, palette, font) {
  const radius = clusterRadius(cluster.count);
  ctx.beginPath();
  ctx.arc(x, y, radius + 1.5, 0, TAU);
  ctx.fillStyle = palette.halo;
  ctx.shadowColor = "rgba(8, 15, 30, 0.4)";
  ctx.shadowBlur = 6;
  ctx.fill();
  ctx.shadowBlur = 0;
  let angle = -Math.PI / 2;
  for (const status of RING) {
    const share = (cluster.statuses[status] ?? 0) / cluster.count;
    if (share === 0) continue;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.arc(x, y, radius, angle, angle + share * TAU);
    ctx.closePath();
    ctx.fillStyle = palette[status];
    ctx.fill();
    angle += share * TAU;
  }
  ctx.beginPath();
  ctx.arc(x, y, radius - 4, 0, TAU);
  ctx.fillStyle = palette.surface;
  ctx.fill();
  ctx.fillStyle = palette.ink;
  ctx.font = `600 ${cluster.count > 999 ? 11 : 12.5}px ${font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(cluster.count.toLocaleString("en-GB"), x, y + 0.5);
}

/** The two rings around the selected vehicle. */
export function paintHalo(ctx, x, y, radius, palette) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, TAU);
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = palette.accent;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 4.5;
  ctx.strokeStyle = palette.halo;
  ctx.stroke();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = palette.accent;
  ctx.stroke();
}

function strokeRuns(ctx, points, from, to) {
  ctx.beginPath();
  ctx.moveTo(points[from].x, points[from].y);
  for (let i = from + 1; i <= to; i += 1) {
    if (points[i].t - points[i - 1].t > GAP_SECONDS) ctx.moveTo(points[i].x, points[i].y);
    else ctx.lineTo(points[i].x, points[i].y);
  }
  ctx.stroke();
}

/** The way a vehicle came: `points` are `{x, y, t}` on screen, oldest first, fading with age. */
export function paintTrail(ctx, points, palette) {
  if (points.length < 2) return;
  const last = points.length - 1;
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.strokeStyle = palette.halo;
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = 6;
  strokeRuns(ctx, points, 0, last);
  ctx.lineCap = "butt";
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 3.5;
  const steps = Math.min(16, last);
  for (let step = 0; step < steps; step += 1) {
    ctx.globalAlpha = 0.22 + 0.78 * ((step + 1) / steps);
    const from = Math.floor((step * last) / steps);
    strokeRuns(ctx, points, from, Math.floor(((step + 1) * last) / steps));
  }
  ctx.globalAlpha = 1;
}

/** Pictures of label texts, so that a moving label costs one blit. */
export class LabelCache {
  constructor(palette, font, pixelRatio) {
    Object.assign(this, { palette, font, pixelRatio, pictures: new Map() });
    this.ruler = document.createElement("canvas").getContext("2d");
  }

  get(text, strong) {
    const key = strong ? `!${text}` : text;
    let picture = this.pictures.get(key);
    if (!picture) {
      if (this.pictures.size > 1500) this.pictures.clear();
      picture = this.paint(text, strong);
      this.pictures.set(key, picture);
    }
    return picture;
  }

  paint(text, strong) {
    const font = `${strong ? 600 : 500} ${strong ? 12.5 : 11.5}px ${this.font}`;
    this.ruler.font = font;
    const pad = strong ? 8 : 3;
    const width = Math.ceil(this.ruler.measureText(text).width) + pad * 2;
    const height = strong ? 22 : 17;
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * this.pixelRatio);
    canvas.height = Math.ceil(height * this.pixelRatio);
    const ctx = canvas.getContext("2d");
    ctx.scale(this.pixelRatio, this.pixelRatio);
    Object.assign(ctx, { font, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    if (strong) this.paintPill(ctx, width, height);
    else {
      ctx.strokeStyle = this.palette.halo;
      ctx.lineWidth = 3.5;
      ctx.globalAlpha = 0.9;
      ctx.strokeText(text, width / 2, height / 2 + 0.5);
      ctx.globalAlpha = 1;
    }
    ctx.fillStyle = this.palette.ink;
    ctx.fillText(text, width / 2, height / 2 + 0.5);
    return { canvas, width, height };
  }

  paintPill(ctx, width, height) {
    ctx.beginPath();
    ctx.roundRect(0.75, 0.75, width - 1.5, height - 1.5, height / 2);
    ctx.fillStyle = this.palette.surface;
    ctx.fill();
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = this.palette.accent;
    ctx.stroke();
  }
}
