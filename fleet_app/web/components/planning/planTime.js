// The timeline's geometry: moments to pixels and back, what a row is made of, and what lies where. No DOM.

import { tickMoments } from "../../history/sources/moments.js";

export const ROW = 34;
export const AXIS = 24;
const HOUR = 3_600_000;
const EDGE = HOUR / 2;
const NARROWEST = HOUR;

/** The part of the day that is worth showing: shifts and stops, in whole hours. */
export function dayRange(board) {
  const moments = [];
  for (const row of board.rows) {
    moments.push(...row.shift);
    if (row.starts) moments.push(row.starts);
    if (row.ends) moments.push(row.ends);
    for (const stop of row.stops) if (stop.arrives) moments.push(stop.arrives, stop.departs);
  }
  const known = moments.filter(Number.isFinite);
  if (!known.length) return [0, 24 * HOUR];
  const from = known.reduce((a, b) => Math.min(a, b));
  const to = known.reduce((a, b) => Math.max(a, b));
  return [Math.floor((from - EDGE) / HOUR) * HOUR, Math.ceil((to + EDGE) / HOUR) * HOUR];
}

export class Scale {
  constructor([from, to], width) {
    Object.assign(this, { from, to, width: Math.max(1, width) });
  }

  x(moment) {
    return ((moment - this.from) / (this.to - this.from)) * this.width;
  }

