// Pages of `GET /api/v1/vehicles` for an infinite-scrolling grid.

const URL = "/api/v1/vehicles";
const LIMIT = 100;
// What moves comes first, and what was never seen last, until somebody orders the list.
const ORDER = "-status,name";
const SEARCH_PAGES = 50;

/** The `sort` parameter of the API from a grid's sort model: `name`, `-speed`, or "". */
export function sortParameter(model) {
  return model.map(({ colId, sort }) => (sort === "desc" ? `-${colId}` : colId)).join(",");
}

/** The address of one page (counted from 1). */
export function pageAddress({ page, limit, sort, status, q, fleet }) {
  const query = new URLSearchParams({ page: String(page), limit: String(limit) });
  if (sort) query.set("sort", sort);
  if (status) query.set("status", status);
  if (q) query.set("q", q);
  if (fleet) query.set("fleet_id", String(fleet));
  return `${URL}?${query}`;
}

function describe(status) {
  if (status === 401) return "Your session has ended. Sign in again to see the vehicles.";
  if (status === 403) return "You may not see these vehicles.";
  return "The vehicles could not be loaded.";
}

/** A data source of AG Grid's infinite row model; reports `{total, error}` to `report`. */
export class GridSource {
  constructor(report, get = (address) => fetch(address, { credentials: "same-origin" })) {
    Object.assign(this, { report, get, limit: LIMIT, filter: { status: "", q: "" }, sort: "" });
    this.generation = 0;
  }

  setFilter(filter) {
    this.filter = filter;
    this.outdate();
  }

  /** Answers still under way are about a list that has changed since. */
  outdate() {
    this.generation += 1;
  }

  async fetchPage(page, sort) {
    const response = await this.get(pageAddress({ page, limit: this.limit, sort: sort || ORDER, ...this.filter }));
    if (!response.ok) throw new Error(describe(response.status));
    const { data, meta } = await response.json();
    return { rows: data, total: meta?.pagination?.total ?? data.length };
  }

  async getRows({ startRow, sortModel, successCallback, failCallback }) {
    const generation = this.generation;
    this.sort = sortParameter(sortModel);
    try {
      const { rows, total } = await this.fetchPage(Math.floor(startRow / this.limit) + 1, this.sort);
      if (generation !== this.generation) return failCallback();
      successCallback(rows, total);
      return this.report({ total, error: "" });
    } catch (error) {
      failCallback();
      if (generation !== this.generation) return undefined;
      const network = error instanceof TypeError;
      return this.report({ total: null, error: network ? describe(0) : error.message });
    }
  }

  /** Where a vehicle stands under the present sort and filter; -1 when it does not. */
  async indexOf(id) {
    const generation = this.generation;
    const wanted = (this.wanted = id);
    for (let page = 1; page <= SEARCH_PAGES; page += 1) {
      let result;
      try {
        result = await this.fetchPage(page, this.sort);
      } catch {
        return -1;
      }
      if (generation !== this.generation || wanted !== this.wanted) return -1;
      const at = result.rows.findIndex((row) => row.id === id);
      if (at >= 0) return (page - 1) * this.limit + at;
      if (page * this.limit >= result.total) return -1;
    }
    return -1;
  }
}
