// Times of the fleet's zone, durations and lengths, written for people. No DOM.

import { unitSystem } from "../../live/sources/format.js";

const formats = new Map();

function format(zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", ...options });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** "08:15" */
export const clockText = (ms, zone) => format(zone, CLOCK).format(ms);

/** "08:15:07" */
export const exactClock = (ms, zone) => format(zone, { ...CLOCK, second: "2-digit" }).format(ms);

/** "Sunday 8 March" */
export const dayText = (ms, zone) =>
  format(zone, { weekday: "long", day: "numeric", month: "long" }).format(ms).replace(",", "");

/** "8 Mar, 08:15:07 GMT-5" */
export const momentText = (ms, zone) =>
  format(zone, { day: "numeric", month: "short", ...CLOCK, second: "2-digit", timeZoneName: "short" }).format(ms);

/** "2026-03-08", the day that a moment belongs to. */
export function dayKey(ms, zone) {
  const parts = Object.fromEntries(format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** "45 s", "12 min", "3 h 05 min", "2 d 4 h" of milliseconds. */
export function lengthText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS = {
  metric: { long: ["km", 1000], short: ["m", 1], under: 1000 },
  imperial: { long: ["mi", 1609.344], short: ["ft", 0.3048], under: 160.9344 },
};

function unitsNow(system = unitSystem()) {
  return UNITS[system] ?? UNITS.metric;
}

/** "850 m", "12.4 km", "1,204 km", or miles and feet. */
export function distanceText(metres, system = unitSystem()) {
  if (metres === null || metres === undefined) return "–";
  const { long, short, under } = unitsNow(system);
  if (Math.abs(metres) < under) return `${Math.round(metres / short[1])} ${short[0]}`;
  const value = metres / long[1];
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return `${value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${long[0]}`;
}

/** A sentence of the server, whose lengths are metric, in these units. */
export function retold(text, system) {
  if (system !== "imperial") return text;
  return text.replace(/(\d[\d,]*(?:\.\d+)?)\u00a0km(?!\w)/g, (_, km) => distanceText(Number(km.replaceAll(",", "")) * 1000, system));
}

/** Metres above the sea, in the fleet's unit. */
export function heightText(metres) {
  if (metres === null || metres === undefined) return "–";
  const { short } = unitsNow();
  return `${Math.round(metres / short[1]).toLocaleString("en-GB")} ${short[0]}`;
}

/** Metres a second in one unit of speed, and its name. */
export function speedUnit() {
  return unitSystem() === "imperial" ? { unit: "mph", per: 1609.344 / 3600 } : { unit: "km/h", per: 1 / 3.6 };
}

/** Metres in one short unit, and its name. */
export function shortUnit() {
  const [unit, per] = unitsNow().short;
  return { unit, per };
}

const NICE_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((minutes) => minutes * 60_000);

/** Round moments within a period for the axis of time: whole hours of the zone, also where its
 * clocks change. */
export function tickMoments(from, to, most, zone) {
  const step = NICE_MS.find((one) => (to - from) / one <= most) ?? NICE_MS.at(-1);
  const found = [];
  const minute = 60_000;
  for (let ms = Math.ceil(from / minute) * minute; ms <= to; ) {
    const off = offsetInto(ms, step, zone);
    if (off === 0) {
      found.push(ms);
      ms += Math.min(step, 3_600_000);
    } else ms += Math.min(step - off, 3_600_000 - (off % 3_600_000));
  }
  return found;
}

// How far a moment is into its step of the day, by the clocks of the zone.
function offsetInto(ms, step, zone) {
  const [hours, minutes] = clockText(ms, zone).split(":").map(Number);
  return ((hours * 60 + minutes) * 60_000) % Math.min(step, 86_400_000);
}
