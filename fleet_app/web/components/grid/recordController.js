// What the record grid does: selection, opening, sorting, layout, and fetching again after changes.

import { ChangeQueue } from "./recordChanges.js";
import { CARD, layoutOf, layoutState, listOf, SELECT, shownIds, shownState } from "./recordColumns.js";
import { cellText, nounsOf } from "./recordFormat.js";
import { Selection } from "./recordSelection.js";
import { Echo, pageOf, sortModel, sortText, unseenSort } from "./recordSort.js";
import { LONGEST_RANGE, RecordSource } from "./recordSource.js";

const LAYOUT_DELAY_MS = 400;
const NOTICE_MS = 6_000;
const RELATIVE_EVERY_MS = 30_000;

function stillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** One grid on the page; `report(change)` merges into what the component shows. */
export class GridController {
  constructor(report, store) {
    Object.assign(this, { report, store, api: null, props: {}, columns: [], total: null, narrow: false });
    this.selection = new Selection();
    this.echoes = { sort: new Echo(), selected: new Echo(), layout: new Echo(), open: new Echo(), page: new Echo() };
    this.page = 1;
    this.listeners = new Set();
    this.source = new RecordSource({
      report: (change) => this.reportPage(change),
      changed: (changes) => this.flash(changes),
    });
    this.queue = new ChangeQueue({ refetch: () => this.refetch(), knows: (ids) => this.source.knows(ids) });
    this.context = this.makeContext();
  }

