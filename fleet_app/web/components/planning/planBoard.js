// A plan as the screen works with it: rows with their stops, and the tray, found by id. No DOM.

import { retold } from "../../history/sources/moments.js";

const ms = (text) => (text ? Date.parse(text) : null);
const span = ({ begins, ends }) => [ms(begins), ms(ends)];

function orderOf(order) {
  return { ...order, windows: (order.windows ?? []).map(span) };
}

const PICKUP = 2 ** 40;

/** A delivery that is fetched on the way stands on its row twice; this is whose stop it is. */
export const deliveryOf = (id) => id % PICKUP;

/** How many deliveries a row makes: where their goods are fetched does not count. */
export const madeOn = ({ stops }) => stops.filter(({ pickup }) => !pickup).length;

function stopOf(stop) {
  const order = orderOf(stop.order);
  if (stop.is_pickup) order.customer = `Pickup for ${order.customer || order.number}`;
  return {
    id: stop.order.delivery_id + (stop.is_pickup ? PICKUP : 0),
    pickup: Boolean(stop.is_pickup),
    order,
    arrives: ms(stop.arrives_at),
    begins: ms(stop.begins_at),
    departs: ms(stop.departs_at),
    driveS: stop.drive_s,
    driveM: stop.drive_m,
    lateS: stop.late_s ?? 0,
    locked: Boolean(stop.locked),
    problems: stop.problems ?? [],
    arrived: ms(stop.arrived_at),
    done: ms(stop.done_at),
    eta: ms(stop.eta),
    risk: stop.risk ?? "",
  };
}

function rowOf(row, index, units) {
  return {
    ...row,
    index,
    skills: row.skills ?? [],
    shift: span(row.shift),
    off: (row.off ?? []).map(span),
    breaks: (row.breaks ?? []).map(span),
    silent: ms(row.silent_since),
    starts: ms(row.starts_at),
    ends: ms(row.ends_at),
    loads: row.loads ?? [],
    problems: (row.problems ?? []).map((one) => ({ ...one, message: retold(one.message, units) })),
    stops: (row.stops ?? []).map(stopOf),
  };
}

const trayOf = ({ order, why = "", words = "" }, units) => ({ id: order.delivery_id, order: orderOf(order), why, words: retold(words, units) });

/** The board with every stop and row to be found: `board.where.get(id)` is `{row, place}`, or
 * `{row: null, place}` in the tray; `board.rowOf.get(key)` is a row. */
export function indexed(board) {
  const where = new Map();
  const rowOfKey = new Map();
  for (const row of board.rows) {
    rowOfKey.set(row.key, row);
    row.stops.forEach(({ id }, place) => where.set(id, { row, place }));
  }
  board.tray.forEach(({ id }, place) => where.set(id, { row: null, place }));
  return { ...board, where, rowOf: rowOfKey };
}

/** The server's board, its moments as milliseconds. */
export function readBoard(data) {
  return indexed({ ...data, rows: data.rows.map((row, index) => rowOf(row, index, data.units)), tray: data.tray.map((item) => trayOf(item, data.units)) });
}

/** A stop or an item of the tray; undefined when there is none. */
export function itemOf(board, id) {
  const at = board.where.get(id);
  if (!at) return undefined;
  return at.row ? at.row.stops[at.place] : board.tray[at.place];
}

/** What a row is called: who drives, else what. */
export const rowName = (row) => row.driver || row.vehicle;

/** Both names, for a second line and for those who cannot see the first. */
export const crewName = (row) => (row.driver ? `${row.driver}, ${row.vehicle}` : `${row.vehicle}, no driver`);

/** What is wrong with a stop, in words; those of its row that name it, the codes when none does. */
export function problemsOf(row, stop) {
  const named = row.problems.filter(({ delivery_id: id }) => id === deliveryOf(stop.id)).map(({ message }) => message);
  if (named.length) return named;
  return stop.problems.map((code) => CODES[code] ?? code.replaceAll("_", " "));
}

/** What is wrong with the row as a whole. */
export const rowProblems = (row) => row.problems.filter(({ delivery_id: id }) => id === null || id === undefined).map(({ message }) => message);

const CODES = {
  window: "Later than the customer wants it",
  shift: "After the shift",
  capacity: "Too full",
  skill: "A skill is missing",
  unreachable: "No road leads there",
  lock: "Against a lock",
  other_day: "For another day",
  meeting: "Both drivers must agree on a place",
};

/** Items of the tray that contain the words, in an order: "priority", "window", "number", "near". */
export function trayFound(tray, words, order) {
  const needles = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = tray.filter(({ order: one, words: why }) => {
    const text = `${one.number} ${one.customer} ${one.address} ${why}`.toLowerCase();
    return needles.every((needle) => text.includes(needle));
  });
  return found.sort(ORDERS[order] ?? ORDERS.priority);
}

const RANK = { urgent: 0, high: 1, normal: 2, low: 3 };
const byNumber = (a, b) => a.order.number.localeCompare(b.order.number, undefined, { numeric: true });
const firstEnd = ({ order }) => order.windows[0]?.[1] ?? Infinity;
const rank = ({ order }) => RANK[order.priority] ?? 2;
const ORDERS = {
  priority: (a, b) => rank(a) - rank(b) || firstEnd(a) - firstEnd(b) || byNumber(a, b),
  window: (a, b) => firstEnd(a) - firstEnd(b) || byNumber(a, b),
  number: byNumber,
  reason: (a, b) => a.words.localeCompare(b.words) || byNumber(a, b),
};
export const TRAY_ORDERS = { priority: "Urgent first", window: "Earliest first", number: "By number", reason: "By reason" };
