// Trips, stops and events of a period, as the page shows them. No DOM. Times are epoch milliseconds.

import { dayKey, distanceText, lengthText, speedUnit } from "./moments.js";
import { silences } from "./track.js";

const EVENTS = {
  speeding: "Speeding",
  harsh: "Harsh driving",
  visit: "Zone visit",
  idle: "Idling",
  low_battery: "Low battery",
  mock: "Mock location",
  silent: "Silent",
  gap: "Gap in the record",
};
const HARSH = { braking: "Harsh braking", accelerating: "Harsh acceleration", cornering: "Harsh cornering", impact: "Impact" };
/** Told by the track itself, which also knows the short ones. */
const NOT_MARKED = new Set(["gap"]);

const moment = (text) => (text ? Date.parse(text) : null);

/** One row of `/trips`, `/stops` or `/movement-events`; `to` is null while it goes on. */
export function readFact(row) {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject ?? "",
    vehicleId: row.vehicle_id,
    from: moment(row.started_at),
    to: moment(row.ended_at),
    lat: row.start_latitude,
    lon: row.start_longitude,
    endLat: row.end_latitude ?? null,
    endLon: row.end_longitude ?? null,
    place: row.start_place ?? "",
    endPlace: row.end_place ?? "",
    distance: row.distance_m ?? null,
    values: row.values ?? {},
    zone: row.values?.name || row.start_place || "",
  };
}

/** What an event is called. */
export function eventName(fact) {
  if (fact.kind === "harsh") return HARSH[fact.subject] ?? EVENTS.harsh;
  if (fact.kind === "visit" && fact.zone) return `In ${fact.zone}`;
  return EVENTS[fact.kind] ?? fact.kind;
}

/** What of a trip or a stop nobody saw, in words; or nothing. */
export function unseenText({ kind, values }) {
  if (kind === "trip" && values.gap_m > 0) return `${distanceText(values.gap_m)} of it not seen`;
  if (kind === "stop" && values.unseen_s > 0) return `not heard of for ${lengthText(values.unseen_s * 1000)} of it`;
  return "";
}

/** What is known of an event beyond its name: "54 km/h where 30 km/h is allowed"; or nothing. */
export function eventDetail({ kind, values, from, to }) {
  const { unit, per } = speedUnit();
  const told = (speed) => `${Math.round(speed / per)} ${unit}`;
  if (kind === "speeding" && values.max_speed_mps) {
    return `${told(values.max_speed_mps)}${values.limit_mps ? ` where ${told(values.limit_mps)} is allowed` : ""}`;
  }
  if (kind === "low_battery" && values.battery_percent) return `${values.battery_percent} %`;
  return ["visit", "idle", "silent"].includes(kind) && to ? lengthText(to - from) : "";
}

/** Name and detail: "Speeding: 54 km/h where 30 km/h is allowed". */
export const eventText = (event) => [eventName(event), eventDetail(event)].filter(Boolean).join(": ");

/** The same in a few words, beside its icon: "24 km/h too fast". */
export function eventShort(event) {
  const { max_speed_mps: driven, limit_mps: limit } = event.values;
  const { unit, per } = speedUnit();
  if (event.kind === "speeding" && driven && limit) return `${Math.round((driven - limit) / per)} ${unit} too fast`;
  return event.kind === "visit" && event.zone ? event.zone : eventText(event);
}

/** Stops get their numbers in the order of time, each vehicle its own. */
export function numbered(stops) {
  const counts = new Map();
  return [...stops].sort(byTime).map((stop) => {
    const number = (counts.get(stop.vehicleId) ?? 0) + 1;
    counts.set(stop.vehicleId, number);
    return { ...stop, number };
  });
}

export const byTime = (a, b) => a.from - b.from || a.vehicleId - b.vehicleId || a.id - b.id;

const within = (event, fact, until) =>
  event.vehicleId === fact.vehicleId && event.from >= fact.from && event.from <= (fact.to ?? until);

// What an event happened on; or, when it began before all of that, what began while it went on.
const homeOf = (event, main, until) => main.find((fact) => within(event, fact, until)) ?? main.find((fact) => within(fact, event, until));

/** Days with what happened on them, for the list: `[{day, ms, trips, metres, driven, entries}]`. An
 * entry is a trip, a stop or an event that belongs to neither; trips and stops have their `events`. */
