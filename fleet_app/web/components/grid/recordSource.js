// Pages of a record list of the API, for an infinite-scrolling grid.

const LIMIT = 100;
const SEARCH_PAGES = 5;
const PAGES_KEPT = 12;

/** The longest row of records that may be selected in one go. */
export const LONGEST_RANGE = 1000;

/** The address of one page (counted from 1); `query` is the page's own part of it. */
export function pageAddress(url, query, { page, limit, sort }) {
  const asked = new URLSearchParams(String(query ?? "").replace(/^\?/, ""));
  for (const name of ["page", "limit", "sort"]) asked.delete(name);
  const own = new URLSearchParams({ page: String(page), limit: String(limit) });
  if (sort) own.set("sort", sort);
  const rest = asked.toString();
  return `${url}?${own}${rest ? `&${rest}` : ""}`;
}

/** What went wrong, in words. */
export function describe(status, plural, detail) {
  if (status === 401) return "Your session has ended. Sign in again to go on.";
  if (status === 403) return `You may not see these ${plural}.`;
  if ((status === 400 || status === 422) && detail) return detail;
  if (status === 429) return "Too many requests at once. Wait a moment, then try again.";
  if (status === 0) return `The ${plural} could not be loaded: the server cannot be reached.`;
  return `The ${plural} could not be loaded.`;
}

/** An answer that is no page of rows. */
export class ListError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function differences(before, after) {
  return Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

/** A data source of AG Grid's infinite row model.
 *
 * Reports `{total, error, status}` to `report`, and to `changed` which cells got another value
 * when rows were fetched again: `[{id, fields}]`.
 */
export class RecordSource {
  constructor({ report, changed = () => {}, get = (address) => fetch(address, { credentials: "same-origin" }) }) {
    Object.assign(this, { report, changed, get, limit: LIMIT, url: "", query: "", plural: "rows" });
    this.defaultSort = "";
    this.sort = "";
    this.generation = 0;
    this.forget();
  }

  forget() {
    this.ids = [];
    this.total = null;
    this.pages = new Map();
  }

  /** Another list: nothing of the one before holds. */
  use({ url, query, plural }) {
    Object.assign(this, { url, query, plural });
    this.outdate();
    this.forget();
  }

  /** Answers still under way are about a list that has changed since. */
  outdate() {
    this.generation += 1;
  }

  /** Whether any of the records has been loaded. */
  knows(ids) {
    const wanted = new Set(ids);
    return this.ids.some((id) => wanted.has(id));
  }

  async fetchPage(page) {
    const { limit, sort } = this;
    let response;
    try {
      response = await this.get(pageAddress(this.url, this.query, { page, limit, sort }));
    } catch {
      throw new ListError(0, describe(0, this.plural));
    }
    const body = await response.json().catch(() => null);
    if (!response.ok || !Array.isArray(body?.data)) {
      const status = response.ok ? 502 : response.status;
      throw new ListError(status, describe(status, this.plural, body?.error?.message));
    }
    return { rows: body.data, total: body.meta?.pagination?.total ?? body.data.length };
  }

  remember(page, { rows, total }) {
    this.total = total;
    if (this.ids.length > total) this.ids.length = total;
    const start = (page - 1) * this.limit;
    rows.forEach((row, at) => {
      this.ids[start + at] = row.id;
    });
    this.pages.delete(page);
    this.pages.set(page, rows);
    if (this.pages.size > PAGES_KEPT) this.pages.delete(this.pages.keys().next().value);
  }

  changesIn(rows) {
    if (this.pages.size === 0) return [];
    const known = new Map([...this.pages.values()].flat().map((row) => [row.id, row]));
    return rows
      .filter((row) => known.has(row.id))
      .map((row) => ({ id: row.id, fields: differences(known.get(row.id), row) }))
      .filter(({ fields }) => fields.length > 0);
  }

  async getRows({ startRow, sortModel, successCallback, failCallback }) {
    const { generation } = this;
    const page = Math.floor(startRow / this.limit) + 1;
    const sort = this.sortOf(sortModel);
    if (sort !== this.sort) this.forget();
    this.sort = sort;
    try {
      const { rows, total } = await this.fetchPage(page);
      if (generation !== this.generation || sort !== this.sort) return failCallback();
      const changes = this.changesIn(rows);
      this.remember(page, { rows, total });
      successCallback(rows, total);
      this.report({ total, error: "", status: 200 });
      if (changes.length > 0) this.changed(changes);
    } catch (error) {
      failCallback();
      if (generation === this.generation) this.report({ error: error.message, status: error.status ?? 0 });
    }
    return undefined;
  }

  sortOf(model) {
    const shown = model.map(({ colId, sort }) => (sort === "desc" ? `-${colId}` : colId)).join(",");
    return shown || this.defaultSort;
  }

  /** Ids of the rows from one position to another; pages never loaded are fetched.
   * Null when that is more than `LONGEST_RANGE` rows or they cannot be had. */
  async idsBetween(from, to) {
    const [first, last] = from <= to ? [from, to] : [to, from];
    if (last - first + 1 > LONGEST_RANGE) return null;
    const { generation } = this;
    for (let page = Math.floor(first / this.limit) + 1; (page - 1) * this.limit <= last; page += 1) {
      const start = (page - 1) * this.limit;
      const missing = rangeOf(Math.max(first, start), Math.min(last, start + this.limit - 1)).some(
        (at) => this.ids[at] === undefined,
      );
      if (missing && !(await this.load(page, generation))) return null;
    }
    return rangeOf(first, last).map((at) => this.ids[at]).filter((id) => id !== undefined);
  }

  async load(page, generation) {
    try {
      const found = await this.fetchPage(page);
      if (generation !== this.generation) return false;
      this.remember(page, found);
      return true;
    } catch {
      return false;
    }
  }

  /** Where a record stands: among the rows loaded, else among the first few pages; -1 unknown. */
  async indexOf(id) {
    const { generation } = this;
    for (let page = 1; page <= SEARCH_PAGES; page += 1) {
      const at = this.ids.indexOf(id);
      if (at >= 0) return at;
      const start = (page - 1) * this.limit;
      if (this.total !== null && start >= this.total) return -1;
      if (this.ids[start] === undefined && !(await this.load(page, generation))) return -1;
    }
    return this.ids.indexOf(id);
  }
}

function rangeOf(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
