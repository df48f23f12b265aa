// The record grid: any record kind, page by page from the API, over a hundred thousand rows.

import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { AgGridReact } from "ag-grid-react";
import {
  CellStyleModule,
  ColumnApiModule,
  HighlightChangesModule,
  InfiniteRowModelModule,
  ModuleRegistry,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  themeQuartz,
  TooltipModule,
} from "ag-grid-community";
import { store } from "../../live/sources/liveStore.js";
import { useTheme } from "../../live/sources/theme.js";
import { CARD_HEIGHT, ROW_HEIGHT, useNarrow } from "./recordCard.js";
import { columnDefs, listOf, SELECT } from "./recordColumns.js";
import { GridController } from "./recordController.js";
import { footerText } from "./recordFormat.js";
import { gridKey, headerKey } from "./recordKeys.js";
import { sortModel, sortText } from "./recordSort.js";

ModuleRegistry.registerModules([
  CellStyleModule,
  ColumnApiModule,
  HighlightChangesModule,
  InfiniteRowModelModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  TooltipModule,
]);

const SKELETONS = 40;
const THEME = themeQuartz.withParams({
  browserColorScheme: "inherit",
  accentColor: "var(--accent)",
  backgroundColor: "var(--surface)",
  foregroundColor: "var(--ink)",
  borderColor: "var(--line)",
  headerBackgroundColor: "var(--grid-head)",
  headerTextColor: "var(--ink-2)",
  rowHoverColor: "var(--grid-hover)",
  selectedRowBackgroundColor: "var(--grid-selected)",
  valueChangeValueHighlightBackgroundColor: "var(--grid-flash)",
  fontFamily: "inherit",
  fontSize: 13,
  headerFontSize: 12,
  headerFontWeight: 600,
  rowHeight: ROW_HEIGHT,
  headerHeight: 32,
  cellHorizontalPadding: 10,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  columnBorder: false,
});

const DEFAULTS = {
  resizable: true,
  suppressHeaderMenuButton: true,
  // Space and Escape are ours: the grid's own Space would start a selection beside this one.
  suppressKeyboardEvent: ({ event }) => event.key === " " || event.key === "Escape",
  suppressHeaderKeyboardEvent: ({ event }) => event.key === " ",
};

function messageOf({ total, error }, { emptyText, filtered, filteredText }, { plural }) {
  if (error && total === null) return { text: error, kind: "error" };
  if (total !== 0) return null;
  if (filtered) return { text: filteredText || `No ${plural} match this search and these filters.`, kind: "filtered" };
  return { text: emptyText || `No ${plural} yet.`, kind: "empty" };
}

function Message({ message, status, retry, showAll }) {
  if (!message) return null;
  if (message.kind === "filtered")
    return (
      <div className="grid-message">
        <p>{message.text}</p>
        {showAll && <button type="button" className="grid-button" onClick={() => showAll()}>Show all</button>}
      </div>
    );
  if (message.kind === "empty") return <p className="grid-message">{message.text}</p>;
  return (
    <div className="grid-message" role="alert">
      <p>{message.text}</p>
      <Remedy status={status} retry={retry} />
    </div>
  );
}

function Remedy({ status, retry }) {
  if (status === 401) {
    const next = encodeURIComponent(window.location.pathname);
    return (
      <a className="grid-button" href={`/login?next=${next}`}>
        Sign in
      </a>
    );
  }
  return (
    <button type="button" className="grid-button" onClick={retry}>
      Try again
    </button>
  );
}

// A setting of the page that the grid must take up when it changes, but not when it is first built.
function useChange(value, take) {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) take(value);
    first.current = false;
  }, [value]);
}

function keyOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function useController(props) {
  const [state, setState] = useState({ total: null, error: "", status: 0, selected: 0, notice: "" });
  const controller = useMemo(() => new GridController((change) => setState((old) => ({ ...old, ...change })), store), []);
  controller.props = props;
  controller.columns = useMemo(() => listOf(props.columns), [keyOf(props.columns)]);
  useMemo(() => controller.aim(), []);
  useEffect(() => {
    controller.queue.prime(controller.props.changes);
    return () => controller.stop();
  }, []);
  useEffect(() => controller.keepFresh(), [props.live]);
  return [controller, state];
}

function useTaken(controller, props) {
  useChange(`${props.url}?${props.query ?? ""}`, () => controller.startOver());
  useChange(props.version, () => controller.refetch());
  useChange(props.sort ?? "", (sort) => controller.takeSort(sort));
  useChange(Number(props.page) || 1, (page) => controller.takePage(page));
  useChange(keyOf(props.shown), (shown) => controller.takeShown(shown));
  useChange(keyOf(props.layout), (layout) => controller.takeLayout(layout));
  useChange(keyOf(props.selected), (selected) => controller.takeSelected(selected));
  useChange(Boolean(props.everything), (everything) => controller.takeEverything(everything));
  useChange(Number(props.openId) || 0, (id) => controller.takeOpen(id));
  useChange(props.timeZone, () => controller.redraw("moment"));
  useChange(props.units, () => controller.redraw("number"));
  useChange(keyOf(props.changes), (notice) => controller.queue.hear(JSON.parse(notice)));
  useEffect(() => {
    controller.queue.filtered = Boolean(props.filtered);
  }, [props.filtered]);
}

