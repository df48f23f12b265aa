// Who is chosen and where the cursor is: the lines of a list, and what keys make of them. No DOM.

import { problemsOf } from "./planBoard.js";
import { notesOf } from "./planTime.js";

export const HEIGHTS = { row: 50, stop: 40, note: 26, tray: 50, reason: 16 };
// Longer reasons than this have a second line; those of a stop stand beside its place.
const LONG = 48;
const LONG_OF_STOP = 38;

const wordsHeight = (words, long) => HEIGHTS.reason * ((words ? 1 : 0) + (words.length > long ? 1 : 0));

/** The lines of the routes' list: a head for each row, below it its stops unless it is folded, with
 * its breaks and what lies beyond its hours between them. */
export function routeLines(rows, folded) {
  const lines = [];
  let top = 0;
  const put = (line, height) => {
    lines.push({ ...line, top, height });
    top += height;
  };
  for (const row of rows) {
    put({ kind: "row", key: `row ${row.key}`, row }, HEIGHTS.row);
    if (folded.has(row.key)) continue;
    const notes = notesOf(row);
    const tell = (place) => notes.forEach((note, i) => note.place === place && put({ kind: "note", key: `note ${row.key} ${i}`, row, place, note }, HEIGHTS.note));
    row.stops.forEach((stop, place) => {
      tell(place);
      put({ kind: "stop", key: `stop ${stop.id}`, id: stop.id, row, stop, place }, HEIGHTS.stop + wordsHeight(problemsOf(row, stop).join("; "), LONG_OF_STOP));
    });
    tell(row.stops.length);
  }
  return { lines, height: top };
}

export function trayLines(items) {
  let top = 0;
  const lines = items.map((item) => {
    const height = HEIGHTS.tray + wordsHeight(item.words, LONG);
    const line = { kind: "tray", key: `stop ${item.id}`, id: item.id, item, top, height };
    top += height;
    return line;
  });
  return { lines, height: top };
}

/** The lines that are in view, with some above and below. */
export function inView({ lines }, top, height, spare = 240) {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].top + lines[middle].height < top - spare) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < lines.length && lines[end].top <= top + height + spare) end += 1;
  return lines.slice(low, end);
}

/** Where something dropped at a height of the list of routes comes: `{row, place}`, or null. */
export function dropAt({ lines, height }, y, rows) {
  const line = lines.find((one) => y < one.top + one.height);
  if (!line) {
    const last = rows.at(-1);
    return last && y <= height + 60 ? { row: last.key, place: last.stops.length } : null;
  }
  // Onto the head of a row: to its best place.
  if (line.kind === "row") return { row: line.row.key, place: null };
  if (line.kind === "note") return { row: line.row.key, place: line.place };
  const below = y - line.top > line.height / 2;
  return { row: line.row.key, place: line.place + (below ? 1 : 0) };
}

/** Where the line that shows the place of a drop is painted; null when it is a whole row. */
export function dropY({ lines }, { row, place }) {
  if (place === null) return null;
  const own = lines.filter((line) => line.row?.key === row);
  const stop = own.find((line) => line.kind === "stop" && line.place === place);
  if (stop) return stop.top;
  const last = own.at(-1);
  return last ? last.top + last.height : null;
}

/** Where the cursor goes: by so many lines, or to an end; `null` where there is none. */
export function stepped(lines, cursor, by) {
  if (!lines.length) return null;
  const here = lines.findIndex(({ key }) => key === cursor);
  if (by === "first") return lines[0].key;
  if (by === "last") return lines.at(-1).key;
  if (here === -1) return lines[by > 0 ? 0 : lines.length - 1].key;
  return lines[Math.min(lines.length - 1, Math.max(0, here + by))].key;
}

/** Everything that can be chosen between two lines, both included. */
export function between(lines, a, b) {
  const from = lines.findIndex(({ key }) => key === a);
  const to = lines.findIndex(({ key }) => key === b);
  if (from === -1 || to === -1) return [];
  return lines.slice(Math.min(from, to), Math.max(from, to) + 1).filter(({ id }) => id !== undefined).map(({ id }) => id);
}

/** What lies at these heights of a list, from top to bottom. */
export const linesIn = ({ lines }, top, bottom) => lines.filter((line) => line.id !== undefined && line.top < bottom && line.top + line.height > top).map(({ id }) => id);

/** What a click chooses: alone, one more or less (`add`), or all from the anchor (`range`). */
export function picked(lines, { chosen, anchor }, line, { add = false, range = false } = {}) {
  if (line.kind === "note") return { chosen, anchor };
  const ids = line.id !== undefined ? [line.id] : line.row.stops.map(({ id }) => id);
  if (range && anchor) return { chosen: new Set([...(add ? chosen : []), ...between(lines, anchor, line.key)]), anchor };
  if (!add) return { chosen: new Set(ids), anchor: line.key };
  const all = ids.every((id) => chosen.has(id));
  const after = new Set(chosen);
  for (const id of ids) if (all) after.delete(id);
    else after.add(id);
  return { chosen: after, anchor: line.key };
}

/** The chosen ones in the order in which they stand on the plan: row by row, then the tray. */
export function inOrder(board, ids) {
  const wanted = new Set(ids);
  const found = [];
  for (const row of board.rows) for (const { id } of row.stops) if (wanted.has(id)) found.push(id);
  for (const { id } of board.tray) if (wanted.has(id)) found.push(id);
  return found;
}

/** The place for stops of one row that go up (-1) or down (1) together; null when they cannot. */
export function shoved(board, ids, by) {
  const own = inOrder(board, ids);
  const row = board.where.get(own[0])?.row;
  if (!row || own.some((id) => board.where.get(id)?.row !== row)) return null;
  const places = own.map((id) => board.where.get(id).place);
  const place = by < 0 ? Math.min(...places) - 1 : Math.max(...places) + 2;
  return place < 0 || place > row.stops.length ? null : { row: row.key, place, deliveries: own };
}
