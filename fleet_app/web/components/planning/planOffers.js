// To which rows stops could go, and what would break there, as far as the page itself can tell. No DOM.

import { deliveryOf } from "./planBoard.js";
import { bare, cheapestPlace, detourOf, retimed } from "./planGuess.js";

const ENOUGH = 40; // of many stops these say where they belong
const MINUTE_MS = 60_000;
const SIZES = { kg: "weight_kg", m3: "volume_m3", parcels: "parcels" };

const isLate = ({ lateS }) => lateS * 1000 >= MINUTE_MS;

function tooFull(row, items) {
  return row.loads.some(({ unit, peak, room }) => {
    const more = items.reduce((sum, { order }) => sum + (order[SIZES[unit]] ?? 0), 0);
    return room > 0 && more > 0 && peak + more > room;
  });
}

/** What a row with these stops on it breaks that it does not break by now, in words. */
function broken(row, after, ids) {
  const was = new Set(row.stops.filter(isLate).map(({ id }) => id));
  const late = after.stops.filter((stop) => isLate(stop) && !was.has(stop.id));
  const found = [];
  if (late.some(({ id }) => ids.has(id))) found.push("would be late");
  if (late.some(({ id }) => !ids.has(id))) found.push("makes others late");
  if (after.ends > row.shift[1] + MINUTE_MS && after.ends > (row.ends ?? 0)) found.push("outside its shift");
  return found;
}

// Who has not left yet may leave earlier than by now.
function departures(row) {
  const gone = row.route_status === "started" || row.stops.some(({ done }) => done);
  return gone || !row.starts || row.starts === row.shift[0] ? [row.starts] : [row.starts, row.shift[0]];
}

function tried(board, row, stops, ids) {
  const all = departures(row).map((starts) => broken(row, retimed(board, { ...row, starts }, stops), ids));
  return all.sort((a, b) => a.length - b.length)[0];
}

const withIt = (stops, place, item) => [...stops.slice(0, place), bare(item), ...stops.slice(place)];

/** One stop goes where it breaks least, there where the detour is smallest; several where the detour is. */
function offer(board, row, items) {
  const ids = new Set(items.map(({ id }) => id));
  const own = new Set(items.map(({ id }) => deliveryOf(id)));
  let stops = row.stops.filter(({ id }) => !own.has(deliveryOf(id)));
  let seconds = 0;
  const before = stops;
  for (const item of items) {
    const place = cheapestPlace(row, stops, item.order);
    seconds += detourOf(board, row, stops, item.order, place);
    stops = withIt(stops, place, item);
  }
  const best = { seconds, breaks: tried(board, row, stops, ids) };
  if (items.length !== 1 || !best.breaks.length) return best;
  const done = before.filter(({ done: at }) => at).length;
  for (let place = done; place <= before.length; place += 1) {
    const breaks = tried(board, row, withIt(before, place, items[0]), ids);
    const more = detourOf(board, row, before, items[0].order, place);
    if (breaks.length < best.breaks.length || (breaks.length === best.breaks.length && more < best.seconds)) Object.assign(best, { breaks, seconds: more });
  }
  return best;
}

/** The rows on which these stops are not yet: those come first on which they break nothing, and of them
 * those to which the detour is smallest: `{row, seconds, breaks}`. */
export function nearest(board, items) {
  const some = items.slice(0, ENOUGH);
  const scale = items.length / Math.max(1, some.length);
  const from = new Set(items.map(({ id }) => board.where.get(id)?.row ?? null));
  const rows = board.rows.filter((row) => from.size !== 1 || !from.has(row)).map((row) => {
    const { seconds, breaks } = offer(board, row, some);
    return { row, seconds: seconds * scale, breaks: tooFull(row, items) ? [...breaks, "too full"] : breaks };
  });
  return rows.sort((a, b) => a.breaks.length - b.breaks.length || a.seconds - b.seconds);
}
