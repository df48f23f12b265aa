// The fleet as this browser knows it: one store for the map, the grid and every live text.

import { NEVER_SEEN } from "./format.js";
import { decodeFrame, KIND_SNAPSHOT } from "./frames.js";

/** Until the first snapshot says what this installation is set to. */
const OFFLINE_AFTER_S = 120;

const RACE_WINDOW_MS = 10_000;
const RESYNC_EVERY_MS = 3_000;
const ROSTER_EVERY_MS = 3_000;
const ROSTER_UNKNOWN_EVERY_MS = 30_000;
const ROSTER_BACKOFF_LIMIT_MS = 60_000;
const ROSTER_URL = "/api/v1/vehicles/roster";

async function fetchRoster(fleet) {
  const address = fleet ? `${ROSTER_URL}?fleet_id=${fleet}` : ROSTER_URL;
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`roster: ${response.status}`);
  return (await response.json()).data;
}

/** Live positions and the roster, merged from frames; never goes backwards in time. */
export class LiveStore {
  constructor({ now = () => Date.now(), loadRoster = fetchRoster } = {}) {
    this.now = now;
    this.loadRoster = loadRoster;
    this.vehicles = new Map();
    this.roster = new Map();
    this.sequence = null;
    this.lastFrameAt = null;
    this.newestFix = null;
    this.serverAhead = 0;
    this.offlineAfter = OFFLINE_AFTER_S;
    this.gaps = 0;
    this.onResync = null;
    this.complete = false;
    this.rosterWanted = false;
    this.fleet = 0;
    this.commonName = "";
    this.listeners = new Set();
    this.lastFrame = null;
    this.lastResync = -Infinity;
    this.rosterState = { busy: false, tried: -Infinity, failures: 0, loaded: false, due: false };
    this.strangers = new Set();
    this.expected = null;
    this.counted = null;
    this.timer = null;
  }

  /** The server's clock, epoch seconds. */
  serverNow() {
    return this.now() / 1000 + this.serverAhead;
  }

  /** Seconds since the vehicle's newest fix was recorded. */
  ageOf(vehicle) {
    return Math.max(0, this.serverNow() - vehicle.recordedAt);
  }

  /** What to show: the reported status, or "offline" once the fix is too old. */
  statusOf(vehicle) {
    return this.ageOf(vehicle) > this.offlineAfter ? "offline" : vehicle.status;
  }

  /** Seconds after which a position must look old: half way to offline. */
  get staleAfter() {
    return this.offlineAfter / 2;
  }

  /** Whether the position must look old. */
  isStale(vehicle) {
    return vehicle.stale || this.ageOf(vehicle) > this.staleAfter;
  }

  /** Call `listener({kind, ids})` on every change; returns the function that ends it. */
  subscribe(listener) {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => this.tick(), 1000);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  /** Merge one frame (ArrayBuffer). Empty values mean "no change". Returns the changed ids. */
  apply(frame) {
    if (!frame || !frame.byteLength || frame === this.lastFrame) return [];
    this.lastFrame = frame;
    const decoded = decodeFrame(frame);
    this.lastFrameAt = this.now();
    this.serverAhead = decoded.serverTime - this.lastFrameAt / 1000;
    this.offlineAfter = decoded.offlineAfter || this.offlineAfter;
    const snapshot = decoded.kind === KIND_SNAPSHOT;
    const gone = snapshot ? this.dropMissing(decoded) : [];
    this.follow(decoded.sequence, snapshot);
    const ids = decoded.records.filter((record) => this.merge(record, decoded.sequence));
    const changed = ids.map((record) => record.id).concat(gone);
    if (changed.length > 0 || snapshot) this.notify(snapshot ? "snapshot" : "delta", changed);
    this.askForUnknown(decoded.records);
    return changed;
  }

  merge(record, sequence) {
    const known = this.vehicles.get(record.id);
    if (known && record.recordedAt < known.recordedAt) return false;
    const vehicle = known ?? {};
    Object.assign(vehicle, record, { sequence, receivedAt: this.lastFrameAt });
    vehicle.shown = this.statusOf(vehicle);
    this.vehicles.set(record.id, vehicle);
    if (this.newestFix === null || record.recordedAt > this.newestFix) {
      this.newestFix = record.recordedAt;
    }
    return true;
  }

