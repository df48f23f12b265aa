// Where the cursor of the timeline is, and where keys take it. No DOM.

/** The line that a cursor stands for, as lists have them: a stop, or a row without any; null when it
 * is gone. */
export function lineOf(board, cursor) {
  const row = cursor && board.rowOf.get(cursor.row);
  if (!row) return null;
  const place = row.stops.findIndex(({ id }) => id === cursor.id);
  if (place === -1) return { kind: "row", key: `row ${row.key}`, row };
  return { kind: "stop", key: `stop ${cursor.id}`, id: cursor.id, row, stop: row.stops[place], place };
}

const cursorAt = (row, place) => ({ row: row.key, id: row.stops[Math.min(Math.max(place, 0), row.stops.length - 1)]?.id ?? 0 });

/** From stop to stop of the row: by so many, or to its "first" or "last". */
export function along(board, cursor, by) {
  const line = lineOf(board, cursor);
  if (!line) return board.rows.length ? cursorAt(board.rows[0], 0) : null;
  if (by === "first" || by === "last") return cursorAt(line.row, by === "first" ? 0 : line.row.stops.length - 1);
  return line.kind === "row" ? cursorAt(line.row, 0) : cursorAt(line.row, line.place + by);
}

/** To the row so many below, there to the stop that is made at the same time. */
export function across(board, cursor, by) {
  const line = lineOf(board, cursor);
  if (!line) return along(board, null, 0);
  const here = board.rows.indexOf(line.row);
  const row = board.rows[Math.min(board.rows.length - 1, Math.max(0, here + by))];
  const moment = line.stop?.begins ?? cursor.moment ?? line.row.shift[0];
  const off = ({ begins }) => (begins === null ? Infinity : Math.abs(begins - moment));
  const place = row.stops.reduce((best, stop, i) => (off(stop) < off(row.stops[best]) ? i : best), 0);
  return { ...cursorAt(row, place), moment };
}

/** The stops between two cursors of one row; only the second where they are on different rows. */
export function span(board, from, to) {
  const [a, b] = [lineOf(board, from), lineOf(board, to)];
  if (b?.kind !== "stop") return [];
  if (a?.kind !== "stop" || a.row !== b.row) return [b.id];
  return b.row.stops.slice(Math.min(a.place, b.place), Math.max(a.place, b.place) + 1).map(({ id }) => id);
}
