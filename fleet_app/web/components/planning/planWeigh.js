// What more stops cost a row in time: driving, waiting, leaving earlier, who would be late. No DOM.

import { begin, between, detourOf } from "./planGuess.js";

const MINUTE_MS = 60_000;

/** Whether it has left: then it leaves no earlier any more. */
const isGone = (row) => row.route_status === "started" || row.stops.some(({ done }) => done);

// How long a stop takes once it could begin, its break included.
function lasts(stop) {
  return stop.arrives === null ? stop.order.service_s * 1000 : Math.max(0, stop.departs - begin(stop.order, stop.arrives)[0]);
}

/** The stops with the way to each as it was planned, breaks included; only where another one comes
 * between is it guessed how much farther that is. */
function stepsOf(board, row, stops) {
  const before = new Map(row.stops.map((stop, i) => [stop.id, i]));
  const crowMs = (a, b) => between(board, row, a, b) * 1000;
  let [known, anchor, last] = [-1, row.depot_at, row.depot_at];
  const into = (place, at, plannedMs, otherwiseMs) => (place - 1 === known ? Math.max(0, plannedMs + crowMs(last, at) - crowMs(anchor, at)) : crowMs(last, at) + otherwiseMs);
  const steps = stops.map((stop) => {
    const place = before.get(stop.id);
    const { order } = stop;
    if (place === undefined || stop.arrives === null) {
      const step = { order, fresh: true, leg: crowMs(last, order), lasts: order.service_s * 1000, was: 0 };
      last = order;
      return step;
    }
    const planned = stop.arrives - (place ? row.stops[place - 1].departs : row.starts ?? stop.arrives);
    const leg = into(place, order, planned, Math.max(0, planned - stop.driveS * 1000));
    [known, anchor, last] = [place, order, order];
    return { order, fresh: false, leg, lasts: lasts(stop), was: stop.lateS };
  });
  const planned = row.stops.length && row.ends !== null ? row.ends - row.stops.at(-1).departs : 0;
  return { steps, home: into(row.stops.length, row.depot_at, planned, 0) };
}

// The tour when it leaves at a moment; lateness in seconds, as far as it is not there already.
function run({ steps, home }, starts) {
  const found = { starts, late: 0, others: 0, waits: 0, ends: starts };
  let clock = starts;
  steps.forEach(({ order, fresh, leg, lasts: ms, was }, i) => {
    const arrives = clock + leg;
    const [begins, lateS] = begin(order, arrives);
    if (fresh) found.late += lateS;
    else found.others += Math.max(0, lateS - was);
    // Who waits at the first stop may leave later instead.
    if (fresh && i === 0) found.starts += begins - arrives;
    else if (fresh) found.waits += begins - arrives;
    clock = begins + ms;
  });
  found.ends = clock + home;
  return found;
}

const lateness = ({ late, others }) => late + others;

/** Leaves as planned, or where that makes somebody late as much earlier as helps, to the minute. */
function timed(row, way) {
  const planned = row.starts ?? row.shift[0];
  const as = run(way, planned);
  let [low, high] = [row.shift[0], planned];
  if (isGone(row) || low >= high || lateness(as) < 60) return isGone(row) ? { ...as, starts: planned } : as;
  const least = run(way, low);
  if (lateness(least) >= lateness(as)) return as;
  while (high - low > MINUTE_MS) {
    const middle = (low + high) / 2;
    if (lateness(run(way, middle)) > lateness(least)) high = middle;
    else low = middle;
  }
  return run(way, low);
}

/** What a row with these stops, some of them new on it, takes more than by now, in seconds: `more` is
 * by how much the day gets longer without the work at the new stops, but never less than the `detour`
 * and how much sooner or later than planned it has to leave: `sooner`, `later`; `waits` is what is
 * waited at the new ones, `late` and `others` how late they and those that are on it already would
 * be, `over` how far the day goes beyond the shift. */
export function weighed(board, row, stops, detour) {
  const way = stepsOf(board, row, stops);
  const now = timed(row, way);
  const work = way.steps.reduce((sum, step) => sum + (step.fresh ? step.lasts : 0), 0);
  const before = row.stops.length && row.starts !== null && row.ends !== null ? row.ends - row.starts : 0;
  const longer = (now.ends - now.starts - before - work) / 1000;
  const shifted = row.stops.length && row.starts !== null ? (now.starts - row.starts) / 1000 : 0;
  return {
    more: Math.max(detour + Math.abs(shifted), longer),
    sooner: Math.max(0, -shifted),
    later: Math.max(0, shifted),
    waits: now.waits / 1000,
    late: now.late,
    others: now.others,
    over: Math.max(0, (now.ends - Math.max(row.shift[1], row.ends ?? 0)) / 1000),
  };
}

/** The same for one stop at a place of these. */
export const weighedAt = (board, row, stops, item, place) => weighed(board, row, [...stops.slice(0, place), item, ...stops.slice(place)], detourOf(board, row, stops, item.order, place));