  moment(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  get perHour() {
    return (this.width * HOUR) / (this.to - this.from);
  }

  /** Nearer or farther around a point, within the day. */
  zoomed(factor, x, [first, last]) {
    const middle = this.moment(x);
    const length = Math.min(last - first, Math.max(NARROWEST, (this.to - this.from) / factor));
    const from = middle - ((middle - this.from) / (this.to - this.from)) * length;
    return within([from, from + length], [first, last]);
  }

  /** Earlier or later by pixels, within the day. */
  shifted(pixels, range) {
    const by = (pixels / this.width) * (this.to - this.from);
    return within([this.from + by, this.to + by], range);
  }
}

/** The hours with a moment in view, no others than needed. */
export function around(scale, moment, range) {
  const margin = Math.min(60, scale.width / 6);
  const x = scale.x(moment);
  const by = x < margin ? x - margin : x > scale.width - margin ? x - scale.width + margin : 0;
  return by ? scale.shifted(by, range) : null;
}

function within([from, to], [first, last]) {
  const length = Math.min(to - from, last - first);
  const begin = Math.min(Math.max(from, first), last - length);
  return [begin, begin + length];
}

/** Where the axis has words: whole parts of hours, by the clocks of the zone. */
export const ticks = (scale, zone) => tickMoments(scale.from, scale.to, Math.max(2, scale.width / 64), zone);

/** What a row is made of, in the order in which it is painted: `{kind, from, to, stop}`.
 *
 * Kinds: drive, wait, service (of a stop), break, home (the way back). */
export function partsOf(row) {
  const parts = [];
  let clock = row.starts;
  for (const stop of row.stops) {
    const { arrives, begins, departs } = stop;
    if (arrives === null) continue;
    parts.push({ kind: "drive", from: clock ?? arrives - stop.driveS * 1000, to: arrives, stop });
    if (begins > arrives) parts.push({ kind: "wait", from: arrives, to: begins, stop });
    parts.push({ kind: "service", from: begins, to: departs, stop });
    clock = departs;
  }
  if (row.ends && clock && row.ends > clock) parts.push({ kind: "home", from: clock, to: row.ends, stop: null });
  for (const [from, to] of row.breaks) parts.push({ kind: "break", from, to, stop: null });
  for (const [from, to] of betweenOf(row)) parts.push({ kind: "off", from, to, stop: null });
  return parts;
}

// The time between the parts of a shift, in which the driver is on the way but does not work.
function betweenOf({ off, stops, starts, ends }) {
  const isFree = ([from, to]) => !stops.some(({ begins, departs }) => begins !== null && begins < to && departs > from);
  return off.filter((one) => starts < one[0] && one[1] < ends && isFree(one));
}

/** When nobody works in this row: what lies outside the shift, and what is off within it. */
export function offOf(row, { from, to }) {
  const [begins, ends] = row.shift;
  const spans = [[from, begins], [ends, to], ...row.off];
  return spans.filter(([a, b]) => b > a && b > from && a < to);
}

/** What is no stop, but counts: breaks, hours off, and what lies beyond the shift, each with the
 * place of the stop that it comes before: `{kind, place, from, to}`. */
export function notesOf(row) {
  if (!row.stops.length || !row.starts || !row.ends) return [];
  const [begins, ends] = row.shift;
  const notes = [];
  const tell = (kind, [from, to]) => to > from && notes.push({ kind, place: placeAt(row, from), from, to });
  for (const one of row.breaks) tell("break", one);
  for (const [from, to] of row.off) if (from < row.ends && to > row.starts) tell("off", [from, to]);
  if (row.starts < begins) notes.push({ kind: "early", place: 0, from: row.starts, to: begins });
  if (row.ends > ends) notes.push({ kind: "over", place: row.stops.length, from: ends, to: row.ends });
  return notes.sort((a, b) => a.place - b.place || a.from - b.from);
}

/** How long the driver stands there before work can begin, in seconds. */
export const waitS = ({ arrives, begins }) => (arrives === null || begins === null ? 0 : Math.max(0, Math.round((begins - arrives) / 1000)));

// Before which stop a moment lies.
function placeAt(row, moment) {
  const later = row.stops.findIndex(({ begins }) => begins !== null && begins >= moment);
  return later === -1 ? row.stops.length : later;
}

/** What a stop looks like: "done", "late", "risk", "wrong", "locked" or "". The live view goes by
 * what is expected now. */
export function lookOf(stop, live) {
  if (stop.done) return "done"; // what is made no longer changes, whichever times are shown
  if (live && stop.risk) return stop.risk === "late" ? "late" : stop.risk === "at_risk" ? "risk" : "";
  if (stop.lateS > 0) return "late";
  return stop.problems.length ? "wrong" : "";
}

/** By how many minutes a stop is expected after (or before) its plan; null when that is unknown. */
export function driftMinutes(stop) {
  const now = stop.arrived ?? stop.eta;
  return now === null || stop.arrives === null ? null : Math.round((now - stop.arrives) / 60_000);
}

/** Blocks of very short stops are still to be hit. */
export const LEAST_PX = 5;

/** The stop of a row at a moment, give or take some pixels; null for none. */
export function stopNear(row, scale, x, reach = 4) {
  let best = null;
  let least = Infinity;
  for (const stop of row.stops) {
    if (stop.begins === null) continue;
    const from = scale.x(stop.begins);
    const to = Math.max(scale.x(stop.departs), from + LEAST_PX);
    const off = x < from ? from - x : x > to ? x - to : 0;
    if (off <= reach && off < least) [best, least] = [stop, off];
  }
  return best;
}

/** The stops of a box that is drawn over the rows, in pixels from the first of them. */
export function stopsIn(rows, scale, { left, top, right, bottom }) {
  const within = rows.slice(Math.max(0, Math.floor(top / ROW)), Math.max(0, Math.ceil(bottom / ROW)));
  const inside = ({ begins, departs }) => begins !== null && scale.x(begins) < right && Math.max(scale.x(departs), scale.x(begins) + LEAST_PX) > left;
  return within.flatMap(({ stops }) => stops.filter(inside).map(({ id }) => id));
}

/** Before which stop something dropped at a moment comes: it goes by the middle of the blocks. */
export function placeNear(row, scale, x) {
  const later = row.stops.findIndex((stop) => stop.begins !== null && x < scale.x((stop.begins + stop.departs) / 2));
  return later === -1 ? row.stops.length : later;
}

/** Where a line shows that something comes before the stop of that place. */
export function gapX(row, scale, place) {
  const before = row.stops[place - 1];
  const after = row.stops[place];
  if (before?.departs && after?.begins) return (scale.x(before.departs) + scale.x(after.begins)) / 2;
  if (after?.begins) return scale.x(after.begins) - 6;
  if (before?.departs) return scale.x(before.departs) + 6;
  return scale.x(row.shift[0]);
}
