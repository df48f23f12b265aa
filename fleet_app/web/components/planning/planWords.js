// How the plan is told: times, lengths, sums and differences in words. No DOM.

import { clockText, distanceText, lengthText } from "../../history/sources/moments.js";
import { deliveryOf, madeOn, rowName } from "./planBoard.js";

export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
export const stopsText = (count) => counted(count, "stop");

/** So many stops, as rows count them: where the goods of one are fetched is no stop more. */
export const idsText = (ids) => stopsText(new Set([...ids].map(deliveryOf)).size);

/** "1 h 05 min" of seconds. */
export const secondsText = (seconds) => lengthText(seconds * 1000);

/** "91 h" of seconds that many people work together. */
export const workText = (seconds) => (seconds < 36_000 ? secondsText(seconds) : `${Math.round(seconds / 3600).toLocaleString("en-GB")} h`);

/** "26 h 05 min" of seconds: days do not add up to working hours. */
export function hoursText(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return secondsText(seconds);
  const hours = `${Math.floor(minutes / 60).toLocaleString("en-GB")} h`;
  return minutes % 60 ? `${hours} ${String(minutes % 60).padStart(2, "0")} min` : hours;
}

/** "26 min" of seconds, rounded up as the server's words are. */
export const upText = (seconds) => secondsText(seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60);

/** An amount in the fleet's currency. */
export function moneyText(amount, currency) {
  try {
    return new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: Math.abs(amount) < 1000 ? 2 : 0 }).format(amount);
  } catch {
    return `${amount.toFixed(0)} ${currency ?? ""}`.trim();
  }
}

/** "09:00–11:00, 14:00–16:00"; empty when any time will do. */
export const windowsText = (windows, zone) => windows.map(([from, to]) => `${clockText(from, zone)}–${clockText(to, zone)}`).join(", ");

export const co2Text = (kg) => `${kg.toLocaleString("en-GB", { maximumFractionDigits: kg < 100 ? 1 : 0 })} kg CO₂`;

/** How full a row gets: "840 of 1,200 kg". */
export function loadText({ unit, peak, room }) {
  const number = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 1 });
  const name = unit === "m3" ? "m³" : unit;
  return room === null || room === undefined ? `${number(peak)} ${name}` : `${number(peak)} of ${number(room)} ${name}`;
}

/** The share of the fullest load; null where nobody said how much goes in. */
export function fullness(row) {
  const known = row.loads.filter(({ room }) => room > 0).map(({ peak, room }) => peak / room);
  return known.length ? Math.max(...known) : null;
}

/** "12 stops · 84 km · 6 h 10 min", the day of a row in a line. */
export function rowText(row, zone) {
  if (!row.stops.length) return row.shift[0] ? `No stops · ${clockText(row.shift[0], zone)}–${clockText(row.shift[1], zone)}` : "No stops";
  const parts = [stopsText(madeOn(row))];
  // Of a route that is over nothing is left to drive.
  if (!row.guessed && row.route_status !== "completed") parts.push(distanceText(row.distance_m));
  if (row.starts && row.ends) parts.push(`${clockText(row.starts, zone)}–${clockText(row.ends, zone)}`);
  return parts.join(" · ");
}

/** What is behind the plan's figures of way, work and cost once routes have left: they are of what is
 * still to be driven, while stops are those of the whole day. */
export const leftText = ({ rows }) => (rows.some(({ route_status: status }) => status === "started" || status === "completed") ? " left" : "");

const STATES = { published: "Published", started: "Driving", completed: "Done" };

/** How far a route of the drivers is, then whether there are steps on it that they do not see yet. */
export function statesOf({ route_status: status, changed }) {
  if (!status || status === "draft") return [];
  const state = STATES[status] ?? STATES.published;
  if (!changed) return [state];
  return state === STATES.published ? ["Changed"] : [state, "Changed"];
}

/** Of a route on its way of which nothing is heard: nobody knows when it arrives. */
export const heardText = (row, zone) => (row.silent ? `Last heard at ${clockText(row.silent, zone)}` : "");

const NOTES = {
  break: ({ from, to }, clock) => `Break ${clock(from)}–${clock(to)}`,
  off: ({ from, to }, clock) => `Does not work ${clock(from)}–${clock(to)}`,
  early: ({ from, to }, clock) => `Leaves at ${clock(from)}, ${secondsText((to - from) / 1000)} before the shift`,
  over: ({ from, to }, clock) => `Back at ${clock(to)}, ${secondsText((to - from) / 1000)} after the shift`,
};