  // A delta may overtake the snapshot taken before it: what it brought must stay.
  dropMissing({ records, sequence }) {
    const present = new Set(records.map((record) => record.id));
    const gone = [];
    for (const vehicle of this.vehicles.values()) {
      const overtook =
        vehicle.sequence > sequence && this.lastFrameAt - vehicle.receivedAt < RACE_WINDOW_MS;
      if (!present.has(vehicle.id) && !overtook) gone.push(vehicle.id);
    }
    for (const id of gone) this.vehicles.delete(id);
    return gone;
  }

  follow(sequence, snapshot) {
    const previous = this.sequence;
    if (snapshot) {
      this.complete = true;
      // After an older snapshot (race or restarted server) any next delta is the right one.
      this.sequence = previous !== null && sequence < previous ? null : sequence;
      return;
    }
    if (previous !== null && sequence <= previous && previous - sequence < 0x80000000) return;
    this.sequence = sequence;
    if (previous !== null && sequence !== (previous + 1) % 0x100000000) this.resync();
  }

  /** Ask for a snapshot, at most every few seconds. */
  resync() {
    this.gaps += 1;
    this.askForSnapshot();
  }

  askForSnapshot() {
    if (!this.onResync || this.now() - this.lastResync < RESYNC_EVERY_MS) return;
    this.lastResync = this.now();
    this.onResync();
  }

  /** Age the fleet: vehicles that fell silent turn offline although no frame came. */
  tick() {
    // The snapshot sent on joining is lost when this code was still loading as it came.
    if (!this.complete) this.askForSnapshot();
    if (this.rosterState.due) this.refreshRoster();
    const ids = [];
    for (const vehicle of this.vehicles.values()) {
      const shown = this.statusOf(vehicle);
      if (shown !== vehicle.shown) {
        vehicle.shown = shown;
        ids.push(vehicle.id);
      }
    }
    this.notify("tick", ids);
  }

  notify(kind, ids) {
    this.counted = null;
    for (const listener of this.listeners) listener({ kind, ids });
  }

  /** Names, types and drivers are wanted: fetch them, and again when an unknown vehicle appears.
   * `fleet` is for administrators, who see more than one: the id of the fleet on the screen. */
  wantRoster(fleet = 0) {
    this.rosterWanted = true;
    if (fleet !== this.fleet) this.startOver();
    this.fleet = fleet;
    if (!this.rosterState.loaded) this.refreshRoster();
  }

  // Another fleet: nothing of the one before may stay, and its counting of frames does not go on.
  startOver() {
    this.vehicles.clear();
    this.roster.clear();
    Object.assign(this, { sequence: null, complete: false, newestFix: null });
    Object.assign(this.rosterState, { loaded: false, tried: -Infinity });
    this.strangers.clear();
    this.expected = null;
    this.notify("snapshot", []);
  }

  /** Call every vehicle `name`: for readers who may not see the roster. */
  nameAll(name) {
    this.commonName = name;
  }

  /** How many vehicles the server counts in the fleet; another number than known here means that
   * the roster has changed: a vehicle that never reported is in no frame. */
  expect(total) {
    if (!total || total === this.expected) return;
    this.expected = total;
    if (this.rosterState.loaded && total !== this.counts().all) this.wantFreshRoster();
  }

  /** Vehicles of the roster and of the frames by what is shown; those never heard of stand apart. */
  counts() {
    if (this.counted) return this.counted;
    const counts = { all: this.vehicles.size, moving: 0, idle: 0, stopped: 0, offline: 0, [NEVER_SEEN]: 0 };
    for (const vehicle of this.vehicles.values()) counts[vehicle.shown] += 1;
    for (const id of this.roster.keys()) {
      if (this.vehicles.has(id)) continue;
      counts.all += 1;
      counts[NEVER_SEEN] += 1;
    }
    this.counted = counts;
    return counts;
  }

