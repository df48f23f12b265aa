// Paints the rows of the timeline on a canvas; only those in view.

import { clockText } from "../../history/sources/moments.js";
import { routeColour } from "./planColours.js";
import { driftMinutes, gapX, LEAST_PX, lookOf, offOf, partsOf, ROW } from "./planTime.js";

const BLOCK = 20;
const TOP = (ROW - BLOCK) / 2;
const MIDDLE = ROW / 2;

const patterns = new Map();

/** Slanted lines to fill with: drawn once, since strokes that are clipped cost many times as much. */
function slanted(ctx, colour, gap) {
  const key = `${colour} ${gap}`;
  if (!patterns.has(key)) {
    const tile = document.createElement("canvas");
    const scale = 2;
    Object.assign(tile, { width: gap * scale, height: gap * scale });
    const pen = tile.getContext("2d");
    pen.scale(scale, scale);
    pen.strokeStyle = colour;
    pen.lineWidth = 0.9;
    for (const off of [-gap, 0, gap]) {
      pen.moveTo(off - 1, gap + 1);
      pen.lineTo(off + gap + 1, -1);
    }
    pen.stroke();
    const pattern = ctx.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / scale));
    patterns.set(key, pattern);
  }
  return patterns.get(key);
}

function hatched(ctx, x, y, width, height, colour, gap = 5) {
  ctx.fillStyle = slanted(ctx, colour, gap);
  ctx.fillRect(x, y, width, height);
}

function box(ctx, x, y, width, height, radius = 3) {
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, Math.min(radius, width / 2));
}

const PARTS = {
  drive(ctx, x, to, y, { colour }) {
    ctx.fillStyle = colour;
    ctx.fillRect(x, y + MIDDLE - 1, Math.max(0, to - x), 2);
  },
  home(ctx, x, to, y, { colour }) {
    ctx.globalAlpha *= 0.5;
    ctx.fillStyle = colour;
    ctx.fillRect(x, y + MIDDLE - 1, Math.max(0, to - x), 2);
    ctx.globalAlpha /= 0.5;
  },
  wait(ctx, x, to, y, { colours }) {
    ctx.globalAlpha *= 0.5;
    hatched(ctx, x, y + MIDDLE - 4, Math.max(0, to - x), 8, colours.muted, 5);
    ctx.globalAlpha /= 0.5;
  },
  break: (ctx, x, to, y, { colours }) => pause(ctx, x, to, y, colours, "Break"),
  off: (ctx, x, to, y, { colours }) => pause(ctx, x, to, y, colours, "Off"),
};

