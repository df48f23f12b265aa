// Painting around the selected vehicle: its halo and its trail. CSS pixels.

const TAU = Math.PI * 2;
const GAP_SECONDS = 300;

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

/** A ring around a vehicle with an open alert. */
export function paintAlert(ctx, x, y, radius, color, halo) {
  if (!color) return;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, TAU);
  ctx.globalAlpha = 0.2;
  ctx.fillStyle = color;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 4.5;
  ctx.strokeStyle = halo;
  ctx.stroke();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = color;
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
