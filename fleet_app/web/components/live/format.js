// How values are written for people: every number with its unit, every time with its zone.

export const DASH = "–";
/** The status of a vehicle that nothing was ever received from. */
export const NEVER_SEEN = "no_tracker_yet";
export const STATUS_WORDS = {
  moving: "Moving",
  idle: "Idle",
  stopped: "Stopped",
  offline: "Offline",
  no_tracker_yet: "No tracker yet",
};

const exact = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

/** Epoch seconds of a number (seconds or milliseconds), an ISO 8601 text or a Date; else null. */
export function toEpoch(value) {
  if (value === null || value === undefined || value === "") return null;
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value === "number") return value > 1e11 ? value / 1000 : value;
  const plain = Number(value);
  if (Number.isFinite(plain)) return toEpoch(plain);
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? null : millis / 1000;
}

/** "4 s ago", "2 min ago", "3 h ago", "5 d ago" from an age in seconds; null is "never". */
export function ageText(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "never";
  if (seconds < 3) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** The exact local time with its zone, of epoch seconds. */
export function exactTime(epoch) {
  return epoch === null || epoch === undefined ? "" : exact.format(new Date(epoch * 1000));
}

const METRIC = { system: "metric", speed: { unit: "km/h", per: 1 / 3.6 } };
let shown = METRIC;

/** The units of the fleet on the screen: `{system, speed: {unit, per}}`, `per` in metres a second.
 * What comes over the wire stays metric. Returns whether they are other ones than before. */
export function setUnits(units) {
  const before = shown;
  shown = units?.speed?.per > 0 ? units : METRIC;
  return before.system !== shown.system;
}

/** "metric" or "imperial": what a map's scale shows. */
export function unitSystem() {
  return shown.system;
}

/** Metres a second, written in the fleet's unit. */
export function speedText(speed) {
  if (speed === null || speed === undefined) return DASH;
  return `${Math.round(speed / shown.speed.per)} ${shown.speed.unit}`;
}

/** A percentage. */
export function batteryText(battery) {
  return battery === null || battery === undefined ? DASH : `${Math.round(battery)} %`;
}

const POINTS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/** "NE (47°)" from degrees clockwise of north. */
export function headingText(heading) {
  if (heading === null || heading === undefined) return DASH;
  const turn = ((heading % 360) + 360) % 360;
  return `${POINTS[Math.round(turn / 45) % 8]} (${Math.round(turn) % 360}°)`;
}

/** "60.16990, 24.93840" */
export function placeText(lat, lon) {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** "1 vehicle matches", "27 vehicles match" */
export function matchText(count) {
  return `${countText(count)} ${count === 1 ? "matches" : "match"}`;
}

/** "1 vehicle", "2,500 vehicles" */
export function countText(count, noun = "vehicle") {
  return `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}
