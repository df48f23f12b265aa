// One vehicle's fixes over a period: read from the columnar answer, and asked for any moment.
// No DOM. Times are epoch milliseconds, speeds metres a second.

import { shortestTurn } from "../../live/sources/motion.js";

const STILL_M = 3;
const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;

function summed(differences, scale = 1) {
  const values = new Float64Array(differences?.length ?? 0);
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += differences[i];
    values[i] = sum / scale;
  }
  return values;
}

function scaled(column, length, scale) {
  const values = new Array(length);
  for (let i = 0; i < length; i += 1) {
    const value = column?.[i];
    values[i] = value === null || value === undefined ? null : value / scale;
  }
  return values;
}

/** Metres between two places in degrees. */
export function metres(lat0, lon0, lat1, lon1) {
  const dLon = (((lon1 - lon0 + 540) % 360) + 360) % 360 - 180;
  const x = dLon * RAD * Math.cos(((lat0 + lat1) / 2) * RAD);
  return Math.hypot(x, (lat1 - lat0) * RAD) * EARTH_M;
}

// What counts as a gap is a rule of the fleet, which the server knows: two fixes far apart in time
// are none where those between them were left out because they told nothing new.
function gapAfter({ t, gaps }) {
  const flags = new Uint8Array(t.length);
  let at = 0;
  for (let i = 0; i + 1 < t.length; i += 1) {
    while (at < gaps.length && gaps[at][1] <= t[i]) at += 1;
    flags[i] = at < gaps.length && gaps[at][0] < t[i + 1] ? 1 : 0;
  }
  return flags;
}

function waySpeeds(track) {
  const { t, lat, lon, speed } = track;
  return speed.map((told, i) => {
    if (told !== null) return told;
    const j = i + 1 < t.length && !track.gapAfter[i] ? i : i - 1;
    if (j < 0 || track.gapAfter[j] || t[j + 1] <= t[j]) return null;
    return metres(lat[j], lon[j], lat[j + 1], lon[j + 1]) / ((t[j + 1] - t[j]) / 1000);
  });
}

/** The track in an answer of `/vehicles/{id}/replay`. */
export function readTrack(answer) {
  const t = summed(answer.t);
  const track = {
    vehicleId: answer.vehicle_id,
    from: answer.from_ms,
    to: answer.to_ms,
    t,
    lat: summed(answer.lat, 1e6),
    lon: summed(answer.lon, 1e6),
    speed: scaled(answer.speed, t.length, 10),
    altitude: scaled(answer.altitude, t.length, 1),
    heading: scaled(answer.heading, t.length, 1),
    gaps: answer.gaps ?? [],
    thinned: Boolean(answer.thinned),
  };
  track.gapAfter = gapAfter(track);
  track.pace = waySpeeds(track);
  return track;
}

/** The last fix at or before a moment; -1 when all are later. */
export function indexAt(t, ms) {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function between(a, b, share) {
  return a === null || b === null ? a ?? b : a + (b - a) * share;
}

function bearing(lat0, lon0, lat1, lon1) {
  const x = Math.sin((lon1 - lon0) * RAD) * Math.cos(lat1 * RAD);
  const y = Math.cos(lat0 * RAD) * Math.sin(lat1 * RAD) - Math.sin(lat0 * RAD) * Math.cos(lat1 * RAD) * Math.cos((lon1 - lon0) * RAD);
  return (Math.atan2(x, y) / RAD + 360) % 360;
}

function turned(from, to, share) {
  if (from === null || to === null) return from ?? to;
  return (from + shortestTurn(from, to) * share + 360) % 360;
}

function resting(track, i) {
  const { t, lat, lon, altitude, heading } = track;
  return { lat: lat[i], lon: lon[i], heading: heading[i], speed: null, altitude: altitude[i], lost: true, since: t[i], index: i };
}

/** Where the vehicle was at a moment, or null when nothing was known of it yet.
 *
 * Over a gap, and after the last fix, it stays where it was seen last, and is `lost`. */
export function sampleAt(track, ms) {
  const { t, lat, lon, pace, altitude, heading } = track;
  const i = indexAt(t, ms);
  if (i < 0) return null;
  const last = i + 1 >= t.length;
  if (ms > t[i] && (last || track.gapAfter[i])) return resting(track, i);
  const share = last ? 0 : (ms - t[i]) / (t[i + 1] - t[i]);
  const j = last ? i : i + 1;
  const moved = metres(lat[i], lon[i], lat[j], lon[j]) > STILL_M;
  const way = moved ? bearing(lat[i], lon[i], lat[j], lon[j]) : null;
  return {
    lat: between(lat[i], lat[j], share),
    lon: lon[i] + shortestTurn(lon[i], lon[j]) * share,
    heading: heading[i] === null && heading[j] === null ? way : turned(heading[i], heading[j], share),
    speed: between(pace[i], pace[j], share),
    altitude: between(altitude[i], altitude[j], share),
    lost: false,
    since: t[i],
    index: i,
  };
}

/** The part of a track from one moment to another; what is not there stays out. */
export function cut(track, { from, to }) {
  const first = indexAt(track.t, from - 1) + 1;
  const last = indexAt(track.t, to ?? Infinity) + 1;
  const part = (values) => values.slice(first, last);
  return { ...track, t: part(track.t), lat: part(track.lat), lon: part(track.lon), pace: part(track.pace), gapAfter: part(track.gapAfter) };
}

/** Upper ends of the speed classes in the units of the reader; the last class has none. */
export const CLASSES = { metric: [20, 40, 60, 80, 100], imperial: [15, 25, 40, 50, 65] };

/** The class of a speed in the reader's unit; null stays null. */
export function speedClass(speed, limits) {
  if (speed === null || speed === undefined) return null;
  const found = limits.findIndex((limit) => speed < limit);
  return found < 0 ? limits.length : found;
}

/** The way as pieces: `{lost, level, line}`; a gap is a piece of its own, never a driven one.
 *
 * `level` is a speed class, or null where no speed is known; `per` is metres a second per unit. */
export function pieces(track, { limits, per }) {
  const { t, lat, lon, pace, gapAfter: gaps } = track;
  const found = [];
  let piece = null;
  for (let i = 0; i + 1 < t.length; i += 1) {
    const lost = gaps[i] === 1;
    const speed = lost ? null : between(pace[i], pace[i + 1], 0.5);
    const level = speed === null ? null : speedClass(speed / per, limits);
    if (!piece || lost || piece.lost || piece.level !== level) {
      piece = { lost, level, from: t[i], line: [[lon[i], lat[i]]] };
      found.push(piece);
    }
    piece.line.push([piece.line.at(-1)[0] + shortestTurn(lon[i], lon[i + 1]), lat[i + 1]]);
    piece.to = t[i + 1];
  }
  return found;
}

/** The silences of a track within a period, as [from, to]. */
export function silences(track) {
  const { t } = track;
  const found = [];
  for (let i = 0; i + 1 < t.length; i += 1) if (track.gapAfter[i]) found.push([t[i], t[i + 1]]);
  return found;
}