/** A break, hours off, or what lies beyond the shift: "Back at 17:20, 20 min after the shift". */
export const noteText = (note, zone) => NOTES[note.kind](note, (moment) => clockText(moment, zone));

/** How many routes have stops, and which take part without any: "23 routes, 5 without stops". */
export function rowsText({ rows }) {
  const used = rows.filter(({ stops }) => stops.length).length;
  return `${counted(used, "route")}${rows.length > used ? `, ${rows.length - used} more without stops` : ""}`;
}

/** "18 stops · Mon, Thu · Van 7": a template beside its name. */
export function templateText({ stop_count: stops, weekdays, vehicle }) {
  const days = weekdays?.length === 7 ? "every day" : weekdays?.join(", ");
  return [Number.isFinite(stops) && stopsText(stops), days, vehicle?.label].filter(Boolean).join(" · ");
}

/** What happened to stops: "3 stops moved to Van 7". */
export function movedText(board, ids, to) {
  const row = board.rowOf.get(to);
  const what = ids.length === 1 ? (board.where.has(ids[0]) ? numberOf(board, ids[0]) : "The stop") : idsText(ids);
  if (!row) return `${what} taken off, now unassigned`;
  const place = ids.length === 1 && board.where.get(ids[0])?.row === row ? `, stop ${board.where.get(ids[0]).place + 1}` : "";
  return `${what} moved to ${rowName(row)}${place}`;
}

function numberOf(board, id) {
  const { row, place } = board.where.get(id);
  return (row ? row.stops : board.tray)[place].order.number;
}

// What is wrong now and was not before, in words: by what it is about, as minutes and places differ.
function news(before, after) {
  const all = (board) => board.rows.flatMap((row) => row.problems.map((one) => [`${one.code} ${one.delivery_id ?? `row ${row.key}`}`, one.message]));
  const known = new Set(all(before).map(([name]) => name));
  return all(after).filter(([name]) => !known.has(name)).map(([, message]) => message);
}

/** What the server's answer says about the rows that a step touched, for those who listen. */
export function effectText(before, after) {
  const more = after.totals.problems - before.totals.problems;
  const late = after.totals.late_stops - before.totals.late_stops;
  const parts = [];
  const fresh = news(before, after);
  if (fresh.length === 1 && late <= 1) parts.push(fresh[0].replace(/\.$/, ""));
  else if (late > 0) parts.push(`${stopsText(late)} more late`);
  if (late < 0) parts.push(`${stopsText(-late)} fewer late`);
  if (more > 0 && late <= 0 && !parts.length) parts.push(`${counted(more, "problem")} more`);
  if (more < 0 && late >= 0) parts.push(`${counted(-more, "problem")} fewer`);
  const metres = after.totals.distance_m - before.totals.distance_m;
  if (Math.abs(metres) >= 100) parts.push(`${distanceText(Math.abs(metres))} ${metres > 0 ? "more" : "less"}`);
  return parts.join(", ");
}

/** "+12 min", "−3.2 km": a difference with its sign. */
export const signed = (value, text) => (value === 0 ? "same" : `${value > 0 ? "+" : "−"}${text(Math.abs(value))}`);

/** The figures of two plans beside each other: `{name, a, b, change, better}`. */
export function figures(a, b, currency) {
  const money = (value) => moneyText(value, currency);
  const plain = (value) => value.toLocaleString("en-GB");
  const all = (totals) => ({ ...totals, weighed: totals.cost + (totals.left_cost ?? 0) });
  // Whoever leaves more out drives less: that alone is no better plan.
  const same = a.left === b.left ? -1 : 0;
  [a, b] = [all(a), all(b)];
  const rows = [
    ["Cost", "cost", money, same],
    ["Cost, what is left out counted", "weighed", money, -1],
    ["Distance", "distance_m", distanceText, -1],
    ["Driving", "drive_s", hoursText, -1],
    ["Working hours", "work_s", hoursText, -1],
    ["Waiting", "wait_s", hoursText, -1],
    ["Late stops", "late_stops", plain, -1],
    ["Lateness together", "late_s", hoursText, -1],
    ["Problems", "problems", plain, -1],
    ["CO₂", "co2_kg", (kg) => `${kg.toLocaleString("en-GB", { maximumFractionDigits: 1 })} kg`, -1],
    ["Routes", "rows", plain, 0],
    ["Stops planned", "stops", plain, 1],
    ["Unassigned", "left", plain, -1],
  ];
  return rows.map(([name, field, text, sign]) => {
    const change = b[field] - a[field];
    return { name, a: text(a[field]), b: text(b[field]), change: signed(change, text), better: Math.sign(change) * sign };
  });
}
