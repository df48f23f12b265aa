// Asking the API for a period of some vehicles. Only the newest question is answered.

import { numbered, readFact } from "./facts.js";
import { readTrack } from "./track.js";

const PAGE = 500;
const MOST_PAGES = 20;
const PLAIN = { credentials: "same-origin", headers: { Accept: "application/json" } };
const UNREACHABLE = "The server cannot be reached right now.";

/** A refusal in the words of the server; `status` is its code. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function asked(get, address, signal) {
  let answer;
  try {
    answer = await get(address, { ...PLAIN, signal });
  } catch (error) {
    throw signal?.aborted ? error : new Refused(UNREACHABLE, 0);
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(body?.error?.message ?? "This cannot be read right now.", answer.status);
  return body;
}

const iso = (ms) => new Date(ms).toISOString();

/** The query of a period. */
export function periodQuery({ from, to }, more = {}) {
  return new URLSearchParams({ from: iso(from), to: iso(to), ...more }).toString();
}

/** All rows of a list that is read page by page. */
async function everything(get, path, period, vehicles, signal) {
  const rows = [];
  const query = new URLSearchParams(periodQuery(period, { vehicle_id: vehicles.join(), limit: String(PAGE) }));
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, meta } = await asked(get, `${path}?${query}`, signal);
    rows.push(...data);
    const next = meta?.pagination?.next_cursor;
    if (!next) break;
    query.set("cursor", next);
  }
  return rows;
}

/** The way of one vehicle; `snap` asks for it on the roads. */
export async function fetchTrack(get, vehicleId, period, { snap = false, signal } = {}) {
  const query = periodQuery(period, snap ? { snap: "true" } : {});
  const { data } = await asked(get, `/api/v1/vehicles/${vehicleId}/replay?${query}`, signal);
  return { ...readTrack(data), snapped: data.snapped === true };
}

export class PastLoader {
  constructor(get = (...given) => fetch(...given)) {
    this.get = get;
    this.running = null;
  }

  /** Tracks and facts of a period; null when another question came meanwhile. Raises `Refused`. */
  async load(vehicles, period) {
    this.running?.abort();
    const own = new AbortController();
    this.running = own;
    const { signal } = own;
    const list = (path) => everything(this.get, `/api/v1/${path}`, period, vehicles, signal);
    try {
      const [tracks, trips, stops, events] = await Promise.all([
        Promise.all(vehicles.map((id) => fetchTrack(this.get, id, period, { signal }))),
        list("trips"),
        list("stops"),
        list("movement-events"),
      ]);
      if (this.running !== own) return null;
      return {
        tracks: new Map(tracks.map((track, i) => [vehicles[i], track])),
        trips: trips.map(readFact),
        stops: numbered(stops.map(readFact)),
        events: events.map(readFact),
      };
    } catch (error) {
      if (signal.aborted) return null;
      own.abort();
      throw error;
    }
  }

  /** The ways on the roads, or null where roads cannot be matched. */
  async loadSnapped(vehicles, period) {
    try {
      const tracks = await Promise.all(vehicles.map((id) => fetchTrack(this.get, id, period, { snap: true })));
      return tracks.every(({ snapped }) => snapped) ? new Map(tracks.map((track, i) => [vehicles[i], track])) : null;
    } catch (error) {
      if (error.status === 0 || error.status === 429 || error.status === 503) throw error;
      return null;
    }
  }

  stop() {
    this.running?.abort();
    this.running = null;
  }
}

let snapping = null;

/** Whether ways can be put on roads here: asked once, about a minute of one vehicle. */
export function canSnap(get, vehicleId, to) {
  const minute = { from: to - 60_000, to };
  snapping ??= fetchTrack(get, vehicleId, minute, { snap: true }).then(({ snapped }) => snapped, () => false);
  return snapping;
}
