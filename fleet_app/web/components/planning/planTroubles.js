// What is wrong with a plan, problem by problem, and the way to each of its places. No DOM.

import { deliveryOf, rowName } from "./planBoard.js";

/** Where a problem is: the stop that it names, the one of two that it is said of; -1 for the row. */
function placeOf({ stops }, { code, delivery_id: delivery }) {
  if (delivery === null || delivery === undefined) return -1;
  const own = stops.map((stop, place) => ({ stop, place })).filter(({ stop }) => deliveryOf(stop.id) === delivery);
  const said = own.find(({ stop }) => stop.problems.includes(code)) ?? own.find(({ stop }) => !stop.pickup) ?? own[0];
  return said?.place ?? -1;
}

/** The problems as the rows and their stops stand: `{key, row, place, id, text}`; `id` is 0 and
 * `place` -1 for what is about a row as a whole. */
export function troublesOf(board) {
  return board.rows.flatMap((row) => {
    const found = row.problems.map((one, i) => {
      const place = placeOf(row, one);
      const key = `${row.key} ${one.code} ${one.delivery_id ?? ""} ${row.problems.slice(0, i).filter(({ code, delivery_id: id }) => code === one.code && id === one.delivery_id).length}`;
      return { key, row, place, id: row.stops[place]?.id ?? 0, text: one.message };
    });
    return found.sort((a, b) => a.place - b.place);
  });
}

/** The problem after (1) or before (-1) the one that was `seen` last, `{key, index}`; round and round.
 * Where that one is gone, the next has taken its place. */
export function troubleBeside(troubles, seen, by) {
  if (!troubles.length) return null;
  const here = troubles.findIndex(({ key }) => key === seen?.key);
  const from = here === -1 && seen ? seen.index - (by > 0 ? 1 : 0) : here;
  const at = here === -1 && !seen && by < 0 ? troubles.length - 1 : from + by;
  return troubles[(at + troubles.length) % troubles.length];
}

/** Where it is: "Aino Laine, stop 3, Niemi Oy". */
export function troublePlace({ row, place }) {
  const stop = row.stops[place];
  return [rowName(row), ...(stop ? [`stop ${place + 1}`, stop.order.customer || stop.order.number] : [])].join(", ");
}

/** Chooses what a problem is about, and brings it into view wherever it is shown; `take` has the
 * keys go on from there in the list. */
export function goTo(desk, trouble, { take = false } = {}) {
  const { key, row, id, text } = trouble;
  const troubles = troublesOf(desk.board);
  desk.trouble = { key, index: troubles.findIndex((one) => one.key === key) };
  const ids = id ? [id] : row.stops.map((stop) => stop.id);
  if (desk.focus && desk.focus !== row.key) desk.setFocus(desk.focus);
  desk.choose({ chosen: new Set(ids), anchor: id ? `stop ${id}` : `row ${row.key}` });
  desk.seek({ row: row.key, id }, { take });
  desk.whisper(`Problem ${desk.trouble.index + 1} of ${troubles.length}: ${troublePlace(trouble)}. ${text}`);
}

/** On to the next problem, or back; false where there is none. */
export function stepTrouble(desk, by) {
  const next = troubleBeside(troublesOf(desk.board), desk.trouble, by);
  if (next) goTo(desk, next);
  return Boolean(next);
}