  // An id that even a fresh roster did not name (a vehicle taken out of the fleet) may wait long.
  askForUnknown(records) {
    if (!this.rosterWanted) return;
    const unknown = records.filter((record) => !this.roster.has(record.id));
    if (unknown.length === 0) return;
    const waited = this.now() - this.rosterState.tried;
    const fresh = unknown.some((record) => !this.strangers.has(record.id));
    if (fresh || waited > ROSTER_UNKNOWN_EVERY_MS) this.wantFreshRoster();
  }

  // As soon as the throttle allows: `tick` asks again while it is due.
  wantFreshRoster() {
    this.rosterState.due = true;
    this.refreshRoster();
  }

  /** Fetch names, types and drivers; throttled, backs off while the server fails. */
  async refreshRoster() {
    const state = this.rosterState;
    const wait = Math.min(ROSTER_EVERY_MS * 2 ** state.failures, ROSTER_BACKOFF_LIMIT_MS);
    if (state.busy || this.now() - state.tried < (state.tried === -Infinity ? 0 : wait)) return;
    Object.assign(state, { busy: true, due: false, tried: this.now() });
    const { fleet } = this;
    const unknown = [...this.vehicles.keys()].filter((id) => !this.roster.has(id));
    try {
      const answer = await this.loadRoster(fleet);
      // An answer about another fleet than the one chosen meanwhile is worth nothing.
      if (fleet !== this.fleet) state.due = true;
      else this.acceptRoster(answer, unknown);
    } catch {
      state.failures += 1;
      state.due = true;
    } finally {
      state.busy = false;
    }
  }

  acceptRoster(answer, unknown) {
    this.setRoster(answer);
    Object.assign(this.rosterState, { failures: 0, loaded: true });
    this.strangers = new Set(unknown.filter((id) => !this.roster.has(id)));
    this.rosterState.due &&= this.rosterLags();
  }

  // What asked for a fresh roster while one was under way may be in that one already.
  rosterLags() {
    if (this.expected && this.expected !== this.counts().all) return true;
    return [...this.vehicles.keys()].some((id) => !this.roster.has(id) && !this.strangers.has(id));
  }

  /** Replace the roster from `{columns, rows}`; listeners hear which ids came or went since. */
  setRoster({ columns, rows }) {
    const at = Object.fromEntries(columns.map((name, i) => [name, i]));
    const before = this.rosterState.loaded ? this.roster : null;
    this.roster = new Map(
      rows.map((row) => [
        row[at.id],
        {
          id: row[at.id],
          name: row[at.name] || row[at.registration_number] || `Vehicle ${row[at.id]}`,
          registration: row[at.registration_number] ?? "",
          type: row[at.type] ?? "other",
          driver: row[at.driver] ?? "",
        },
      ]),
    );
    this.notify("roster", before ? difference(before, this.roster) : []);
  }

  /** Static facts of a vehicle, with stand-ins until the roster is here. */
  factsOf(id) {
    const name = this.commonName || `Vehicle ${id}`;
    return this.roster.get(id) ?? { id, name, registration: "", type: "other", driver: "" };
  }

  /** Whether a vehicle passes a status list (empty means all) and a search text. */
  matches(vehicle, statuses, needle) {
    if (statuses.length > 0 && !statuses.includes(vehicle.shown)) return false;
    if (!needle) return true;
    const { name, registration, driver } = this.factsOf(vehicle.id);
    return `${name}\n${registration}\n${driver}`.toLowerCase().includes(needle);
  }
}

function difference(before, after) {
  const gone = [...before.keys()].filter((id) => !after.has(id));
  return [...after.keys()].filter((id) => !before.has(id)).concat(gone);
}

/** Statuses of a filter prop: a list, a comma-separated text, "" or "all". */
export function statusList(filter) {
  const list = Array.isArray(filter) ? filter : String(filter ?? "").split(",");
  return list.map((name) => name.trim().toLowerCase()).filter((name) => name && name !== "all");
}

/** The store of this page. */
export const store = new LiveStore();