  makeContext() {
    const controller = this;
    return {
      selection: this.selection,
      store: this.store,
      get live() {
        return controller.props.live || "";
      },
      format: () => ({
        timeZone: this.props.timeZone || undefined,
        units: this.props.units || undefined,
        now: this.store.serverNow(),
      }),
      nameOf: (row) => this.nameOf(row),
      shownColumns: () => this.shownColumns(),
      toggleAll: () => this.toggleAll(),
      selectionState: () => this.selection.stateOf(this.loadedIds()),
      onSelection: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }

  get alive() {
    return this.api !== null && !this.api.isDestroyed();
  }

  get nouns() {
    const found = nounsOf(this.props.url || "");
    return { plural: this.props.plural || found.plural, singular: this.props.noun || found.singular };
  }

  shownColumns() {
    return shownIds(this.columns, this.props.shown).map((shown) => this.columns.find(({ id }) => id === shown));
  }

  /** A row's own name for people: its first column. */
  nameOf(row) {
    const column = this.shownColumns()[0];
    return column ? cellText(row, column, this.context.format()) : `row ${row.id}`;
  }

  loadedIds() {
    return this.source.ids.filter((id) => id !== undefined);
  }

  // The list

  reportPage(change) {
    if (change.total !== undefined && change.total !== this.total) {
      this.total = change.total;
      this.props.onTotal?.(change.total);
    }
    this.report(change);
    this.notifySelection();
  }

  /** Which list it is that the rows come from. */
  aim() {
    const { url, query, sort } = this.props;
    this.source.defaultSort = unseenSort(sort, this.columns.map(({ id }) => id));
    this.source.use({ url, query, plural: this.nouns.plural });
    this.total = null;
  }

  /** Another address or query: a new list from its beginning, with nothing selected. */
  startOver() {
    this.aim();
    this.report({ total: null, error: "", status: 0 });
    if (!this.alive) return;
    if (!this.props.keeps) this.setSelected([]);
    this.page = 1;
    this.api.ensureIndexVisible(0, "top");
    this.api.purgeInfiniteCache();
  }

  /** The rows at the top of the screen, told when the scrolling has come to rest. */
  scrolled() {
    if (!this.alive || this.total === null) return;
    const page = pageOf(this.api.getFirstDisplayedRowIndex(), this.source.limit);
    if (page === this.page) return;
    this.page = page;
    this.echoes.page.sent(page);
    this.props.onPage?.(page);
  }

  /** The page's own choice of where in the list to be. */
  takePage(page) {
    const wanted = Math.max(1, Number(page) || 1);
    if (!this.alive || this.echoes.page.isEcho(wanted) || wanted === this.page) return;
    this.page = wanted;
    const row = (wanted - 1) * this.source.limit;
    // Rows that are not known yet have to be there before one can go to them.
    if (this.total === null && row > 0) this.api.setRowCount(row + this.source.limit, false);
    this.api.ensureIndexVisible(row, "top");
  }

  /** Fetch the rows again where they stand; those on the screen stay until the new ones are here. */
  refetch() {
    if (!this.alive) return;
    if (document.hidden) {
      this.missed = true;
      return;
    }
    this.missed = false;
    this.source.outdate();
    this.api.refreshInfiniteCache();
  }

  catchUp() {
    if (this.missed && !document.hidden) this.refetch();
  }

  flash(changes) {
    setTimeout(() => {
      if (!this.alive || stillness()) return;
      for (const { id, fields } of changes) {
        const node = this.api.getRowNode(String(id));
        const columns = this.narrow ? [CARD] : fields.filter((field) => this.api.getColumn(field));
        if (node && columns.length > 0) this.api.flashCells({ rowNodes: [node], columns });
      }
    }, 0);
  }

  // Opening

  open(id) {
    if (!id) return;
    this.echoes.open.sent(id);
    this.props.onOpen?.(id);
  }

  /** The page opened a record, or agrees to one opened here: that one was on the screen, and the
   * person may have scrolled on. */
  takeOpen(id) {
    return this.echoes.open.isEcho(id) ? undefined : this.showOpen(id);
  }

  async showOpen(id) {
    if (!this.alive || !id) return;
    const node = this.api.getRowNode(String(id));
    if (node) return void this.api.ensureNodeVisible(node);
    const index = await this.source.indexOf(id);
    if (index >= 0 && this.alive && Number(this.props.openId) === id) this.api.ensureIndexVisible(index, "middle");
  }

  // Selection

  async pick(node, range) {
    if (!this.props.selectable || !node?.data) return;
    if (this.lacks(node.data) && !this.selection.has(node.data.id)) {
      this.drawSelection(); // the box has ticked itself
      return this.say(this.props.needsText);
    }
    this.selection.settle(this.loadedIds());
    const reach = range ? this.selection.rangeTo(node.rowIndex) : null;
    if (reach === null) this.selection.toggle(node.data.id, node.rowIndex);
    else {
      const ids = await this.source.idsBetween(reach.from, reach.to);
      if (ids === null) return this.say(`At most ${LONGEST_RANGE.toLocaleString()} rows can be selected at once.`);
      this.selection.extend(ids);
      this.leaveOut();
    }
    this.tellSelected();
  }

  toggleAll() {
    this.selection.settle(this.loadedIds());
    this.selection.toggleAll(this.loadedIds());
    this.leaveOut();
    this.tellSelected();
  }

  /** Whether a row is without what it needs to be selected. */
  lacks(row) {
    return Boolean(this.props.needs) && row[this.props.needs] === false;
  }

  /** Unselect the rows on the screen that cannot be selected. */
  leaveOut() {
    if (!this.props.needs) return;
    this.api.forEachNode(({ data }) => {
      if (data && this.lacks(data)) this.selection.ids.delete(data.id);
    });
  }

  clearSelection() {
    const had = this.selection.size > 0 || this.selection.all;
    if (this.selection.all) {
      this.selection.all = false;
      this.selection.replace([]);
      this.tellSelected();
    }
    this.setSelected([]);
    return had;
  }

  setSelected(ids) {
    if (this.selection.replace(ids)) this.tellSelected();
  }

  tellSelected() {
    const ids = this.selection.list();
    this.echoes.selected.sent(JSON.stringify(ids));
    this.props.onSelect?.(ids);
    this.drawSelection();
  }

  /** The page's own choice of rows. */
  takeSelected(selected) {
    const ids = listOf(selected).map(Number);
    if (this.echoes.selected.isEcho(JSON.stringify(ids))) return;
    if (this.selection.replace(ids)) this.drawSelection();
  }

  /** The page says that everything in the list is selected, or not any more. */
  takeEverything(everything) {
    this.selection.all = Boolean(everything);
    this.drawSelection();
  }

  drawSelection() {
    this.report({ selected: this.selection.size });
    this.notifySelection();
    if (!this.alive || !this.props.selectable) return;
    this.markNodes();
    this.api.refreshCells({ columns: [SELECT], force: true, suppressFlash: true });
  }

  /** Rows that have just come get the look of what is selected. */
  markNodes() {
    if (!this.props.selectable) return;
    this.api.forEachNode((node) => {
      if (!node.data) return;
      const wanted = this.selection.has(node.data.id);
      if (Boolean(node.isSelected()) !== wanted) node.setSelected(wanted);
    });
  }

  notifySelection() {
    for (const listener of this.listeners) listener();
  }

  say(notice) {
    this.report({ notice });
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.report({ notice: "" }), NOTICE_MS);
  }

