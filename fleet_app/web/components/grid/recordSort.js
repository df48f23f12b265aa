// Sorting as the API writes it ("-created_at,name"), as the grid holds it, and echoes of the page.

/** The `sort` parameter of a grid's column state or sort model. */
export function sortText(model) {
  return [...model]
    .filter(({ sort }) => sort)
    .sort((a, b) => (a.sortIndex ?? 0) - (b.sortIndex ?? 0))
    .map(({ colId, sort }) => (sort === "desc" ? `-${colId}` : colId))
    .join(",");
}

/** The sort model of a `sort` parameter. */
export function sortModel(text) {
  return String(text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part.replace(/^-/, ""))
    .map((part, sortIndex) => ({
      colId: part.replace(/^-/, ""),
      sort: part.startsWith("-") ? "desc" : "asc",
      sortIndex,
    }));
}

/** The part of a `sort` parameter that no column of the grid can show: it still goes to the API. */
export function unseenSort(text, ids) {
  return sortText(sortModel(text).filter(({ colId }) => !ids.includes(colId)));
}

/** Which page of so many rows a row is on, counted from 1. */
export const pageOf = (row, limit) => Math.floor(Math.max(0, Number(row) || 0) / limit) + 1;

/** Tells a value that the page sends back (after an event of ours) from one that it chose itself.
 *
 * A person clicks faster than the page answers: without this, the answer to the first click would
 * undo the second.
 */
export class Echo {
  constructor() {
    this.pending = [];
  }

  /** We told the page this value. */
  sent(value) {
    this.pending.push(value);
    if (this.pending.length > 50) this.pending.shift();
  }

  /** Whether the value is one that we sent; those sent before it will not come any more. */
  isEcho(value) {
    const at = this.pending.indexOf(value);
    if (at >= 0) this.pending.splice(0, at + 1);
    return at >= 0;
  }
}
