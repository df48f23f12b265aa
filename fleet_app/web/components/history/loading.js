// Asking the API for a period of some vehicles. Only the newest question is answered.

import { numbered, readFact } from "./facts.js";
import { readSnapped } from "./snapped.js";
import { readTrack } from "./track.js";

const PAGE = 500;
const MOST_PAGES = 20;
const AT_ONCE = 4;
const NO_ROADS = 409;
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

/** All rows of a list that is read page by page; `unclear` while there may soon be some. */
async function everything(get, path, period, vehicles, signal) {
  const rows = [];
  const query = new URLSearchParams(periodQuery(period, { vehicle_id: vehicles.join(), limit: String(PAGE) }));
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, meta } = await asked(get, `${path}?${query}`, signal);
    rows.push(...data);
    rows.unclear = meta?.unclear === true;
    const next = meta?.pagination?.next_cursor;
    if (!next) break;
    query.set("cursor", next);
  }
  return rows;
}

/** The way of one vehicle. */
export async function fetchTrack(get, vehicleId, period, { signal } = {}) {
  const { data } = await asked(get, `/api/v1/vehicles/${vehicleId}/replay?${periodQuery(period)}`, signal);
  return readTrack(data);
}

async function fetchSnapped(get, trip) {
  const { data } = await asked(get, `/api/v1/trips/${trip.id}/snapped`);
  return readSnapped(data, trip);
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
        unclear: Boolean(trips.unclear && stops.unclear),
      };
    } catch (error) {
      if (signal.aborted) return null;
      own.abort();
      throw error;
    }
  }

  /** The trips on their roads. Raises `Refused`. */
  async loadSnapped(trips) {
    const found = [];
    for (let i = 0; i < trips.length; i += AT_ONCE) {
      found.push(...(await Promise.all(trips.slice(i, i + AT_ONCE).map((trip) => fetchSnapped(this.get, trip)))));
    }
    return found;
  }

  stop() {
    this.running?.abort();
    this.running = null;
  }
}

let snapping = null;

/** Whether trips can be put on roads here: asked once, about one of them. */
export function canSnap(get, trip) {
  snapping ??= fetchSnapped(get, trip).then(
    () => true,
    ({ status }) => {
      if (status !== NO_ROADS) snapping = null;
      return false;
    },
  );
  return snapping;
}