  // Sorting and layout

  sorted() {
    const text = sortText(this.api.getColumnState());
    if (text === this.shownSort) return;
    this.shownSort = text;
    this.source.defaultSort = "";
    this.page = 1;
    this.api.ensureIndexVisible(0, "top");
    this.echoes.sort.sent(text);
    this.props.onSort?.(text);
  }

  /** The page's own choice of sorting. */
  takeSort(sort) {
    if (!this.alive || this.echoes.sort.isEcho(sort ?? "")) return;
    const ids = this.columns.map(({ id }) => id);
    const state = sortModel(sort).filter(({ colId }) => ids.includes(colId));
    this.source.defaultSort = unseenSort(sort, ids);
    if (sortText(state) === this.shownSort) return;
    this.shownSort = sortText(state);
    this.api.applyColumnState({ state, defaultState: { sort: null } });
  }

  takeShown(shown) {
    if (!this.alive) return;
    if (this.narrow) this.api.refreshCells({ columns: [CARD], force: true, suppressFlash: true });
    else this.api.applyColumnState({ state: shownState(this.columns, shown), applyOrder: true });
  }

  takeLayout(layout) {
    const state = layoutState(layout);
    if (!this.alive || this.narrow || state.length === 0 || this.echoes.layout.isEcho(String(layout))) return;
    const free = listOf(this.props.shown).length === 0;
    const fixed = state.map(({ hide, ...rest }) => (free && hide !== undefined ? { ...rest, hide } : rest));
    this.api.applyColumnState({ state: fixed, applyOrder: free });
  }

  layoutChanged({ source, finished }) {
    if (this.narrow || finished === false || !String(source).startsWith("ui")) return;
    clearTimeout(this.layoutTimer);
    this.layoutTimer = setTimeout(() => {
      if (!this.alive) return;
      const text = JSON.stringify(layoutOf(this.api.getColumnState()));
      this.echoes.layout.sent(text);
      this.props.onLayout?.(text);
    }, LAYOUT_DELAY_MS);
  }

  // Time passes

  /** Live cells follow their store; "5 min ago" grows old. Returns what ends it. */
  keepFresh() {
    let pending = null;
    const unsubscribe = this.props.live
      ? this.store.subscribe(() => {
          pending ??= setTimeout(() => {
            pending = null;
            this.redraw("live");
          }, 1000);
        })
      : () => {};
    const relative = setInterval(() => this.redraw("moment"), RELATIVE_EVERY_MS);
    const catchUp = () => this.catchUp();
    document.addEventListener("visibilitychange", catchUp);
    return () => {
      clearTimeout(pending);
      clearInterval(relative);
      document.removeEventListener("visibilitychange", catchUp);
      unsubscribe();
    };
  }

  redraw(type) {
    if (!this.alive || document.hidden) return;
    const aged = this.columns.filter((column) => column.type === type).map(({ id }) => id);
    if (aged.length === 0) return;
    const columns = this.narrow ? [CARD] : aged;
    const rowNodes = this.api.getRenderedNodes().filter((node) => node.data);
    if (rowNodes.length > 0) this.api.refreshCells({ rowNodes, columns, force: true, suppressFlash: true });
  }

  stop() {
    this.queue.stop();
    clearTimeout(this.layoutTimer);
    clearTimeout(this.noticeTimer);
    this.api = null;
  }
}