function useDefs(controller, props, narrow) {
  return useMemo(() => {
    controller.shownSort = sortText(
      sortModel(props.sort).filter(({ colId }) => controller.columns.some(({ id }) => id === colId)),
    );
    return columnDefs(controller.columns, { ...props, narrow });
  }, [controller.columns, props.selectable, props.units, narrow]);
}

// A cut text is told in full by the pointer.
function tellWhole({ target }) {
  const cell = target.closest?.(".grid-cell");
  if (!cell) return;
  if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
  else cell.removeAttribute("title");
}

function useGridEvents(controller) {
  const ready = useCallback(({ api }) => {
    controller.api = api;
    controller.takeLayout(controller.props.layout);
    controller.takeSelected(controller.props.selected);
    controller.takePage(controller.props.page);
    controller.showOpen(Number(controller.props.openId) || 0);
  }, []);
  const clicked = useCallback(({ node, column, event }) => {
    if (column.getColId() !== SELECT) return controller.open(node.data?.id);
    return controller.pick(node, event.shiftKey);
  }, []);
  const layout = useCallback((event) => controller.layoutChanged(event), []);
  return {
    onGridReady: ready,
    onCellClicked: clicked,
    onCellKeyDown: useCallback((event) => gridKey(controller, event), []),
    onModelUpdated: useCallback(() => controller.alive && controller.markNodes(), []),
    onSortChanged: useCallback(() => controller.alive && controller.sorted(), []),
    onBodyScrollEnd: useCallback(() => controller.scrolled(), []),
    onColumnResized: layout,
    onColumnMoved: layout,
    onColumnPinned: layout,
  };
}

// A rule of its own marks the open row: rows come and go while scrolling, a rule finds each.
function openStyle(own, id) {
  const row = `.record-grid[data-grid="${own}"] .ag-row[row-id="${id}"]`;
  return `${row} { background: var(--grid-opened); } ${row} .ag-cell[aria-colindex="1"] { box-shadow: inset 3px 0 var(--accent); }`;
}

export function RecordGrid(props) {
  const theme = useTheme(props.theme);
  const [controller, state] = useController(props);
  useTaken(controller, props);
  const narrow = useNarrow();
  controller.narrow = narrow;
  const defs = useDefs(controller, props, narrow);
  const events = useGridEvents(controller);
  const own = useId();
  const { nouns } = controller;
  const message = messageOf(state, props, nouns);
  const retry = () => controller.refetch();
  const open = Number(props.openId) || 0;
  const filtered = Boolean(props.filtered);
  return (
    <section
      className="record-grid"
      data-testid="record-grid"
      data-grid={own}
      data-fleet-theme={theme}
      aria-label={props.label || nouns.plural}
      aria-busy={state.total === null && !state.error}
      onKeyDown={(event) => headerKey(controller, event)}
      onMouseOver={tellWhole}
    >
      {open > 0 && <style>{openStyle(own, open)}</style>}
      <div className="record-grid-body">
        <AgGridReact
          key={String(narrow)}
          rowHeight={narrow ? CARD_HEIGHT : ROW_HEIGHT}
          theme={THEME}
          columnDefs={defs}
          defaultColDef={DEFAULTS}
          maintainColumnOrder
          context={controller.context}
          rowModelType="infinite"
          datasource={controller.source}
          cacheBlockSize={controller.source.limit}
          cacheOverflowSize={2}
          maxBlocksInCache={6}
          maxConcurrentDatasourceRequests={2}
          blockLoadDebounceMillis={60}
          infiniteInitialRowCount={SKELETONS}
          getRowId={({ data }) => String(data.id)}
          rowSelection={props.selectable ? { mode: "multiRow", checkboxes: false, headerCheckbox: false, enableClickSelection: false } : undefined}
          sortingOrder={["asc", "desc", null]}
          suppressDragLeaveHidesColumns
          suppressNoRowsOverlay
          animateRows={false}
          cellFlashDuration={600}
          cellFadeDuration={600}
          tooltipShowDelay={400}
          ensureDomOrder
          tabToNextCell={() => false}
          {...events}
        />
        <Message message={message} status={state.status} retry={retry} showAll={props.onShowAll} />
      </div>
      <footer className="record-grid-foot">
        <span aria-live="polite" data-testid="record-count">
          {state.error && state.total === null ? "" : footerText({ ...state, selected: props.everything ? state.total : state.selected, filtered }, nouns)}
        </span>
        {state.notice && <span role="status" className="record-grid-notice">{state.notice}</span>}
        {state.error && state.total !== null && (
          <span role="alert" className="record-grid-notice">
            {state.error} <Remedy status={state.status} retry={retry} />
          </span>
        )}
      </footer>
    </section>
  );
}
