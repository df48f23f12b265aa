// What a step makes of a plan, guessed at once, until the server has worked it out. No DOM.

import { deliveryOf, indexed, madeOn } from "./planBoard.js";

const EARTH_M = 6_371_000;
const BEND = 1.35; // roads are longer than the crow flies
const USUAL_MPS = 8.5;
const RAD = Math.PI / 180;

/** Metres between two places as the crow flies; 0 when one of them is unknown. */
export function crow(a, b) {
  if (!Number.isFinite(a?.lat) || !Number.isFinite(b?.lat)) return 0;
  const x = (b.lon - a.lon) * RAD * Math.cos(((a.lat + b.lat) / 2) * RAD);
  const y = (b.lat - a.lat) * RAD;
  return Math.sqrt(x * x + y * y) * EARTH_M;
}

/** How fast the row gets on, else the whole plan, else as usual in towns. */
function pace(board, row) {
  if (row.drive_s > 300 && row.distance_m > 0) return row.distance_m / row.drive_s;
  const { drive_s: seconds, distance_m: metres } = board.totals ?? {};
  return seconds > 300 && metres > 0 ? metres / seconds : USUAL_MPS;
}

/** Seconds from one place to another by the crow, as fast as the row gets on. */
export const between = (board, row, a, b) => (crow(a, b) * BEND) / pace(board, row);

/** When work can begin at or after a moment, and by how many seconds that is too late. */
export function begin(order, arrives) {
  for (const [from, to] of order.windows) if (arrives <= to) return [Math.max(arrives, from), 0];
  const last = order.windows.at(-1)?.[1];
  return [arrives, last === undefined ? 0 : (arrives - last) / 1000];
}

/** The row with these stops, their times worked out anew where their way there is another one. */
export function retimed(board, row, stops) {
  const mps = pace(board, row);
  const ways = new Map(row.stops.map((stop, i) => [`${row.stops[i - 1]?.id ?? 0} ${stop.id}`, stop]));
  let clock = row.starts ?? row.shift[0];
  let from = row.depot_at;
  let before = 0;
  let late = 0;
  const told = stops.map((stop) => {
    const known = ways.get(`${before} ${stop.id}`);
    const driveM = known ? known.driveM : Math.round(crow(from, stop.order) * BEND);
    const driveS = known ? known.driveS : Math.round(driveM / mps);
    const arrives = clock + driveS * 1000;
    const [begins, lateS] = begin(stop.order, arrives);
    const departs = begins + stop.order.service_s * 1000;
    [clock, from, before] = [departs, stop.order, stop.id];
    late += lateS;
    return { ...stop, driveM, driveS, arrives, begins, departs, lateS, eta: null, risk: "", problems: lateS > 0 ? ["window"] : [] };
  });
  const ends = stops.length ? clock + (crow(from, row.depot_at) * BEND * 1000) / mps : null;
  const kept = row.problems.filter(({ delivery_id: id }) => id !== null && id !== undefined && told.some((stop) => stop.id === id && stop.problems.length));
  return { ...row, stops: told, ends, late_s: late, problems: kept, guessed: true };
}

/** Before which of the stops another costs least way. */
export function cheapestPlace(row, stops, order) {
  let best = stops.length;
  let least = Infinity;
  for (let place = 0; place <= stops.length; place += 1) {
    const a = place ? stops[place - 1].order : row.depot_at;
    const b = place < stops.length ? stops[place].order : row.depot_at;
    const more = crow(a, order) + crow(order, b) - crow(a, b);
    if (more < least) [best, least] = [place, more];
  }
  return best;
}

/** Seconds that a stop at a place of these costs the row on the way. */
export function detourOf(board, row, stops, order, place) {
  const a = place ? stops[place - 1].order : row.depot_at;
  const b = place < stops.length ? stops[place].order : row.depot_at;
  return between(board, row, a, order) + between(board, row, order, b) - between(board, row, a, b);
}

