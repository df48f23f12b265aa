// Movement between two fixes, in web-mercator world units (the world is 1 x 1). No clock, no DOM.

export const GLIDE_LIMIT_MS = 5000;
export const JUMP_METRES = 2000;
export const JUMP_SILENCE_S = 90;

const MIN_GLIDE_MS = 200;
const EARTH_CIRCUMFERENCE_M = 40075016.686;
const MAX_LATITUDE = 85.051129;
const RAD = Math.PI / 180;

/** Mercator x of a longitude in degrees. */
export function mercatorX(lon) {
  return (180 + lon) / 360;
}

/** Mercator y of a latitude in degrees, growing southwards. */
export function mercatorY(lat) {
  const bounded = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  return (180 - Math.log(Math.tan(Math.PI / 4 + (bounded * RAD) / 2)) / RAD) / 360;
}

/** The longitude in degrees of a mercator x. */
export function lonOf(x) {
  return x * 360 - 180;
}

/** The latitude in degrees of a mercator y. */
export function latOf(y) {
  return (2 * Math.atan(Math.exp((180 - y * 360) * RAD)) - Math.PI / 2) / RAD;
}

/** The short way round the world: dx within [-0.5, 0.5). */
export function wrapX(dx) {
  return dx - Math.floor(dx + 0.5);
}

/** The turn from one heading to another in degrees, within [-180, 180). */
export function shortestTurn(from, to) {
  const turn = (((to - from + 180) % 360) + 360) % 360;
  return turn - 180;
}

/** Metres between two mercator points near each other. */
export function metresBetween(x0, y0, x1, y1) {
  const scale = EARTH_CIRCUMFERENCE_M * Math.cos(latOf((y0 + y1) / 2) * RAD);
  return Math.hypot(wrapX(x1 - x0), y1 - y0) * scale;
}

/** How long to glide to the newer fix, in ms: the time between the fixes, within bounds. */
export function glideMillis(previousRecordedAt, recordedAt) {
  const observed = (recordedAt - previousRecordedAt) * 1000;
  return Math.max(MIN_GLIDE_MS, Math.min(GLIDE_LIMIT_MS, observed));
}

/** A vehicle at rest on its fix. */
export function restingTrack(record) {
  const x = mercatorX(record.lon);
  const y = mercatorY(record.lat);
  const h = record.heading ?? 0;
  return { x0: x, y0: y, h0: h, x1: x, y1: y, h1: h, start: 0, duration: 0, at: record.recordedAt };
}

function headingTowards(from, x, y, record) {
  if (record.heading !== null) return record.heading;
  const dx = wrapX(x - from.x);
  const dy = y - from.y;
  if (metresBetween(from.x, from.y, x, y) < 5) return from.h;
  return (Math.atan2(dx, -dy) / RAD + 360) % 360;
}

/**
 * The track from where a vehicle is drawn at `now` (ms) to its new fix. `still` forbids gliding
 * (hidden page, reduced motion); a long silence or a large distance jumps as well.
 */
export function nextTrack(previous, record, now, still = false) {
  const from = sampleTrack(previous, now);
  const track = restingTrack(record);
  track.h0 = track.h1 = headingTowards(from, track.x1, track.y1, record);
  const silence = record.recordedAt - previous.at;
  const metres = metresBetween(from.x, from.y, track.x1, track.y1);
  if (still || silence > JUMP_SILENCE_S || metres > JUMP_METRES) return track;
  const turn = shortestTurn(from.h, track.h1);
  if (metres < 0.5 && Math.abs(turn) < 1) return track;
  return Object.assign(track, {
    x0: track.x1 - wrapX(track.x1 - from.x),
    y0: from.y,
    h0: track.h1 - turn,
    start: now,
    duration: glideMillis(previous.at, record.recordedAt),
  });
}

/** Where a track is at `now` (ms): `{x, y, h, active}`, written into `out` when given. */
export function sampleTrack(track, now, out = {}) {
  const part = track.duration > 0 ? (now - track.start) / track.duration : 1;
  if (part >= 1) {
    out.x = track.x1;
    out.y = track.y1;
    out.h = track.h1;
    out.active = false;
    return out;
  }
  const t = Math.max(0, part);
  // Turns finish early: a vehicle looks along its new street before it has gone down it.
  const turned = Math.min(1, t * 2.5);
  out.x = track.x0 + (track.x1 - track.x0) * t;
  out.y = track.y0 + (track.y1 - track.y0) * t;
  out.h = track.h0 + (track.h1 - track.h0) * turned;
  out.active = true;
  return out;
}