export function days({ trips, stops, events }, { zone, from, to }) {
  const main = [...trips, ...stops].sort(byTime).map((fact) => ({ ...fact, events: [] }));
  const loose = [];
  for (const event of [...events].sort(byTime)) {
    if (NOT_MARKED.has(event.kind)) continue;
    const home = homeOf(event, main, to);
    if (home) home.events.push(event);
    else loose.push({ ...event, events: [] });
  }
  const found = new Map();
  for (const entry of [...main, ...loose].sort(byTime)) {
    const ms = Math.max(from, entry.from);
    const day = dayKey(ms, zone);
    if (!found.has(day)) found.set(day, { day, ms, trips: 0, metres: 0, driven: 0, entries: [] });
    const group = found.get(day);
    group.entries.push(entry);
    if (entry.kind !== "trip") continue;
    group.trips += 1;
    group.metres += entry.distance ?? 0;
    group.driven += (entry.to ?? Math.max(Date.now(), entry.from)) - entry.from;
  }
  return [...found.values()];
}

const clipped = (fact, { from, to }, kind = fact.kind) => ({
  kind,
  from: Math.max(from, fact.from),
  to: Math.min(to, fact.to ?? to),
});

/** What the scrub bar shows of one vehicle: trips and stops, with gaps on top. */
export function bands(vehicleId, { trips, stops, tracks }, period) {
  const own = [...stops, ...trips].filter((fact) => fact.vehicleId === vehicleId);
  const track = tracks.get(vehicleId);
  const gaps = (track ? silences(track) : []).map(([from, to]) => ({ kind: "gap", from, to }));
  const all = [...own.map((fact) => clipped(fact, period)), ...gaps.map((gap) => clipped(gap, period))];
  return all.filter(({ from, to }) => to > from);
}

/** Spans of the period in which no vehicle is on a trip; none when no trip is known at all. */
export function dullSpans(trips, { from, to }) {
  const found = [];
  let free = from;
  for (const trip of [...trips].sort(byTime)) {
    const start = Math.max(from, trip.from);
    if (start > free) found.push([free, start]);
    free = Math.max(free, trip.to ?? to);
  }
  if (trips.length && free < to) found.push([free, to]);
  return found;
}

/** Moments worth jumping to, in order: departures, arrivals and events. */
export function marks({ trips, stops, events }, { from, to }) {
  const found = [
    ...trips.map((trip) => ({ ms: trip.from, what: "trip", id: trip.id })),
    ...stops.map((stop) => ({ ms: stop.from, what: "stop", id: stop.id })),
    ...events.filter(({ kind }) => !NOT_MARKED.has(kind)).map(({ from: ms, id, kind }) => ({ ms, what: "event", id, kind })),
  ];
  return found.filter(({ ms }) => ms >= from && ms <= to).sort((a, b) => a.ms - b.ms);
}

const QUARTER_MS = 900_000;

/** The part of a period in which something is known to have happened, out to quarters of an hour. */
export function extent({ trips, tracks }, { from, to }) {
  const fixes = [...tracks.values()].filter(({ t }) => t.length).flatMap(({ t }) => [t[0], t.at(-1)]);
  const known = [...fixes, ...trips.flatMap((trip) => [trip.from, trip.to ?? trip.from])];
  if (!known.length) return { from, to };
  const first = Math.floor(Math.min(...known) / QUARTER_MS) * QUARTER_MS;
  const last = Math.ceil((Math.max(...known) + 1) / QUARTER_MS) * QUARTER_MS;
  return { from: Math.max(from, first), to: Math.min(to, last) };
}

/** Whether nothing was recorded in a period: a stop that has lasted since before is no record. */
export function isEmpty({ trips, stops, tracks }, { from }) {
  if ([...tracks.values()].some((track) => track.t.length)) return false;
  return ![...trips, ...stops].some((fact) => fact.from >= from);
}

/** How long something lasted, also when it goes on. */
export function lasted(fact) {
  const text = lengthText((fact.to ?? Date.now()) - fact.from);
  return fact.to === null ? `${text} so far` : text;
}

/** Events that are drawn on the map. */
export const placed = (events) => events.filter(({ kind, lat }) => !NOT_MARKED.has(kind) && Number.isFinite(lat));
