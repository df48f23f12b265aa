// A chart of one value over time on a canvas. Drawn once per change; the cursor is a separate line.

import { clockText, tickMoments } from "./moments.js";

export const LEFT = 44;
const RIGHT = 10;
const TOP = 16;
const FOOT = 16;
const FEWEST_PX = 90;

/** The moment under a pixel of the chart, within the period. */
export function momentAt(x, width, { from, to }) {
  const share = (x - LEFT) / Math.max(1, width - LEFT - RIGHT);
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}

/** The pixel of a moment. */
export function pixelOf(ms, width, { from, to }) {
  return LEFT + ((ms - from) / Math.max(1, to - from)) * (width - LEFT - RIGHT);
}

/** A round top of the scale, and the lines of its grid. */
export function scaleOf(low, high) {
  const span = Math.max(high - low, 1);
  const rough = span / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((one) => one * power >= rough) * power;
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(bottom + step, Math.ceil(high / step) * step);
  const lines = [];
  for (let value = bottom; value <= top + step / 2; value += step) lines.push(value);
  return { bottom, top, lines };
}

/** Runs of [ms, value] without gaps, at most a few a pixel: the lowest and the highest of each. */
export function runs(track, values, { from, to }, width) {
  const found = [];
  const bucket = (to - from) / Math.max(1, width);
  let run = null;
  let slot = null;
  const put = () => {
    if (!slot) return;
    const pair = slot.low[0] <= slot.high[0] ? [slot.low, slot.high] : [slot.high, slot.low];
    run.push(pair[0]);
    if (pair[1] !== pair[0]) run.push(pair[1]);
    slot = null;
  };
  const end = () => {
    put();
    run = null;
  };
  for (let i = 0; i < track.t.length; i += 1) {
    const value = values[i];
    if (value !== null && value !== undefined) {
      if (!run) found.push((run = []));
      const point = [track.t[i], value];
      const number = Math.floor((track.t[i] - from) / bucket);
      if (slot && slot.number !== number) put();
      if (!slot) slot = { number, low: point, high: point };
      else if (value < slot.low[1]) slot.low = point;
      else if (value > slot.high[1]) slot.high = point;
    }
    if (track.gapAfter[i]) end();
  }
  end();
  return found;
}

/** Draws lines of several vehicles: `series` are `{color, track, values}`, `per` is one unit. */
export function drawChart(canvas, { series, period, zone, per, unit, palette, fromZero }) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.clearRect(0, 0, width, height);
  const lines = series.map(({ color, track, values }) => ({ color, runs: runs(track, values, period, width) }));
  const all = lines.flatMap((one) => one.runs.flatMap((run) => run.map(([, value]) => value / per)));
  const known = all.length > 0;
  const low = known && !fromZero ? all.reduce((a, b) => Math.min(a, b)) : 0;
  const high = known ? all.reduce((a, b) => Math.max(a, b)) : 1;
  const scale = scaleOf(low, high);
  const y = (value) => TOP + (1 - (value / per - scale.bottom) / (scale.top - scale.bottom)) * (height - TOP - FOOT);
  if (!known) return false;
  drawGrid(ctx, { width, height, scale, y: (value) => y(value * per), palette, unit, period, zone });
  for (const { color, runs: some } of lines) drawRuns(ctx, some, color, (ms) => pixelOf(ms, width, period), y);
  return true;
}

function drawGrid(ctx, { width, height, scale, y, palette, unit, period, zone }) {
  Object.assign(ctx, { font: `10.5px ${getComputedStyle(ctx.canvas).fontFamily}`, fillStyle: palette.muted, strokeStyle: palette.line, lineWidth: 1 });
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const value of scale.lines) {
    const at = Math.round(y(value)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(LEFT, at);
    ctx.lineTo(width - RIGHT, at);
    ctx.stroke();
    ctx.fillText(value.toLocaleString("en-GB"), LEFT - 6, at);
  }
  ctx.textAlign = "left";
  ctx.fillText(unit, 6, 7);
  ctx.textAlign = "center";
  for (const ms of tickMoments(period.from, period.to, width / FEWEST_PX, zone)) {
    const x = pixelOf(ms, width, period);
    if (x > LEFT + 14 && x < width - RIGHT - 14) ctx.fillText(clockText(ms, zone), x, height - 7);
  }
}

function drawRuns(ctx, some, color, x, y) {
  Object.assign(ctx, { strokeStyle: color, fillStyle: color, lineWidth: 1.5, lineJoin: "round" });
  for (const run of some) {
    if (run.length === 1) {
      ctx.fillRect(x(run[0][0]) - 1, y(run[0][1]) - 1, 2, 2);
      continue;
    }
    ctx.beginPath();
    run.forEach(([ms, value], i) => (i ? ctx.lineTo(x(ms), y(value)) : ctx.moveTo(x(ms), y(value))));
    ctx.stroke();
  }
}