function pause(ctx, x, to, y, colours, text) {
  box(ctx, x, y + TOP, Math.max(2, to - x), BLOCK);
  ctx.fillStyle = colours.ground;
  ctx.fill();
  ctx.strokeStyle = colours.muted;
  ctx.setLineDash([3, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (to - x > 34) words(ctx, text, (x + to) / 2, y + MIDDLE, colours.muted);
}

function words(ctx, text, x, y, colour) {
  ctx.fillStyle = colour;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y + 0.5);
}

function service(ctx, stop, place, x, to, y, given) {
  const { colour, colours, live, chosen, hover, drag, cursor } = given;
  const look = lookOf(stop, live);
  const width = Math.max(LEAST_PX, to - x - 1);
  const picked = chosen.has(stop.id);
  ctx.save();
  if (drag?.ids.includes(stop.id)) ctx.globalAlpha *= 0.35;
  box(ctx, x, y + TOP, width, BLOCK);
  ctx.fillStyle = look === "done" ? colours.tray : colour;
  ctx.fill();
  ctx.lineWidth = 0.75; // short stops stand close together
  ctx.strokeStyle = colours.ground;
  ctx.stroke();
  if (look === "late" || look === "wrong" || look === "risk") {
    ctx.fillStyle = look === "risk" ? colours.risk : colours.late;
    ctx.fillRect(x, y + TOP + BLOCK + 1, width, 4);
    ctx.beginPath();
    ctx.moveTo(x + width / 2 - 4, y + TOP - 1);
    ctx.lineTo(x + width / 2 + 4, y + TOP - 1);
    ctx.lineTo(x + width / 2, y + TOP - 6);
    ctx.fill();
  }
  if (width >= 13) words(ctx, String(place + 1), x + width / 2, y + MIDDLE, colours.glyph);
  if (stop.locked) {
    ctx.fillStyle = colours.ink;
    ctx.fillRect(x, y + TOP, 2.5, BLOCK);
  }
  if (picked || hover?.id === stop.id) {
    box(ctx, x - 1.5, y + TOP - 1.5, width + 3, BLOCK + 3, 4);
    ctx.lineWidth = picked ? 2.5 : 1.5;
    ctx.strokeStyle = colours.ink;
    ctx.stroke();
  }
  if (cursor?.id === stop.id) {
    box(ctx, x - 4, y + TOP - 4, width + 8, BLOCK + 8, 6);
    ctx.lineWidth = 2;
    ctx.strokeStyle = colours.accent;
    ctx.stroke();
  }
  ctx.restore();
}

// What is expected, or has happened, beside what was planned.
function actual(ctx, row, y, { scale, colours }) {
  for (const stop of row.stops) {
    const now = stop.arrived ?? stop.eta;
    if (now === null || stop.arrives === null) continue;
    const [planned, real] = [scale.x(stop.arrives), scale.x(now)];
    ctx.fillStyle = stop.risk === "late" || (stop.arrived && driftMinutes(stop) > 15) ? colours.late : stop.risk === "at_risk" ? colours.risk : colours.done;
    ctx.fillRect(Math.min(planned, real), y + ROW - 4, Math.max(1.5, Math.abs(real - planned)), 2);
    ctx.beginPath();
    ctx.arc(real, y + ROW - 3, stop.done ? 3 : 2.5, 0, 7);
    ctx.fill();
  }
}

// When the customer wants the stops that are chosen or pointed at.
function windows(ctx, row, y, { scale, colours, chosen, hover }) {
  for (const stop of row.stops) {
    if (hover?.id !== stop.id && !(chosen.has(stop.id) && chosen.size <= 3)) continue;
    for (const [from, to] of stop.order.windows) {
      const [x, end] = [scale.x(from), scale.x(to)];
      ctx.globalAlpha = 0.16;
      ctx.fillStyle = colours.accent;
      ctx.fillRect(x, y + 1, end - x, ROW - 2);
      ctx.globalAlpha = 1;
      ctx.fillRect(x, y + 1, 2, ROW - 2);
      ctx.fillRect(end - 2, y + 1, 2, ROW - 2);
    }
  }
}

function lane(ctx, row, y, given) {
  const { scale, colours, drop, focus, hover, live, cursor } = given;
  if (drop?.row === row.key || hover?.row === row.key) {
    ctx.fillStyle = colours.soft;
    ctx.fillRect(0, y, scale.width, ROW);
  }
  if (cursor?.row === row.key) {
    ctx.fillStyle = colours.accent;
    ctx.fillRect(0, y, 3, ROW);
  }
  for (const [from, to] of offOf(row, scale)) {
    const [x, end] = [Math.max(0, scale.x(from)), Math.min(scale.width, scale.x(to))];
    ctx.fillStyle = colours.shade;
    ctx.fillRect(x, y, end - x, ROW);
    hatched(ctx, x, y, end - x, ROW, colours.line, 7);
  }
  windows(ctx, row, y, given);
  ctx.globalAlpha = focus && focus !== row.key ? 0.3 : 1;
  const own = { ...given, colour: routeColour(colours, row) };
  const places = new Map(row.stops.map((stop, place) => [stop, place]));
  for (const { kind, from, to, stop } of partsOf(row)) {
    if (to < scale.from || from > scale.to) continue;
    const [x, end] = [scale.x(from), scale.x(to)];
    if (kind === "service") service(ctx, stop, places.get(stop), x, end, y, own);
    else PARTS[kind](ctx, x, end, y, own);
  }
  if (live) actual(ctx, row, y, given);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colours.line;
  ctx.fillRect(0, y + ROW - 1, scale.width, 1);
  if (drop?.row === row.key && drop.place !== null) {
    ctx.fillStyle = colours.accent;
    ctx.fillRect(gapX(row, scale, drop.place) - 1.5, y + 2, 3, ROW - 4);
  }
}

/** All rows that are in view, from `top` pixels of the whole downwards. */
export function paintRows(ctx, rows, { top, height, ratio, marks, now, ...given }) {
  const { scale, colours } = given;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, scale.width, height);
  ctx.font = `600 10.5px ${colours.font}`;
  ctx.fillStyle = colours.line;
  for (const mark of marks) ctx.fillRect(Math.round(scale.x(mark)), 0, 1, height);
  const first = Math.max(0, Math.floor(top / ROW));
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW));
  for (let i = first; i < last; i += 1) lane(ctx, rows[i], i * ROW - top, given);
  if (now >= scale.from && now <= scale.to) {
    ctx.fillStyle = colours.now;
    ctx.fillRect(scale.x(now) - 0.75, 0, 1.5, height);
  }
}

/** The hours above the rows. */
export function paintAxis(ctx, { scale, colours, ratio, marks, now, zone, height }) {
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, scale.width, height);
  ctx.font = `500 11px ${colours.font}`;
  for (const mark of marks) {
    const x = scale.x(mark);
    const hidden = Math.abs(x - scale.x(now)) < 36; // by the hour that it is
    if (x > 14 && x < scale.width - 14 && !hidden) words(ctx, clockText(mark, zone), x, height / 2, colours.muted);
  }
  if (now < scale.from || now > scale.to) return;
  ctx.fillStyle = colours.now;
  box(ctx, scale.x(now) - 17, 3, 34, height - 6, 4);
  ctx.fill();
  words(ctx, clockText(now, zone), scale.x(now), height / 2, colours.ground);
}