/** A stop as it is before anything is known of its times. */
export const bare = (item) => ({ ...item, locked: false, problems: [], lateS: 0, driveS: 0, driveM: 0, arrives: null, begins: null, departs: null, arrived: null, done: null, eta: null, risk: "" });
/** What becomes of stops in the tray: deliveries, whose pickups are no orders of their own. */
const inTray = (stops) => stops.filter(({ pickup }) => !pickup).map(({ id, order }) => ({ id, order, why: "", words: "" }));

function moved(board, { deliveries, to, place }) {
  const going = new Set(deliveries);
  const goes = ({ id }) => going.has(deliveryOf(id));
  const items = [...board.rows.flatMap(({ stops }) => stops), ...board.tray].filter(goes);
  items.sort((a, b) => deliveries.indexOf(deliveryOf(a.id)) - deliveries.indexOf(deliveryOf(b.id)));
  const rows = board.rows.map((row) => {
    let stops = row.stops.filter((stop) => !goes(stop));
    if (row.key === to) {
      stops = [...stops];
      if (place === null || place === undefined) for (const item of items) stops.splice(cheapestPlace(row, stops, item.order), 0, bare(item));
      else stops.splice(remaining(row, going, place), 0, ...items.map(bare));
    }
    return same(stops, row.stops) ? row : retimed(board, row, stops);
  });
  const rest = board.tray.filter((item) => !goes(item));
  return { ...board, rows, tray: to ? rest : [...inTray(items), ...rest] };
}

/** The place counts the stops of the row as it is; those that go away no longer count. */
export const remaining = (row, going, place) => row.stops.slice(0, place).filter(({ id }) => !going.has(deliveryOf(id))).length;

const same = (a, b) => a.length === b.length && a.every(({ id }, i) => id === b[i].id);

function locked(board, { deliveries = [], row: key = "", level }) {
  const held = new Set(deliveries);
  const rows = board.rows.map((row) => {
    if (key && row.key === key) return { ...row, lock: level === "stop" ? row.lock : level };
    if (!row.stops.some(({ id }) => held.has(deliveryOf(id)))) return row;
    return { ...row, stops: row.stops.map((stop) => (held.has(deliveryOf(stop.id)) ? { ...stop, locked: level !== "" } : stop)) };
  });
  return { ...board, rows };
}

const onRow = (board, key, change) => ({ ...board, rows: board.rows.map((row) => (row.key === key ? change(row) : row)) });

const isMade = ({ done }) => done !== null;

/** What is made stays first, the rest goes the other way round; what is fetched still comes before it
 * is delivered. */
function turned(stops) {
  const left = stops.filter((stop) => !isMade(stop)).reverse();
  const waiting = new Map(left.filter(({ pickup }) => pickup).map((stop) => [deliveryOf(stop.id), stop]));
  const found = stops.filter(isMade);
  for (const stop of left) {
    const fetched = waiting.get(deliveryOf(stop.id));
    if (stop.pickup && !fetched) continue; // was put before its delivery
    waiting.delete(deliveryOf(stop.id));
    if (!stop.pickup && fetched) found.push(fetched);
    found.push(stop);
  }
  return found;
}

const STEPS = {
  move: moved,
  lock: locked,
  turn: (board, { row: key }) => onRow(board, key, (row) => retimed(board, row, turned(row.stops))),
  depart: (board, { row: key, at }) => onRow(board, key, (row) => (at ? retimed(board, { ...row, starts: Date.parse(at) }, row.stops) : row)),
  drop_row: (board, { row: key }) => {
    const gone = board.rows.find((row) => row.key === key);
    return { ...board, rows: board.rows.filter((row) => row !== gone), tray: [...inTray(gone?.stops ?? []), ...board.tray] };
  },
};

function counted(board) {
  const stops = board.rows.reduce((sum, row) => sum + madeOn(row), 0);
  return { ...board.totals, stops, left: board.tray.length };
}

/** The board after a step, as far as it can be guessed; the same board where it cannot. */
export function guessed(board, edit) {
  const step = STEPS[edit.do];
  if (!step) return board;
  const after = step(board, edit);
  return indexed({ ...after, rows: after.rows.map((row, index) => (row.index === index ? row : { ...row, index })), totals: counted(after) });
}
